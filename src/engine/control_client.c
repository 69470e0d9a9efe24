/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All is done in a client's turn, which comes by what the socket is ready for, by an answer,
 * by what is left from the last turn, or by its patience's end; only there it may be over.
 */
#include "control_client.h"

#include <errno.h>
#include <event2/buffer.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "clock.h"
#include "log.h"
#include "util.h"

/* What it may have of one turn of the loop. */
#define TURN_OCTETS 16384
#define TURN_LINES  16
#define TURN_NS     (2 * NS_PER_MS)

struct control_client {
	int fd;
	struct control_peer peer;
	char name[64];
	const struct control_client_owner *owner;
	struct event *read_event;
	struct event *write_event;
	struct event *turn_event;     /* something is left to be done */
	struct event *patience_event; /* pending while it has to move */
	struct evbuffer *input;
	struct evbuffer *output;
	struct control_call *calls; /* in the order of the requests */
	size_t call_count;
	size_t answer_octets; /* of answers that wait for those before them */
	bool is_served;       /* it is its turn */
	bool has_lines;       /* there are requests for its next turn */
	bool has_ended;       /* it sends no more, or is heard no more */
	bool has_gone;        /* nor does it read any more */
	bool is_broken;       /* nothing reaches it any more */
	const char *fault;    /* why it is closed; NULL: it is not */
};

/* Serves it once the caller has returned. */
static void
make_turn(struct control_client *client)
{
	static const struct timeval at_once = {0};

	event_add(client->turn_event, &at_once);
}

static void
call_on_answered(void *arg)
{
	struct control_client *client = arg;

	if (!client->is_served)
		make_turn(client);
}

/* Whether its end is closed, and not only for what it sends. */
static bool
is_hung_up(const struct control_client *client)
{
	struct pollfd poll_fd = {.fd = client->fd};

	return poll(&poll_fd, 1, 0) == 1 && (poll_fd.revents & POLLHUP) != 0;
}

/* Whether anything came or went. */
static bool
read_input(struct control_client *client)
{
	int len = evbuffer_read(client->input, client->fd, TURN_OCTETS);

	if (len > 0)
		return true;
	if (len == 0 || (errno != EAGAIN && errno != EINTR)) {
		client->has_ended = true;
		client->has_gone = is_hung_up(client);
		event_del(client->read_event);
	}
	return false;
}

/* An answer for what is read no further. */
static void
refuse_endless_line(struct control_client *client)
{
	struct control_call *call = control_call_new(call_on_answered, client);

	DL_APPEND(client->calls, call);
	client->call_count++;
	control_call_fail(call, "the request is longer than %d octets", CONTROL_REQUEST_MAX);
	evbuffer_drain(client->input, evbuffer_get_length(client->input));
	client->has_ended = true;
	event_del(client->read_event);
}

/* The next line, to be freed, or NULL; where it has ended the rest is one. */
static char *
take_line(struct control_client *client, size_t *ret_len)
{
	char *line = evbuffer_readln(client->input, ret_len, EVBUFFER_EOL_LF);
	size_t left = evbuffer_get_length(client->input);

	if (line != NULL || left == 0)
		return line;
	if (left > CONTROL_REQUEST_MAX) {
		refuse_endless_line(client);
	} else if (client->has_ended) {
		line = xcalloc(1, left + 1);
		*ret_len = (size_t)evbuffer_remove(client->input, line, left);
	}
	return line;
}

static void
begin_call(struct control_client *client, const char *line, size_t len)
{
	const struct control_client_owner *owner = client->owner;
	struct control_caller caller = {
		.name = client->name,
		.uid = client->peer.uid,
		.rights = owner->rights(owner->arg, &client->peer),
	};
	struct control_call *call = control_call_new(call_on_answered, client);

	DL_APPEND(client->calls, call);
	client->call_count++;
	control_call_begin(call, owner->service, &caller, line, len);
	if (call->answer != NULL)
		client->answer_octets += strlen(call->answer);
}

/* Whether it may have more than what it has asked for. */
static bool
has_room(const struct control_client *client)
{
	const struct control_call *last = client->calls != NULL ? client->calls->prev : NULL;

	return client->call_count < CONTROL_PENDING_MAX &&
	       evbuffer_get_length(client->output) + client->answer_octets <
		       CONTROL_OUTPUT_MAX &&
	       (last == NULL || last->answer != NULL || !last->is_waiting);
}

/* Empty lines are no requests. */
static void
take_lines(struct control_client *client)
{
	int64_t end_ns = monotime_now().ns + TURN_NS;

	client->has_lines = false;
	for (int i = 0; i < TURN_LINES && has_room(client) && monotime_now().ns < end_ns; i++) {
		size_t len = 0;
		CLEANUP_FREE char *line = take_line(client, &len);

		if (line == NULL)
			return;
		if (len > 0)
			begin_call(client, line, len);
	}
	client->has_lines = evbuffer_get_length(client->input) > 0;
}

/* Those that are answered leave, up to the first that is not. */
static void
collect_answers(struct control_client *client)
{
	struct control_call *call;

	while ((call = client->calls) != NULL && call->answer != NULL) {
		evbuffer_add(client->output, call->answer, strlen(call->answer));
		evbuffer_add(client->output, "\n", 1);
		DL_DELETE(client->calls, call);
		client->call_count--;
		control_call_free(call);
	}
	client->answer_octets = 0;
	DL_FOREACH(client->calls, call) {
		client->answer_octets += call->answer != NULL ? strlen(call->answer) : 0;
	}
}

static bool
write_output(struct control_client *client)
{
	if (evbuffer_get_length(client->output) == 0)
		return false;
	int len = evbuffer_write(client->output, client->fd);
	if (len < 0 && errno != EAGAIN && errno != EINTR)
		client->is_broken = true;
	return len > 0;
}

/* While a line is not whole, or answers are not read, it has to move. */
static void
watch(struct control_client *client, bool has_moved)
{
	int64_t ms = client->owner->patience_ms;
	const struct timeval patience = {
		.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000 * 1000)};
	bool must_move = evbuffer_get_length(client->output) > 0 ||
			 (evbuffer_get_length(client->input) > 0 && client->calls == NULL);

	if (!must_move)
		event_del(client->patience_event);
	else if (has_moved || !event_pending(client->patience_event, EV_TIMEOUT, NULL))
		event_add(client->patience_event, &patience);
}

static bool
is_over(struct control_client *client)
{
	bool has_read = client->calls == NULL && evbuffer_get_length(client->output) == 0;

	if (client->fault != NULL)
		log_info("control: %s: closed: %s", client->name, client->fault);
	return client->fault != NULL || client->is_broken ||
	       (client->has_ended && (has_read || client->has_gone) &&
		       evbuffer_get_length(client->input) == 0);
}

/* What it sent already comes before what it sends. */
static void
set_events(struct control_client *client)
{
	if (evbuffer_get_length(client->output) > 0)
		event_add(client->write_event, NULL);
	if (client->has_lines && has_room(client))
		make_turn(client);
	if (client->has_ended)
		return;
	if (client->has_lines)
		event_del(client->read_event);
	else
		event_add(client->read_event, NULL);
}

/* Frees the client where it is over. */
static void
serve(struct control_client *client, bool is_readable)
{
	bool has_moved = is_readable && !client->has_ended && read_input(client);

	client->is_served = true;
	collect_answers(client);
	take_lines(client);
	collect_answers(client);
	client->is_served = false;
	has_moved = write_output(client) || has_moved;
	if (is_over(client)) {
		client->owner->over(client->owner->arg, client);
		return;
	}
	watch(client, has_moved);
	set_events(client);
}

static void
client_on_ready(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	serve(arg, (what & EV_READ) != 0);
}

static void
client_on_impatience(evutil_socket_t fd, short what, void *arg)
{
	struct control_client *client = arg;

	(void)fd;
	(void)what;
	client->fault = evbuffer_get_length(client->output) > 0
				? "it does not read what it is answered"
				: "it does not end its line";
	serve(client, false);
}

/* As it may be: a base of fewer priorities has none of its own for this. */
static void
set_priority(struct control_client *client)
{
	event_priority_set(client->read_event, CONTROL_PRIORITY);
	event_priority_set(client->write_event, CONTROL_PRIORITY);
	event_priority_set(client->turn_event, CONTROL_PRIORITY);
	event_priority_set(client->patience_event, CONTROL_PRIORITY);
}

struct control_client *
control_client_new(struct event_base *base, int fd, struct control_peer *peer,
	const struct control_client_owner *owner)
{
	struct control_client *client = xcalloc(1, sizeof(*client));

	client->fd = fd;
	client->peer = *peer;
	*peer = (struct control_peer){.groups = NULL};
	client->owner = owner;
	snprintf(client->name, sizeof(client->name), "uid %u pid %d", client->peer.uid,
		client->peer.pid);
	client->input = evbuffer_new();
	client->output = evbuffer_new();
	client->read_event = event_new(base, fd, EV_READ | EV_PERSIST, client_on_ready, client);
	client->write_event = event_new(base, fd, EV_WRITE, client_on_ready, client);
	client->turn_event = event_new(base, -1, 0, client_on_ready, client);
	client->patience_event = event_new(base, -1, 0, client_on_impatience, client);
	set_priority(client);
	if (client->input == NULL || client->output == NULL || client->read_event == NULL ||
		client->write_event == NULL || client->turn_event == NULL ||
		client->patience_event == NULL || event_add(client->read_event, NULL) < 0)
		abort();
	return client;
}

/* Events go before their descriptor does. */
void
control_client_free(struct control_client *client)
{
	collect_answers(client);
	write_output(client);
	while (client->calls != NULL) {
		struct control_call *call = client->calls;

		DL_DELETE(client->calls, call);
		control_call_free(call);
	}
	event_free(client->read_event);
	event_free(client->write_event);
	event_free(client->turn_event);
	event_free(client->patience_event);
	evbuffer_free(client->input);
	evbuffer_free(client->output);
	control_peer_deinit(&client->peer);
	close(client->fd);
	free(client);
}

const struct control_peer *
control_client_peer(const struct control_client *client)
{
	return &client->peer;
}

void
control_client_stop(struct control_client *client)
{
	client->has_ended = true;
	event_del(client->read_event);
	evbuffer_drain(client->input, evbuffer_get_length(client->input));
	make_turn(client);
}
