/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of events: gives them their numbers, has them stored, publishes what is stored,
 * has notified what is to be, keeps account of what became of each, and drops what is too
 * old, at its beginning only, so that the numbers in it have no gap. Its entries are the
 * feed's publications of kind FEED_EVENT.
 */
#ifndef ENGINE_EVENTLOG_H
#define ENGINE_EVENTLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check_event.h"
#include "store.h"
#include "wire.h"

struct eventlog;
struct feed;
struct publication;

/* The feed is borrowed. The log is empty, and keeps nothing before eventlog_restore. */
struct eventlog *eventlog_new(struct feed *feed);
void eventlog_free(struct eventlog *log);

/*
 * Settled events beyond history are dropped, once no pending one comes before them; pending
 * ones beyond backlog, and those that keep the log longer than both together, are lost.
 */
void eventlog_set_limits(struct eventlog *log, size_t history, size_t backlog);

/*
 * Takes the events of what the store had, and goes on behind its last number. The limits
 * must be set. That checkd has started is told by a notification.
 */
void eventlog_restore(struct eventlog *log, struct store *store, struct store_content *content);

/* The epoch of the events from now on. */
void eventlog_set_epoch(struct eventlog *log, uint32_t state_epoch);
uint32_t eventlog_epoch(const struct eventlog *log);

/*
 * Adds an event, whose strings are taken, and returns its number. It is notified unless it
 * is marked as suppressed.
 */
uint64_t eventlog_add(struct eventlog *log, struct check_event *event);

/* What the store says: this is on disk now. */
void eventlog_stored(struct eventlog *log, uint64_t number);
void eventlog_stored_delivery(
	struct eventlog *log, uint64_t number, enum check_delivery delivery);

/* The store has failed: what it does not have yet is shown all the same. */
void eventlog_show_all(struct eventlog *log);

/* The store has lost all: gives it every event again. */
void eventlog_store_again(struct eventlog *log);

/* Fills in the figures of events as they are now, and leaves the others. */
void eventlog_figures(const struct eventlog *log, struct store_figures *figures);

/* Fills in what the scalars say of events; figures are those that may be shown. */
void eventlog_summarize(const struct eventlog *log, const struct store_figures *figures,
	struct wire_summary *summary);

/*
 * The first event behind a number, of those that may be shown; NULL: there is none yet. The
 * log's, until the loop goes on.
 */
const struct check_event *eventlog_after(const struct eventlog *log, uint64_t number);

/*
 * The number of the first event that may be shown, 0 where there is none; and that of the
 * last one ever, be it in the log or not.
 */
void eventlog_range(const struct eventlog *log, uint64_t *ret_first, uint64_t *ret_last);

/* Has somebody told, from the loop or from within a call, when there are more of these. */
void eventlog_watch(struct eventlog *log, void (*grown)(void *arg), void *arg);

/* The feed's callbacks. */
void eventlog_fill(const struct publication *publication, struct wire_message *ret_message);
const struct check_event *eventlog_next_notice(
	struct eventlog *log, const struct publication **ret_publication);
void eventlog_notice_sent(struct eventlog *log);
bool eventlog_acknowledged(struct eventlog *log, const struct wire_acknowledge *acknowledge);
void eventlog_disconnected(struct eventlog *log);

#endif
