/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory of checkd: what is known of each check, the log of events and the figures of
 * its delivery, in one SQLite database. A thread of the store's own writes it, in groups,
 * each a transaction; here, on the loop, is gathered what it is to write next, each check
 * once however often it changes meanwhile.
 *
 * While the status is other than WIRE_STORE_FAILED nothing is to be shown before the store
 * has said that it is stored. In failure everything is gathered on, may be shown, and is
 * written when the database is well again.
 */
#ifndef ENGINE_STORE_H
#define ENGINE_STORE_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check.h"
#include "check_event.h"
#include "clock.h"
#include "definition.h"
#include "order.h"
#include "wire.h"

struct store;
struct store_wait;

/* What is kept of one check. */
struct store_check {
	char *name;         /* owned */
	struct check check; /* owned; loaded: its times are as of this boot */
	uint64_t missed_runs;
	uint64_t last_event;
	struct walltime discontinuity;
	uint64_t removed_lived_s; /* lived_s when it left the configuration; 0: it is in it */
	struct definition *definition; /* one reference, for what people like to read in the
					  database; NULL once removed, and when loaded */
};

void store_check_free(struct store_check *check); /* NULL is fine */

/* What is kept of the whole. */
struct store_figures {
	uint64_t last_event;     /* the greatest number that was given */
	uint64_t accepted_event; /* the greatest number that was accepted */
	uint64_t accepted;       /* events, ever */
	uint64_t suppressed;
	uint64_t lost;
	uint64_t master_losses;
	uint64_t untold_lost_first; /* lost events that no event has told of; 0: none */
	uint64_t untold_lost_last;
	uint64_t lived_s; /* for how long checkd has run, ever: for what must not hang on
			     the wall clock */
};

/* What the database had when it was opened. */
struct store_content {
	uint32_t state_epoch;
	/*
	 * False where the last life did not end by store_stop and nothing vouches for it: what
	 * it showed last may be forgotten, so the epoch has grown, and counters may have gone
	 * back.
	 */
	bool is_vouched;
	struct store_figures figures; /* numbers that were given and not stored, before a
					 death while it failed, are among the lost */
	struct store_check **checks; /* each to be freed or taken by the caller, and the list */
	size_t check_count;
	struct check_event *events; /* in the order of their numbers; likewise */
	size_t event_count;
	struct order **orders; /* likewise */
	size_t order_count;
};

void store_content_deinit(struct store_content *content);

/* Something the store keeps: embedded in its owner; its members are the store's. */
struct storable {
	struct store *store;
	bool is_changed;         /* it is to be written */
	struct store_item *item; /* being written */
	struct storable *prev, *next;
};

struct store_callbacks {
	/* Hands out a copy of what is to be kept of it now; the store's. */
	struct store_check *(*snapshot)(void *arg, struct storable *storable);
	/* That copy is on disk; it is the callee's. is_changed tells if there is a later one.
	 */
	void (*stored)(void *arg, struct storable *storable, struct store_check *check);
	/* Fills in the figures as they are now. */
	void (*figures)(void *arg, struct store_figures *ret_figures);
	/* Events up to this number, these deliveries and figures are on disk. */
	void (*figures_stored)(void *arg, const struct store_figures *figures);
	void (*event_stored)(void *arg, uint64_t number);
	void (*delivery_stored)(void *arg, uint64_t number, enum check_delivery delivery);
	/* This is what the database has of a check's order; it is the callee's. */
	void (*order_stored)(void *arg, struct order *order);
	void (*status)(void *arg, enum wire_store_status status);
	/*
	 * The database was lost and another was made, of this epoch: everything is to be given
	 * to the store again (storable_change, store_add_event, store_put_order).
	 */
	void (*emptied)(void *arg, uint32_t state_epoch);
	/* After a stop: all is stored, or cannot be, and the database is closed. */
	void (*stopped)(void *arg);
};

struct store_settings {
	const char *path;
	bool is_full;   /* each commit survives a power cut, not only a kill */
	size_t history; /* limits.history and limits.backlog: the disk space to be had */
	size_t backlog;
};

/*
 * Opens or makes the database and reads all of it; takes as long as that takes. Returns 0,
 * also where the database cannot be used: then the status is failed, and the content what
 * could be read of it. Negative, with a line for people to be freed, where checkd must not
 * start: -EWOULDBLOCK where another checkd has it, or the folder is not there or may not be
 * written by this user. No callback is called before the loop runs.
 */
int store_open(struct event_base *base, const struct store_settings *settings,
	const struct store_callbacks *callbacks, void *arg, struct store **ret_store,
	struct store_content *ret_content, char **ret_reason);

/* Without store_stop this is a death: nothing more is written, no callback is called. */
void store_free(struct store *store);

/* Writes what is left, marks a clean end and closes; in failure it does not try for long. */
void store_stop(struct store *store);

enum wire_store_status store_status(const struct store *store);
void store_set_durability(struct store *store, bool is_full);

/* How many octets it takes on disk, as of the last batch. */
uint64_t store_size(const struct store *store);

/* A check that is to be kept; it is not changed yet. */
void storable_init(struct storable *storable, struct store *store);

/* How soon what has changed is to be written. */
enum store_haste {
	STORE_URGENT,  /* within 1 ms of the last batch */
	STORE_CALM,    /* within 100 ms */
	STORE_PATIENT, /* with another, or within 2 s */
};

void storable_change(struct storable *storable, enum store_haste haste);

/* To be called every second. Returns true where that begins a batch. */
bool store_tick(struct store *store);

/* It goes; what was gathered of it is forgotten, what the database has of it stays. */
void storable_deinit(struct storable *storable);

/* Keeps a check that nobody owns any more, such as one that was removed; takes it. */
void store_keep_check(struct store *store, struct store_check *check);

/* Removes what the database has under this name. */
void store_forget_check(struct store *store, const char *name);

/* Numbers come in their order; an event is copied, urgent, and in one commit with its check. */
void store_add_event(struct store *store, const struct check_event *event);
void store_set_delivery(struct store *store, uint64_t number, enum check_delivery delivery);
void store_remove_event(struct store *store, uint64_t number);

/* An order, which is copied, in place of the check's former one; an empty one removes that. */
void store_put_order(struct store *store, const struct order *order);

/* The figures have changed. */
void store_change_figures(struct store *store);

/* What was gathered is on disk, or is not, since the store has failed. */
typedef void (*store_wait_fn)(void *arg, bool is_stored);

/*
 * Calls back once when all that was given to the store until now is on disk, which is
 * urgent; or when the status is failed, where it is not known to be. Always from the loop,
 * never before this returns. What comes back is gone with the call.
 */
struct store_wait *store_when_stored(struct store *store, store_wait_fn told, void *arg);
void store_wait_cancel(struct store_wait *wait);

#endif
