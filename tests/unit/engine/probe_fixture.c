/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe_fixture.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config_bind.h"
#include "perfdata.h"
#include "util.h"

#define CONVERSATIONS_MAX 16

struct server {
	struct evconnlistener *listener;
	struct server_words words;
	struct bufferevent *conversations[CONVERSATIONS_MAX];
	size_t count;
};

struct definition *
probe_of(enum check_type type)
{
	struct definition *definition = definition_new();

	definition->name = xstrdup("a-probe");
	definition->type = type;
	definition->timeout_ms = 20000;
	definition->probe = probe_new();
	config_bind_probe_fallbacks(definition->probe, type);
	return definition;
}

void
set_text(char **field, const char *text)
{
	free(*field);
	*field = xstrdup(text);
}

void
set_pattern(struct probe *probe, const char *pattern)
{
	set_text(&probe->pattern, pattern);
	probe->regex = xcalloc(1, sizeof(*probe->regex));
	assert_int_equal(
		regcomp(probe->regex, pattern, REG_EXTENDED | REG_NOSUB | REG_NEWLINE), 0);
}

struct definition *
probe_of_port(enum check_type type, unsigned port)
{
	struct definition *definition = probe_of(type);

	set_text(&definition->probe->host, "127.0.0.1");
	definition->probe->port = port;
	return definition;
}

/* Closes once all is written. */
static void
close_when_written(struct bufferevent *conversation, void *arg)
{
	struct server *server = arg;
	evutil_socket_t fd = bufferevent_getfd(conversation);

	if (server->words.closes && fd >= 0)
		shutdown(fd, SHUT_WR);
}

static void
say(struct server *server, struct bufferevent *conversation, const char *text)
{
	if (text != NULL)
		bufferevent_write(conversation, text, strlen(text));
	if (server->words.closes)
		bufferevent_setcb(conversation, NULL, close_when_written, NULL, server);
	if (server->words.closes && text == NULL)
		close_when_written(conversation, server);
}

static void
conversation_on_read(struct bufferevent *conversation, void *arg)
{
	struct server *server = arg;
	struct evbuffer *input = bufferevent_get_input(conversation);

	evbuffer_drain(input, evbuffer_get_length(input));
	say(server, conversation, server->words.answer);
}

static void
listener_on_accept(struct evconnlistener *listener, evutil_socket_t fd,
	struct sockaddr *address, int len, void *arg)
{
	struct server *server = arg;
	struct bufferevent *conversation = bufferevent_socket_new(
		evconnlistener_get_base(listener), fd, BEV_OPT_CLOSE_ON_FREE);

	(void)address;
	(void)len;
	assert_true(server->count < CONVERSATIONS_MAX);
	server->conversations[server->count++] = conversation;
	if (server->words.greeting != NULL || server->words.answer == NULL)
		say(server, conversation, server->words.greeting);
	else
		bufferevent_setcb(conversation, conversation_on_read, NULL, NULL, server);
	bufferevent_enable(conversation, EV_READ | EV_WRITE);
}

struct server *
server_start(struct fixture *fixture, const struct server_words *words, unsigned *ret_port)
{
	struct server *server = xcalloc(1, sizeof(*server));
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);

	server->words = *words;
	server->listener = evconnlistener_new_bind(fixture->base, listener_on_accept, server,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 16,
		(const struct sockaddr *)&address, sizeof(address));
	assert_non_null(server->listener);
	assert_int_equal(getsockname(evconnlistener_get_fd(server->listener),
				 (struct sockaddr *)&address, &len),
		0);
	*ret_port = ntohs(address.sin_port);
	return server;
}

void
server_free(struct server *server)
{
	for (size_t i = 0; i < server->count; i++)
		bufferevent_free(server->conversations[i]);
	evconnlistener_free(server->listener);
	free(server);
}

void
assert_metrics(const struct observed *observed, size_t count)
{
	struct perfdata *perfdata = perfdata_parse_metrics(observed->perfdata);

	assert_int_equal(perfdata->metric_count, count);
	assert_int_equal(perfdata->skipped, 0);
	perfdata_free(perfdata);
}

int
hold_open(const char *path)
{
	int fd = fanotify_init(
		FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		print_message("# to make an open hang takes root and fanotify permissions\n");
		skip();
	}
	assert_int_equal(fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, path), 0);
	return fd;
}

unsigned
closed_port(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	CLEANUP_CLOSE int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	return ntohs(address.sin_port);
}
