/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is sent goes in rounds. A round has what has changed when it begins: rows, then events
 * of the log; after it "in sync" goes, once after a connection, and notices. What changes
 * meanwhile is of the next round, so that nothing waits for rows that change without an end. A
 * row is thus always told before its event and that before its notice, and each publication
 * stands in one queue once, however often it changes meanwhile. What went is told before all
 * that, and the summary whenever it is due.
 */
#include "feed.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "clock.h"
#include "util.h"

/*
 * Changes are collected for so long, so that a run which begins and ends meanwhile is not
 * told. An event waits for none of it; nor does what was stored, where nothing was told for
 * so long.
 */
#define COLLECT_MS 150

/* So many messages are sent before other events of the loop have their turn. */
#define BURST 256

/* Of what the publisher was told of, so that there are no more than publications were. */
struct removal {
	size_t len;
	struct removal *prev, *next;
	uint8_t message[];
};

struct feed {
	struct event_base *base;
	struct feed_callbacks callbacks;
	void *arg;

	struct publication *changed[FEED_KINDS];   /* to be sent */
	struct publication *unchanged[FEED_KINDS]; /* the others */
	uint8_t round;                             /* which is being sent */
	uint8_t next_round;                        /* of what changes now */
	struct removal *removals;
	size_t unacknowledged; /* notices */

	int socket; /* -1: not connected */
	struct feed_peer peer;
	struct event *readable;
	struct event *writable;
	struct event *collected; /* fires when collected changes are to be sent */
	struct event *notified;  /* made active: they are to be sent at once */
	struct monotime flushed; /* when that was begun last */
	bool is_sync_due;
	bool is_beat_due;     /* after what is to be told */
	bool is_beat_overdue; /* before */
};

static void lose(struct feed *feed, const char *reason);

/* An error of the socket: one that the other end has closed is no fault of its. */
static void
lose_by_error(struct feed *feed, int error)
{
	lose(feed, error == EPIPE || error == ECONNRESET ? NULL : strerror(error));
}

/* Sends one packet. Returns false where the socket is full or has been lost. */
static bool
send_packet(struct feed *feed, const uint8_t *buf, size_t len)
{
	if (send(feed->socket, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len)
		return true;
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == EINTR)
		event_add(feed->writable, NULL);
	else
		lose_by_error(feed, errno);
	return false;
}

static bool
send_message(struct feed *feed, const struct wire_message *message)
{
	uint8_t buf[WIRE_MESSAGE_MAX];
	size_t len = wire_encode(message, buf);

	return send_packet(feed, buf, len);
}

static bool
send_removal(struct feed *feed)
{
	struct removal *removal = feed->removals;

	if (!send_packet(feed, removal->message, removal->len))
		return false;
	DL_DELETE(feed->removals, removal);
	free(removal);
	return true;
}

/* There is nothing to be told of it. */
static void
settle(struct feed *feed, struct publication *publication)
{
	publication->is_changed = false;
	DL_DELETE(feed->changed[publication->kind], publication);
	DL_APPEND(feed->unchanged[publication->kind], publication);
}

static bool
send_change(struct feed *feed, struct publication *publication)
{
	struct wire_message message;

	feed->callbacks.fill(feed->arg, publication, &message);
	if (!send_message(feed, &message))
		return false;
	publication->is_told = true;
	publication->is_due = false;
	publication->told_phase = publication->phase;
	settle(feed, publication);
	/* The scalars that tell of the log must not lag behind it. */
	if (publication->kind == FEED_EVENT)
		feed->is_beat_due = true;
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
send_notice(struct feed *feed, const struct check_event *event)
{
	struct wire_message message = {.type = WIRE_NOTIFY, .event = *event};

	if (!send_message(feed, &message))
		return false;
	feed->unacknowledged++;
	feed->callbacks.notice_sent(feed->arg);
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
	feed->is_beat_overdue = false;
	return true;
}

/* The first change of the round to be told, of all kinds; NULL where there is none. */
static struct publication *
next_change(const struct feed *feed)
{
	for (enum feed_kind kind = 0; kind < FEED_KINDS; kind++) {
		struct publication *first = feed->changed[kind];

		if (first != NULL && first->round == feed->round)
			return first;
	}
	return NULL;
}

/* The one before must be over. */
static void
begin_round(struct feed *feed)
{
	feed->round = feed->next_round++;
}

/* The next notice whose event the publisher has; NULL where there is none. */
static const struct check_event *
next_notice(const struct feed *feed)
{
	const struct publication *publication = NULL;
	const struct check_event *event;

	if (feed->unacknowledged >= WIRE_EVENT_WINDOW)
		return NULL;
	event = feed->callbacks.next_notice(feed->arg, &publication);
	return publication == NULL || publication->is_told ? event : NULL;
}

/*
 * Sends what comes next. Returns false where nothing is left, or nothing can be sent. The
 * heartbeat waits for no queue; the summary that follows a change of the log does.
 */
static bool
send_next(struct feed *feed)
{
	struct publication *changed;
	const struct check_event *notice;

	if (feed->socket < 0)
		return false;
	if (feed->is_beat_overdue)
		return send_summary(feed);
	if (feed->removals != NULL)
		return send_removal(feed);
	changed = next_change(feed);
	if (changed != NULL)
		return send_change(feed, changed);
	if (feed->is_beat_due)
		return send_summary(feed);
	if (feed->is_sync_due)
		return send_sync(feed);
	notice = next_notice(feed);
	if (notice != NULL)
		return send_notice(feed, notice);
	begin_round(feed);
	changed = next_change(feed);
	return changed != NULL && send_change(feed, changed);
}

static void
flush(struct feed *feed)
{
	feed->flushed = monotime_now();
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
feed_on_notified(evutil_socket_t fd, short what, void *arg)
{
	struct feed *feed = arg;

	(void)fd;
	(void)what;
	evtimer_del(feed->collected);
	flush(feed);
}

static void
flush_soon(struct feed *feed)
{
	static const struct timeval delay = {.tv_usec = COLLECT_MS * 1000};

	if (feed->socket >= 0 && !evtimer_pending(feed->collected, NULL))
		evtimer_add(feed->collected, &delay);
}

/* Returns false where the number is not of the first event that is on its way. */
static bool
acknowledge(struct feed *feed, const struct wire_acknowledge *acknowledge)
{
	if (feed->unacknowledged == 0 || !feed->callbacks.acknowledged(feed->arg, acknowledge))
		return false;
	feed->unacknowledged--;
	feed_notify(feed);
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
		if (!acknowledge(feed, &message.acknowledge))
			wrong = "it acknowledged an event out of turn";
		break;
	case WIRE_HELLO:
	case WIRE_ROW:
	case WIRE_REMOVE:
	case WIRE_EVENT:
	case WIRE_FORGET:
	case WIRE_SYNC:
	case WIRE_NOTIFY:
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
			lose(feed, NULL);
			return;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
			return;
		} else {
			lose_by_error(feed, errno);
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
	feed->socket = -1;
	feed->collected = evtimer_new(base, feed_on_writable, feed);
	feed->notified = event_new(base, -1, 0, feed_on_notified, feed);
	return feed;
}

static void
drop_removals(struct feed *feed)
{
	struct removal *removal, *following;

	DL_FOREACH_SAFE(feed->removals, removal, following) {
		free(removal);
	}
	feed->removals = NULL;
}

void
feed_free(struct feed *feed)
{
	if (feed == NULL)
		return;
	for (enum feed_kind kind = 0; kind < FEED_KINDS; kind++)
		assert(feed->changed[kind] == NULL && feed->unchanged[kind] == NULL);
	feed_disconnect(feed);
	drop_removals(feed);
	event_free(feed->collected);
	event_free(feed->notified);
	free(feed);
}

/* Nothing of what was told before counts. */
static void
forget_connection(struct feed *feed)
{
	struct publication *publication;

	for (enum feed_kind kind = 0; kind < FEED_KINDS; kind++) {
		DL_FOREACH(feed->changed[kind], publication) {
			publication->is_told = false;
			publication->round = feed->next_round;
		}
		DL_FOREACH(feed->unchanged[kind], publication) {
			publication->is_told = false;
			publication->is_changed = true;
			publication->round = feed->next_round;
		}
		DL_CONCAT(feed->unchanged[kind], feed->changed[kind]);
		feed->changed[kind] = STEAL(feed->unchanged[kind]);
	}
	feed->unacknowledged = 0;
	feed->callbacks.disconnected(feed->arg);
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
	feed->is_beat_overdue = true;
	begin_round(feed);
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
	event_del(feed->notified);
	close(feed->socket);
	feed->socket = -1;
	forget_connection(feed);
}

void
publication_init(struct publication *publication, struct feed *feed, enum feed_kind kind)
{
	*publication = (struct publication){
		.feed = feed, .kind = kind, .is_changed = true, .round = feed->next_round};
	DL_APPEND(feed->changed[kind], publication);
	flush_soon(feed);
}

static struct publication **
list_of(struct publication *publication)
{
	struct feed *feed = publication->feed;

	return publication->is_changed ? &feed->changed[publication->kind]
				       : &feed->unchanged[publication->kind];
}

static void
put_last(struct publication *publication)
{
	DL_DELETE(*list_of(publication), publication);
	publication->is_changed = true;
	publication->round = publication->feed->next_round;
	DL_APPEND(*list_of(publication), publication);
	flush_soon(publication->feed);
}

void
publication_change(struct publication *publication)
{
	publication->is_due = true;
	if (!publication->is_changed)
		put_last(publication);
}

void
publication_change_last(struct publication *publication)
{
	publication->is_due = true;
	put_last(publication);
}

/* Nobody wakes up for nothing. */
static void
take_back(struct publication *publication)
{
	struct feed *feed = publication->feed;

	settle(feed, publication);
	if (feed->changed[FEED_ROW] == NULL && feed->changed[FEED_EVENT] == NULL &&
		feed->removals == NULL)
		evtimer_del(feed->collected);
}

void
publication_pass(struct publication *publication, uint8_t phase)
{
	bool is_as_told = publication->is_told && phase == publication->told_phase;

	publication->phase = phase;
	if (!publication->is_changed && !is_as_told)
		put_last(publication);
	else if (publication->is_changed && is_as_told && !publication->is_due)
		take_back(publication);
}

static void
add_removal(struct feed *feed, const struct wire_message *message)
{
	uint8_t buf[WIRE_MESSAGE_MAX];
	size_t len = wire_encode(message, buf);
	struct removal *removal = xcalloc(1, sizeof(*removal) + len);

	removal->len = len;
	memcpy(removal->message, buf, len);
	DL_APPEND(feed->removals, removal);
	flush_soon(feed);
}

void
publication_deinit(struct publication *publication, const struct wire_message *removal)
{
	DL_DELETE(*list_of(publication), publication);
	if (publication->is_told)
		add_removal(publication->feed, removal);
}

/* Once the loop has done what it is at: what is collected by then is told with it. */
void
feed_notify(struct feed *feed)
{
	if (feed->socket >= 0)
		event_active(feed->notified, EV_TIMEOUT, 0);
}

void
feed_notify_stored(struct feed *feed)
{
	if (monotime_now().ns - feed->flushed.ns >= COLLECT_MS * NS_PER_MS)
		feed_notify(feed);
}

void
feed_beat(struct feed *feed)
{
	if (feed->socket < 0)
		return;
	feed->is_beat_overdue = true;
	flush(feed);
}

void
feed_beat_later(struct feed *feed)
{
	if (feed->is_beat_due)
		feed_beat(feed);
	else
		feed->is_beat_due = true;
}
