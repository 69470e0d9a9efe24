/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A check in the engine: a job of the scheduler, a storable of the store, a publication of
 * the feed, and what it has to do with other checks. What a result means is decided in
 * core; here is kept what follows from it.
 *
 * The job's check is ahead of what may be shown until the store has it. Meanwhile the entry
 * holds back a copy of what was shown before.
 */
#ifndef ENGINE_ENTRY_H
#define ENGINE_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check_event.h"
#include "clock.h"
#include "feed.h"
#include "freshness.h"
#include "scheduler.h"
#include "store.h"
#include "tally.h"
#include "wire.h"

struct eventlog;
struct last_runs;
struct links;
struct orders;
struct run_wait;

/* What all entries share; borrowed. */
struct entry_context {
	struct scheduler *scheduler;
	struct feed *feed;
	struct eventlog *log;
	struct store *store; /* NULL before the engine has opened it */
	struct freshness *freshness;
	struct orders *orders;
	struct boottime resumed; /* when the engine ran on after it had been held up; or 0 */
	struct tally tally;      /* of their rows */
};

/* Small members stand together: there may be 100,000 entries. */
struct entry {
	struct entry_context *context;
	struct job job;
	struct storable storable;
	struct publication publication;
	struct store_check *shown; /* what is shown while the job is ahead; else NULL */
	uint64_t last_event;
	uint64_t missed_shown; /* missed runs as they may be shown */

	struct links *links;         /* NULL: it stands alone; see links.h */
	struct monotime looked;      /* when its last finished run began */
	struct freshness_item fresh; /* waits for it to become stale */
	struct run_wait *run_waits;  /* those who wait for a run */
	struct last_runs *last_runs; /* NULL: none is remembered */

	/* The teller's. */
	struct monotime look_since;  /* a run must begin after this before it is told of */
	struct monotime doubt_since; /* runs of what it depends on must; 0: need not */
	uint8_t block;               /* what suppressed its events when that was last seen */
	uint8_t suppression;         /* what suppresses them now, as its row has it */
	uint8_t look_reason;         /* what has ended, valid while look_since is not 0 */

	uint8_t counted_state; /* as its aggregates count it; 0: they do not */
	bool is_counted_stale;
	bool is_maintained;    /* by an order, beside what the links say */
	uint8_t admin_state;   /* as its row has it */
	uint8_t tallied_state; /* as the tally has it; 0: it has it not */
	bool is_tallied_stale;
	struct walltime discontinuity;
	uint32_t rank; /* its place among all by name */
};

/* Takes the definition's reference, and known, which may be NULL. */
struct entry *entry_new(struct entry_context *context, struct definition *definition,
	struct store_check *known);

/* Tells the feed that it goes. It must have left the set, and its links be gone. */
void entry_free(struct entry *entry);

struct entry *entry_of_job(struct job *job);
struct entry *entry_of_storable(const struct storable *storable);
const struct entry *entry_of_publication(const struct publication *publication);
struct entry *entry_of_freshness(struct freshness_item *item);

const char *entry_name(const struct entry *entry);
bool entry_is_enabled(const struct entry *entry);
bool entry_is_maintained(const struct entry *entry);

/* A copy of all that is to be kept of it. */
struct store_check *entry_snapshot(const struct entry *entry);

/* To be called before what is known of it changes: what is shown stays as it is. */
void entry_hold_back(struct entry *entry);

/* To be called after that: it is stored, and shown then. */
void entry_change(struct entry *entry, bool is_urgent);

/*
 * Likewise, of a result that says what the one before said: where the interval is long it
 * waits for others, up to 2 s, and all are stored at once.
 */
void entry_repeat(struct entry *entry);

/* Its run state or its missed runs have changed. */
void entry_change_run(struct entry *entry);

/* This copy of it, which is taken, is on disk now. */
void entry_stored(struct entry *entry, struct store_check *stored);

/* What is held back is shown all the same. */
void entry_show(struct entry *entry);

/* Gives it another definition of its name (the reference is taken). */
void entry_redefine(struct entry *entry, struct definition *definition);

/* Disables it by an order, or not any more. */
void entry_set_off(struct entry *entry, bool is_off);

/* Its admin state may be another: looks, and has its row told again where it is. */
void entry_update_admin_state(struct entry *entry);

/* When it becomes stale if no run finishes; INT64_MAX: never by itself. */
struct boottime entry_expiry(const struct entry *entry);

/* Has its freshness watched from now on, where it has any. */
void entry_watch_freshness(struct entry *entry, struct boottime now);

/* How many runs it has had, as its row shows them: later ones are not shown yet. */
uint64_t entry_shown_runs(const struct entry *entry);

/* Fills in its row, whose strings stay the entry's. */
void entry_row(const struct entry *entry, struct wire_row *ret_row);

#endif
