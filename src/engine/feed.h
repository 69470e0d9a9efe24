/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What checkd-snmp is told over its socket, and what it answers: the newest value of each
 * row and of each event of the log, what leaves them, and what is to be notified, in order,
 * until it is acknowledged. Never blocks, and holds no values itself: they are asked for
 * when the socket takes them. On each new connection all is told again.
 */
#ifndef ENGINE_FEED_H
#define ENGINE_FEED_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

struct feed;

/* What is published, in the order in which changes are told. */
enum feed_kind {
	FEED_ROW,
	FEED_EVENT,
	FEED_KINDS,
};

/* Something that is published. Embedded in its owner; its members are the feed's. */
struct publication {
	struct feed *feed;
	enum feed_kind kind : 8;
	bool is_changed;    /* its newest value is still to be sent */
	bool is_told;       /* the publisher has a value of it */
	bool is_due;        /* more has changed than its phase */
	uint8_t phase;      /* what comes and goes */
	uint8_t told_phase; /* as the publisher has it */
	uint8_t round;      /* in which it is to be sent */
	struct publication *prev, *next;
};

struct feed_callbacks {
	/* Fills in the message of its present value; its strings stay the owner's. */
	void (*fill)(void *arg, const struct publication *publication,
		struct wire_message *ret_message);
	/* Fills in the scalars; likewise. */
	void (*summary)(void *arg, struct wire_summary *ret_summary);
	/*
	 * The next event to be notified, or NULL, and what tells of it, NULL where nothing
	 * does; then that its notice was sent.
	 */
	const struct check_event *(*next_notice)(
		void *arg, const struct publication **ret_publication);
	void (*notice_sent)(void *arg);
	/* Returns false where the number is not of the first event that was sent. */
	bool (*acknowledged)(void *arg, const struct wire_acknowledge *acknowledge);
	/* What was sent and not acknowledged is to be sent again. */
	void (*disconnected)(void *arg);
};

/* How a connection goes, for whoever made it. */
struct feed_peer {
	void (*alive)(void *arg, const struct wire_alive *alive);
	/* It is over: by an error or nonsense, as reason says, or the stream's end, by NULL. */
	void (*lost)(void *arg, const char *reason);
	void *arg;
};

struct feed *feed_new(
	struct event_base *base, const struct feed_callbacks *callbacks, void *arg);
void feed_free(struct feed *feed); /* no publication may be left */

/* Takes the socket (SOCK_SEQPACKET, non-blocking) and begins with hello. */
void feed_connect(struct feed *feed, int socket, const struct wire_hello *hello,
	const struct feed_peer *peer);
void feed_disconnect(struct feed *feed);

/* It comes, has changed, goes. removal is its farewell, whose strings are borrowed. */
void publication_init(struct publication *publication, struct feed *feed, enum feed_kind kind);
void publication_change(struct publication *publication);

/*
 * All that has changed is its phase, as of a run that begins and ends: nothing is told where
 * it is back at the one that was told before.
 */
void publication_pass(struct publication *publication, uint8_t phase);

/* Among the changes of its kind it is told last: for those that are told in an order. */
void publication_change_last(struct publication *publication);
void publication_deinit(struct publication *publication, const struct wire_message *removal);

/* What has changed is told now and not when more is collected; there may be a next notice. */
void feed_notify(struct feed *feed);

/* What has changed was stored: likewise, but no more often than changes are collected. */
void feed_notify_stored(struct feed *feed);

/*
 * Tells the scalars, which is the engine's heartbeat: one of these is to be called every
 * second. Later: with what is told next, so that the publisher wakes up once, and by itself
 * at the next beat at the latest.
 */
void feed_beat(struct feed *feed);
void feed_beat_later(struct feed *feed);

#endif
