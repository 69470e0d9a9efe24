/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "client_explain.h"
#include "clock.h"
#include "text.h"
#include "util.h"

/* The longest answer, in octets; what is longer is none of checkd's. */
#define ANSWER_MAX (4 << 20)

#define READ_SIZE  65536
#define ERROR_MAX  1023

struct client {
	const char *path;
	int64_t patience_ms;
	int interrupts[2];
	int fd; /* -1: not connected */
	char *input;
	size_t input_len;
	size_t input_size;
	char *error; /* "" where there was none */
};

struct client *
client_new(const char *path, int64_t patience_ms)
{
	struct client *client = xcalloc(1, sizeof(*client));

	client->path = path;
	client->patience_ms = patience_ms;
	client->interrupts[0] = client->interrupts[1] = -1;
	client->fd = -1;
	client->error = xstrdup("");
	return client;
}

void
client_free(struct client *client)
{
	if (client == NULL)
		return;
	client_close(client);
	free(client->input);
	free(client->error);
	free(client);
}

void
client_set_interrupts(struct client *client, int first_fd, int second_fd)
{
	client->interrupts[0] = first_fd;
	client->interrupts[1] = second_fd;
}

const char *
client_error(const struct client *client)
{
	return client->error;
}

void
client_close(struct client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
	client->input_len = 0;
}

/* Keeps a sentence, which is taken; a connection that failed is not used again. */
static int
fail(struct client *client, int error, char *sentence)
{
	free(client->error);
	client->error = sentence;
	client_close(client);
	return error;
}

static int
connect_to(struct client *client)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(client->path) >= sizeof(address.sun_path))
		return fail(client, -ENAMETOOLONG,
			xasprintf("%s: too long for a socket", client->path));
	strcpy(address.sun_path, client->path);
	client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (client->fd < 0)
		return fail(client, -errno, xasprintf("socket: %s", strerror(errno)));
	if (connect(client->fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return 0;
	int error = -errno;
	return fail(client, error, client_explain(client->path, error));
}

/* Returns 0 when the socket is ready, -EINTR at an interrupt, -ETIMEDOUT at the deadline. */
static int
wait_for(const struct client *client, short events, struct monotime deadline)
{
	struct pollfd fds[] = {
		{.fd = client->fd, .events = events},
		{.fd = client->interrupts[0], .events = POLLIN},
		{.fd = client->interrupts[1], .events = POLLIN},
	};

	for (;;) {
		int64_t left_ms = (deadline.ns - monotime_now().ns + NS_PER_MS - 1) / NS_PER_MS;

		if (left_ms < 0)
			left_ms = 0;
		int count = poll(fds, ARRAY_LEN(fds), (int)left_ms);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -errno;
		if (fds[1].revents != 0 || fds[2].revents != 0)
			return -EINTR;
		if (count > 0)
			return 0;
		if (left_ms == 0)
			return -ETIMEDOUT;
	}
}

static int
fail_wait(struct client *client, int error)
{
	char *sentence =
		error == -ETIMEDOUT
			? xasprintf("%s: no answer for %g s: checkd is stopped or stuck",
				  client->path, (double)client->patience_ms / 1000)
			: xstrdup(strerror(-error));

	return fail(client, error, sentence);
}

/* Where the other side has closed, it may have said why: that is read all the same. */
static int
send_line(struct client *client, const char *line, struct monotime deadline)
{
	size_t left = strlen(line);

	while (left > 0) {
		ssize_t len = send(client->fd, line, left, MSG_NOSIGNAL);

		if (len < 0 && errno == EPIPE)
			return 0;
		if (len < 0 && errno != EAGAIN && errno != EINTR)
			return fail(client, -errno,
				xasprintf("%s: %s", client->path, strerror(errno)));
		if (len < 0) {
			int error = wait_for(client, POLLOUT, deadline);

			if (error < 0)
				return fail_wait(client, error);
			continue;
		}
		line += len;
		left -= (size_t)len;
	}
	return 0;
}

/* Appends what has come. */
static int
read_input(struct client *client)
{
	if (client->input_size - client->input_len < READ_SIZE) {
		client->input_size += READ_SIZE;
		client->input = xreallocarray(client->input, client->input_size, 1);
	}
	ssize_t len = recv(client->fd, client->input + client->input_len,
		client->input_size - client->input_len, 0);
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (len <= 0)
		return fail(client, len < 0 ? -errno : -EPIPE,
			xasprintf("%s: checkd has closed the connection", client->path));
	client->input_len += (size_t)len;
	if (client->input_len > ANSWER_MAX)
		return fail(client, -EMSGSIZE,
			xasprintf("%s: the answer has no end: is that checkd?", client->path));
	return 0;
}

/* Waits for a line, and has it at the input's head. */
static int
read_line(struct client *client, struct monotime deadline, size_t *ret_len)
{
	size_t seen = 0;

	for (;;) {
		const char *end = client->input_len > seen ? memchr(client->input + seen, '\n',
								     client->input_len - seen)
							   : NULL;

		if (end != NULL) {
			*ret_len = (size_t)(end - client->input);
			return 0;
		}
		seen = client->input_len;
		int error = wait_for(client, POLLIN, deadline);
		if (error < 0)
			return error;
		error = read_input(client);
		if (error < 0)
			return error;
	}
}

static int
parse_line(struct client *client, size_t len, json_t **ret_answer)
{
	json_t *answer = json_loadb(client->input, len, 0, NULL);
	json_t *ok = json_object_get(answer, "ok");

	client->input_len -= len + 1;
	memmove(client->input, client->input + len + 1, client->input_len);
	if (!json_is_boolean(ok)) {
		json_decref(answer);
		return fail(client, -EPROTO,
			xasprintf("%s: what answers there is not checkd", client->path));
	}
	*ret_answer = answer;
	if (json_is_true(ok))
		return 0;
	const char *error = json_string_value(json_object_get(answer, "error"));
	char clean[ERROR_MAX + 1];

	if (error == NULL)
		error = "checkd has refused it, and does not say why";
	text_clean(error, strlen(error), clean, sizeof(clean));
	free(client->error);
	client->error = client_explain_refusal(clean);
	return -EREMOTEIO;
}

static struct monotime
deadline_of(const struct client *client)
{
	return (struct monotime){monotime_now().ns + client->patience_ms * NS_PER_MS};
}

/* Whether checkd answers another connection. */
static bool
is_alive(const struct client *client)
{
	struct client *other = client_new(client->path, client->patience_ms);
	json_t *answer = NULL;

	client_set_interrupts(other, client->interrupts[0], client->interrupts[1]);
	int error = client_ask(other, json_pack("{s:s}", "verb", "ping"), &answer);
	json_decref(answer);
	client_free(other);
	return error == 0 || error == -EREMOTEIO;
}

static int
exchange(struct client *client, const char *line, bool is_long, json_t **ret_answer)
{
	struct monotime deadline = deadline_of(client);
	size_t len = 0;
	int error = client->fd < 0 ? connect_to(client) : 0;

	if (error == 0)
		error = send_line(client, line, deadline);
	if (error < 0)
		return error;
	while ((error = read_line(client, deadline, &len)) == -ETIMEDOUT && is_long &&
		is_alive(client))
		deadline = deadline_of(client);
	if (error < 0 && client->fd >= 0)
		return fail_wait(client, error);
	return error < 0 ? error : parse_line(client, len, ret_answer);
}

static int
ask(struct client *client, json_t *request, bool is_long, json_t **ret_answer)
{
	CLEANUP_FREE char *text = json_dumps(request, JSON_COMPACT);

	json_decref(request);
	if (text == NULL)
		return fail(client, -EILSEQ, xstrdup("the request is not UTF-8"));
	CLEANUP_FREE char *line = xasprintf("%s\n", text);

	free(client->error);
	client->error = xstrdup("");
	return exchange(client, line, is_long, ret_answer);
}

int
client_ask(struct client *client, json_t *request, json_t **ret_answer)
{
	return ask(client, request, false, ret_answer);
}

int
client_ask_long(struct client *client, json_t *request, json_t **ret_answer)
{
	return ask(client, request, true, ret_answer);
}
