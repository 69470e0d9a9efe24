/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order on the socket is: hello, rows that went, changed rows, "in sync" once after a
 * connection, events, the summary. A row is thus always told before its event, and the
 * queue of changed rows holds each row once, however often it changes meanwhile.
 */
#include "feed.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "util.h"

/* Changes are collected for so long, so that a short run's start and end are one row. */
#define COLLECT_MS 10

/* So many messages are sent before other events of the loop have their turn. */
#define BURST 256

struct removal {
	char *name;
	struct removal *prev, *next;
};

struct pending_event {
	struct wire_event event;
	bool is_acknowledged;
	struct pending_event *prev, *next;
};

struct feed {
	struct event_base *base;
	struct feed_callbacks callbacks;
	void *arg;

	struct publication *changed;   /* to be sent */
	struct publication *unchanged; /* the others */
	struct removal *removals;
	struct pending_event *events;     /* in the order of their numbers */
	struct pending_event *next_event; /* the first not sent on this connection */
	size_t event_count;
	size_t sent_count; /* of those, sent and not taken off the list */
	size_t backlog;

	int socket; /* -1: not connected */
	struct feed_peer peer;
	struct event *readable;
	struct event *writable;
	struct event *collected; /* fires when collected changes are to be sent */
	bool is_sync_due;
	bool is_beat_due;
};

static void lose(struct feed *feed, const char *reason);

static void
free_event(struct pending_event *pending)
{
	wire_event_deinit(&pending->event);
	free(pending);
}

/* Sends one message. Returns false where the socket is full or has been lost. */
static bool
send_message(struct feed *feed, const struct wire_message *message)
{
	uint8_t buf[WIRE_MESSAGE_MAX];
	size_t len = wire_encode(message, buf);

	if (send(feed->socket, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len)
		return true;
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == EINTR)
		event_add(feed->writable, NULL);
	else
		lose(feed, strerror(errno));
	return false;
}

static bool
send_removal(struct feed *feed)
{
	struct removal *removal = feed->removals;
	struct wire_message message = {.type = WIRE_REMOVE, .remove = {.name = removal->name}};

	if (!send_message(feed, &message))
		return false;
	DL_DELETE(feed->removals, removal);
	free(removal->name);
	free(removal);
	return true;
}

static bool
send_row(struct feed *feed)
{
	struct publication *publication = feed->changed;
	struct wire_message message = {.type = WIRE_ROW};

	feed->callbacks.row(feed->arg, publication, &message.row);
	if (!send_message(feed, &message))
		return false;
	publication->is_changed = false;
	DL_DELETE(feed->changed, publication);
	DL_APPEND(feed->unchanged, publication);
	return true;
}

static bool
send_sync(struct feed *feed)
{
	if (!send_message(feed, &(struct wire_message){.type = WIRE_SYNC}))
		return false;
	feed->is_sync_due = false;
	return true;
}

static bool
send_event(struct feed *feed)
{
	struct wire_message message = {.type = WIRE_EVENT, .event = feed->next_event->event};

	if (!send_message(feed, &message))
		return false;
	feed->next_event = feed->next_event->next;
	feed->sent_count++;
	return true;
}

static bool
send_summary(struct feed *feed)
{
	struct wire_message message = {.type = WIRE_SUMMARY};

	feed->callbacks.summary(feed->arg, &message.summary);
	if (!send_message(feed, &message))
		return false;
	feed->is_beat_due = false;
	return true;
}

/* Sends what comes next. Returns false where nothing is left, or nothing can be sent. */
static bool
send_next(struct feed *feed)
{
	if (feed->socket < 0)
		return false;
	if (feed->is_beat_due)
		return send_summary(feed);
	if (feed->removals != NULL)
		return send_removal(feed);
	if (feed->changed != NULL)
		return send_row(feed);
	if (feed->is_sync_due)
		return send_sync(feed);
	if (feed->next_event != NULL && feed->sent_count < WIRE_EVENT_WINDOW)
		return send_event(feed);
	return false;
}

static void
flush(struct feed *feed)
{
	for (unsigned i = 0; i < BURST; i++) {
		if (!send_next(feed))
			return;
	}
	event_add(feed->writable, NULL); /* go on once the others had their turn */
}

static void
feed_on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	flush(arg);
}

static void
flush_soon(struct feed *feed)
{
	static const struct timeval delay = {.tv_usec = COLLECT_MS * 1000};

	if (feed->socket >= 0 && !evtimer_pending(feed->collected, NULL))
		evtimer_add(feed->collected, &delay);
}

static void
take_off(struct feed *feed, struct pending_event *pending)
{
	DL_DELETE(feed->events, pending);
	feed->event_count--;
	free_event(pending);
}

/* Returns false where the number is of no event that is on its way. */
static bool
acknowledge(struct feed *feed, uint64_t number)
{
	struct pending_event *pending = feed->events;

	while (pending != feed->next_event && pending->event.number != number)
		pending = pending->next;
	if (pending == feed->next_event || pending->is_acknowledged)
		return false;
	pending->is_acknowledged = true;
	while (feed->events != feed->next_event && feed->events->is_acknowledged) {
		take_off(feed, feed->events);
		feed->sent_count--;
	}
	flush_soon(feed);
	return true;
}

/* Handles what the publisher says. Returns false once the connection is lost. */
static bool
handle_message(struct feed *feed, const uint8_t *buf, size_t len)
{
	struct wire_message message;
	const char *wrong = NULL;

	if (wire_decode(buf, len, &message) < 0) {
		lose(feed, "it sent what is no message");
		return false;
	}
	switch (message.type) {
	case WIRE_ALIVE:
		feed->peer.alive(feed->peer.arg, &message.alive);
		break;
	case WIRE_ACKNOWLEDGE:
		if (!acknowledge(feed, message.acknowledge.number))
			wrong = "it acknowledged an event that it was not sent";
		break;
	case WIRE_HELLO:
	case WIRE_ROW:
	case WIRE_REMOVE:
	case WIRE_SYNC:
	case WIRE_EVENT:
	case WIRE_SUMMARY:
		wrong = "it sent a message that is the engine's";
		break;
	}
	wire_message_deinit(&message);
	if (wrong != NULL)
		lose(feed, wrong);
	return feed->socket >= 0;
}

static void
feed_on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct feed *feed = arg;
	uint8_t buf[WIRE_MESSAGE_MAX];

	(void)what;
	for (unsigned i = 0; i < BURST; i++) {
		ssize_t len = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);

		if (len > 0) {
			if (!handle_message(feed, buf, (size_t)len))
				return;
		} else if (len == 0) {
			lose(feed, "it closed its socket");
			return;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
			return;
		} else {
			lose(feed, strerror(errno));
			return;
		}
	}
}

static void
lose(struct feed *feed, const char *reason)
{
	struct feed_peer peer = feed->peer;

	feed_disconnect(feed);
	peer.lost(peer.arg, reason);
}

struct feed *
feed_new(struct event_base *base, const struct feed_callbacks *callbacks, void *arg)
{
	struct feed *feed = xcalloc(1, sizeof(*feed));

	feed->base = base;
	feed->callbacks = *callbacks;
	feed->arg = arg;
	feed->backlog = SIZE_MAX;
	feed->socket = -1;
	feed->collected = evtimer_new(base, feed_on_writable, feed);
	return feed;
}

static void
drop_removals(struct feed *feed)
{
	struct removal *removal, *following;

	DL_FOREACH_SAFE(feed->removals, removal, following) {
		free(removal->name);
		free(removal);
	}
	feed->removals = NULL;
}

void
feed_free(struct feed *feed)
{
	if (feed == NULL)
		return;
	assert(feed->changed == NULL && feed->unchanged == NULL);
	feed_disconnect(feed);
	while (feed->events != NULL)
		take_off(feed, feed->events);
	drop_removals(feed);
	event_free(feed->collected);
	free(feed);
}

void
feed_set_backlog(struct feed *feed, size_t backlog)
{
	feed->backlog = backlog;
}

/* Nothing of what was told before counts: every row is changed, no event was sent. */
static void
forget_connection(struct feed *feed)
{
	struct publication *publication;
	struct pending_event *pending;

	DL_FOREACH(feed->unchanged, publication) {
		publication->is_changed = true;
	}
	DL_CONCAT(feed->changed, feed->unchanged);
	feed->unchanged = NULL;
	DL_FOREACH(feed->events, pending) {
		if (pending == feed->next_event)
			break;
		pending->is_acknowledged = false;
	}
	feed->next_event = feed->events;
	feed->sent_count = 0;
	drop_removals(feed);
}

void
feed_connect(struct feed *feed, int socket, const struct wire_hello *hello,
	const struct feed_peer *peer)
{
	struct wire_message message = {.type = WIRE_HELLO, .hello = *hello};

	assert(feed->socket < 0);
	feed->socket = socket;
	feed->peer = *peer;
	feed->is_sync_due = true;
	feed->is_beat_due = true;
	feed->readable =
		event_new(feed->base, socket, EV_READ | EV_PERSIST, feed_on_readable, feed);
	feed->writable = event_new(feed->base, socket, EV_WRITE, feed_on_writable, feed);
	event_add(feed->readable, NULL);
	event_add(feed->writable, NULL);
	send_message(feed, &message); /* the first packet of a new socket always fits */
}

void
feed_disconnect(struct feed *feed)
{
	if (feed->socket < 0)
		return;
	event_free(feed->readable);
	event_free(feed->writable);
	evtimer_del(feed->collected);
	close(feed->socket);
	feed->socket = -1;
	forget_connection(feed);
}

void
publication_init(struct publication *publication, struct feed *feed)
{
	publication->feed = feed;
	publication->is_changed = true;
	DL_APPEND(feed->changed, publication);
	flush_soon(feed);
}

void
publication_change(struct publication *publication)
{
	struct feed *feed = publication->feed;

	if (publication->is_changed)
		return;
	publication->is_changed = true;
	DL_DELETE(feed->unchanged, publication);
	DL_APPEND(feed->changed, publication);
	flush_soon(feed);
}

void
publication_deinit(struct publication *publication, const char *name)
{
	struct feed *feed = publication->feed;

	if (publication->is_changed)
		DL_DELETE(feed->changed, publication);
	else
		DL_DELETE(feed->unchanged, publication);
	if (feed->socket < 0)
		return;

	struct removal *removal = xcalloc(1, sizeof(*removal));

	removal->name = xstrdup(name);
	DL_APPEND(feed->removals, removal);
	flush_soon(feed);
}

size_t
feed_notify(struct feed *feed, struct wire_event *event)
{
	struct pending_event *pending = xcalloc(1, sizeof(*pending));
	size_t lost = 0;

	pending->event = *event;
	DL_APPEND(feed->events, pending);
	feed->event_count++;
	if (feed->next_event == NULL)
		feed->next_event = pending;
	while (feed->event_count > feed->backlog && feed->next_event != NULL) {
		struct pending_event *oldest = feed->next_event;

		feed->next_event = oldest->next;
		take_off(feed, oldest);
		lost++;
	}
	flush_soon(feed);
	return lost;
}

void
feed_beat(struct feed *feed)
{
	if (feed->socket < 0)
		return;
	feed->is_beat_due = true;
	flush(feed);
}

size_t
feed_pending(const struct feed *feed)
{
	return feed->event_count;
}
