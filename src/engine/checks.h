/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All checks, by name: each on its schedule, in the store and in the table. What a result
 * changes is decided in core; here it is applied, stored, and shown when it is stored.
 */
#ifndef ENGINE_CHECKS_H
#define ENGINE_CHECKS_H

#include <event2/event.h>
#include <stddef.h>

#include "clock.h"
#include "order.h"
#include "run_wait.h"
#include "store.h"
#include "wire.h"

struct checks;
struct config;
struct entry;
struct eventlog;
struct feed;
struct publication;
struct means;
struct tally;

/* What a new configuration did to the checks. */
struct checks_changes {
	size_t added;
	size_t changed;
	size_t removed;
};

/* Means, feed and log are borrowed. */
struct checks *checks_new(struct event_base *base, const struct means *means, struct feed *feed,
	struct eventlog *log);

/*
 * The runs in progress must be gone, or runner and prober freed before; the store likewise.
 * Workers are freed afterwards.
 */
void checks_free(struct checks *checks);

/* Takes the checks of what the store had; to be called once, before checks_apply. */
void checks_restore(struct checks *checks, struct store *store, struct store_content *content);

/*
 * Checks that are as they were keep their schedule and a run in progress; changed ones
 * keep state and counters; removed ones are ended and leave the table, and are remembered
 * for 30 days of checkd's life, in case they come back.
 */
struct checks_changes checks_apply(struct checks *checks, const struct config *config);

/* What somebody says that a passive check came to. */
struct submission {
	const char *name;
	int status;         /* 0 to 255 */
	const char *output; /* of a plugin: text, and performance data behind a `|` */
	size_t len;
};

/*
 * Takes a result from outside. Returns 0; or -ENOENT: no such check, -EINVAL: it is not
 * passive, -ECANCELED: it is disabled.
 */
int checks_submit(struct checks *checks, const struct submission *submission);

/*
 * Runs a check beside its schedule, once, however often that is asked for until it begins.
 * Returns 0; or -ENOENT: no such check, -EINVAL: it is of a type that does not run,
 * -ECANCELED: it is disabled.
 */
int checks_run_now(struct checks *checks, const char *name);

/* Tells when a run has finished that begins after this; NULL where there is no such check. */
struct run_wait *checks_when_run(
	struct checks *checks, const char *name, run_wait_fn told, void *arg);

/* What an operator wants of a check. */
enum checks_wish {
	CHECKS_ENABLE, /* that no order of his disables it */
	CHECKS_DISABLE,
	CHECKS_MAINTAIN, /* that it is in maintenance until then, or not by an order of his */
};

struct checks_order {
	enum checks_wish wish;
	struct walltime now;
	struct walltime until; /* of maintenance; 0: it ends */
	uint32_t by;           /* the user's number */
	const char *reason;
};

/*
 * Gives a check an order, which is in force once it is stored (store_when_stored), or at once
 * where the store has failed. Returns 1; 0: it is so already; -EPERM: the configuration
 * disables it, so it cannot be enabled.
 */
int checks_give_order(
	struct checks *checks, const struct entry *entry, const struct checks_order *order);

/* What is in force for a check, and for how many there is anything; NULL: nothing. */
const struct order *checks_order_of(const struct checks *checks, const char *name);
size_t checks_order_count(const struct checks *checks);

/* What the store says: this order is on disk now. It is taken. */
void checks_order_stored(struct checks *checks, struct order *order);

/* Ends every run without a result, and lets none start any more. */
void checks_stop(struct checks *checks);

/* To be called every second: what is due by the clock alone, staleness and maintenance. */
void checks_tick(struct checks *checks, const struct instant *now);

/* Forgets those that were removed long ago; to be called now and then. */
void checks_forget_removed(struct checks *checks, uint64_t lived_s);

/* What the store says: this copy of a check is on disk now. It is taken. */
void checks_stored(struct storable *storable, struct store_check *stored);

/* A copy of what is to be kept of a check, for the store. */
struct store_check *checks_snapshot(const struct storable *storable);

/* The store has failed: what it does not have yet is shown all the same. */
void checks_show_all(struct checks *checks);

/* The store has lost all: gives it every check again. */
void checks_store_again(struct checks *checks);

/* Fills in the row of a publication; its strings stay the check's. */
void checks_row(const struct publication *publication, struct wire_row *ret_row);

/* The check of a name, or NULL. */
const struct entry *checks_find(const struct checks *checks, const char *name);

/* By their names, case regardless: the first one behind a name, and behind a check; or NULL. */
const struct entry *checks_after(const struct checks *checks, const char *name);
const struct entry *checks_next(const struct checks *checks, const struct entry *entry);

/* How many there are, and how many of their rows say what. */
size_t checks_count(const struct checks *checks);
const struct tally *checks_tally(const struct checks *checks);

/* Fills in what the scalars say of checks and runs, and leaves the others. */
void checks_summarize(const struct checks *checks, struct wire_summary *summary);

/* How many are in which state, as they may be shown. */
const struct tally *checks_tally(const struct checks *checks);

#endif
