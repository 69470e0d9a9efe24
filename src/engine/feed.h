/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What checkd-snmp is told over its socket, and what it answers: each changed row's newest
 * value, rows that went, events in order until they are acknowledged. Never blocks, and
 * holds no more than each row's name once and a bounded number of events. Without a
 * connection it keeps what will have to be told; on each new one it tells all.
 */
#ifndef ENGINE_FEED_H
#define ENGINE_FEED_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

struct feed;

/* A row that is published. Embedded in its owner; its members are the feed's. */
struct publication {
	struct feed *feed;
	bool is_changed; /* its newest value is still to be sent */
	struct publication *prev, *next;
};

struct feed_callbacks {
	/* Fills in a row's present value; its strings stay the owner's. */
	void (*row)(void *arg, const struct publication *publication, struct wire_row *ret_row);
	/* Fills in the scalars; likewise. */
	void (*summary)(void *arg, struct wire_summary *ret_summary);
};

/* How a connection goes, for whoever made it. */
struct feed_peer {
	void (*alive)(void *arg, const struct wire_alive *alive);
	/* It is over: the end of the stream, an error, or nonsense, as reason says. */
	void (*lost)(void *arg, const char *reason);
	void *arg;
};

struct feed *feed_new(
	struct event_base *base, const struct feed_callbacks *callbacks, void *arg);
void feed_free(struct feed *feed); /* no publication may be left */

/* How many unacknowledged events are kept. */
void feed_set_backlog(struct feed *feed, size_t backlog);

/* Takes the socket (SOCK_SEQPACKET, non-blocking) and begins with hello. */
void feed_connect(struct feed *feed, int socket, const struct wire_hello *hello,
	const struct feed_peer *peer);
void feed_disconnect(struct feed *feed);

/* A row comes, has changed, goes. Its name is borrowed for the call. */
void publication_init(struct publication *publication, struct feed *feed);
void publication_change(struct publication *publication);
void publication_deinit(struct publication *publication, const char *name);

/*
 * Hands over an event to be notified; its strings are taken. Returns how many events were
 * lost by it: beyond the backlog the oldest that has not been sent is dropped.
 */
size_t feed_notify(struct feed *feed, struct wire_event *event);

/* Tells the scalars, which is the engine's heartbeat: to be called every second. */
void feed_beat(struct feed *feed);

/* Events that the master has not taken. */
size_t feed_pending(const struct feed *feed);

#endif
