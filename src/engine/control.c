/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "control_client.h"
#include "control_socket.h"
#include "log.h"
#include "util.h"

#define PATIENCE_MS 60000

/* Of one turn of the loop. */
#define ACCEPTS_MAX 16

/* Where descriptors are out: until it is tried again. */
#define PAUSE_S 1

struct member {
	struct control *control;
	struct control_client *client;
	struct member *prev, *next;
};

struct control {
	struct event_base *base;
	struct control_socket socket;
	struct control_access access;
	struct event *accept_event;
	struct event *pause_event;
	struct control_client_owner owner;
	struct member *members;
	size_t member_count;
	bool is_short; /* of descriptors, as the log has been told */
};

static unsigned
client_on_rights(void *arg, const struct control_peer *peer)
{
	return control_peer_rights(peer, &((struct control *)arg)->access);
}

static void
remove_member(struct control *control, struct member *member)
{
	DL_DELETE(control->members, member);
	control->member_count--;
	control_client_free(member->client);
	free(member);
}

static void
client_on_over(void *arg, struct control_client *client)
{
	struct control *control = arg;
	struct member *member;

	DL_FOREACH(control->members, member) {
		if (member->client == client)
			break;
	}
	remove_member(control, member);
}

static size_t
count_of_user(const struct control *control, uid_t uid)
{
	const struct member *member;
	size_t count = 0;

	DL_FOREACH(control->members, member) {
		count += control_client_peer(member->client)->uid == uid;
	}
	return count;
}

/* Why a peer is not let in, or NULL. */
static const char *
examine(const struct control *control, const struct control_peer *peer)
{
	unsigned rights = control_peer_rights(peer, &control->access);
	bool is_trusted = (rights & CONTROL_RIGHT_CHANGE) != 0;
	size_t limit = CONTROL_CLIENTS_MAX - (is_trusted ? 0 : CONTROL_CLIENTS_RESERVED);

	if (rights == 0)
		return "may neither ask nor submit";
	if (control->member_count >= limit)
		return "is one too many: there are as many connections as may be";
	if (!is_trusted && count_of_user(control, peer->uid) >= CONTROL_CLIENTS_OF_USER)
		return "has as many connections as a user may have";
	return NULL;
}

/* Told as an answer, as far as that goes at once, and in the log. */
static void
turn_away(int fd, const struct control_peer *peer, const char *reason)
{
	char line[256];
	int len = snprintf(line, sizeof(line), "{\"ok\":false,\"error\":\"uid %u %s\"}\n",
		peer->uid, reason);

	log_info("control: uid %u pid %d: turned away: it %s", peer->uid, peer->pid, reason);
	(void)!send(fd, line, (size_t)len, MSG_NOSIGNAL);
	close(fd);
}

/* Takes the descriptor. */
static void
admit(struct control *control, int fd)
{
	CLEANUP(control_peer_deinit) struct control_peer peer = {.groups = NULL};
	int error = control_peer_read(fd, &peer);

	if (error < 0) {
		log_warning("control: cannot tell who connects: %s", strerror(-error));
		close(fd);
		return;
	}
	const char *reason = examine(control, &peer);
	if (reason != NULL) {
		turn_away(fd, &peer, reason);
		return;
	}
	struct member *member = xcalloc(1, sizeof(*member));

	member->control = control;
	member->client = control_client_new(control->base, fd, &peer, &control->owner);
	DL_APPEND(control->members, member);
	control->member_count++;
}

/* One that waits keeps the socket readable, so it is not looked at for a while. */
static void
pause_accepting(struct control *control, int error)
{
	static const struct timeval pause = {.tv_sec = PAUSE_S};

	if (!control->is_short)
		log_warning("control: cannot accept connections: %s", strerror(error));
	control->is_short = true;
	event_del(control->accept_event);
	event_add(control->pause_event, &pause);
}

static void
control_on_connect(evutil_socket_t fd, short what, void *arg)
{
	struct control *control = arg;

	(void)what;
	for (int i = 0; i < ACCEPTS_MAX; i++) {
		int client_fd = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (client_fd >= 0) {
			control->is_short = false;
			admit(control, client_fd);
		} else if (errno != ECONNABORTED && errno != EINTR) {
			if (errno != EAGAIN)
				pause_accepting(control, errno);
			return;
		}
	}
}

static void
control_on_pause_end(evutil_socket_t fd, short what, void *arg)
{
	struct control *control = arg;

	(void)fd;
	(void)what;
	if (control->accept_event != NULL)
		event_add(control->accept_event, NULL);
}

/* The event goes before its descriptor. */
static void
close_socket(struct control *control)
{
	if (control->accept_event != NULL)
		event_free(STEAL(control->accept_event));
	event_del(control->pause_event);
	control_socket_close(&control->socket);
}

static int
open_socket(struct control *control, const struct control_settings *settings, char **ret_reason)
{
	struct control_socket opened;
	int error = control_socket_open(settings->path, &settings->access, &opened, ret_reason);

	if (error < 0)
		return error;
	close_socket(control);
	control->socket = opened;
	control->accept_event = event_new(
		control->base, opened.fd, EV_READ | EV_PERSIST, control_on_connect, control);
	if (control->accept_event == NULL)
		abort();
	event_priority_set(control->accept_event, CONTROL_PRIORITY);
	if (event_add(control->accept_event, NULL) < 0)
		abort();
	return 0;
}

static bool
is_as_before(const struct control *control, const struct control_settings *settings)
{
	return control_socket_is_there(&control->socket) &&
	       strcmp(control->socket.path, settings->path) == 0;
}

int
control_apply(struct control *control, const struct control_settings *settings)
{
	CLEANUP_FREE char *reason = NULL;
	int error;

	control->access = settings->access;
	if (is_as_before(control, settings))
		error = control_socket_let_in(&control->socket, &settings->access, &reason);
	else
		error = open_socket(control, settings, &reason);
	if (error < 0)
		log_error("control: %s; %s%s", reason,
			control->socket.path != NULL ? "it stays " : "nobody can ask or submit",
			control->socket.path != NULL ? control->socket.path : "");
	return error;
}

struct control *
control_new(struct event_base *base, const struct control_service *service, int64_t patience_ms)
{
	struct control *control = xcalloc(1, sizeof(*control));

	control->base = base;
	control->owner = (struct control_client_owner){
		.service = service,
		.rights = client_on_rights,
		.over = client_on_over,
		.arg = control,
		.patience_ms = patience_ms > 0 ? patience_ms : PATIENCE_MS,
	};
	control->pause_event = event_new(base, -1, 0, control_on_pause_end, control);
	if (control->pause_event == NULL)
		abort();
	return control;
}

void
control_stop(struct control *control)
{
	struct member *member;

	close_socket(control);
	DL_FOREACH(control->members, member) {
		control_client_stop(member->client);
	}
}

void
control_free(struct control *control)
{
	if (control == NULL)
		return;
	close_socket(control);
	while (control->members != NULL)
		remove_member(control, control->members);
	event_free(control->pause_event);
	free(control);
}
