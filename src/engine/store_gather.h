/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is to be written next, gathered on the loop: each check, each name and each event
 * once, however often it changes. A batch is what is taken of it at once; it becomes one
 * transaction.
 */
#ifndef ENGINE_STORE_GATHER_H
#define ENGINE_STORE_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

#include "store.h"

/* A check to be written, or a name to be forgotten. */
struct store_item {
	struct storable *storable; /* whose copy it is; NULL: nobody's, or not any more */
	struct store_check *check; /* NULL: the name is to be forgotten */
	char *name;                /* to be forgotten; or NULL */
	struct store_item *prev, *next;
	UT_hash_handle hh;
};

/* What is to become of an event. */
struct store_change {
	uint64_t number;
	struct check_event *added;    /* NULL: the database has it */
	enum check_delivery delivery; /* 0: it stays as it is */
	bool is_removed;
	UT_hash_handle hh;
};

/* An order to be written, of an empty one its name to be removed. */
struct store_order {
	struct order *order; /* NULL once it was told */
	UT_hash_handle hh;   /* by its name */
};

struct store_batch {
	struct store_item *items;     /* a list, in the order in which they are to be written */
	struct store_change *changes; /* a hash in the order in which they came */
	struct store_order *orders;   /* likewise */
	bool has_figures;
	struct store_figures figures;
	bool is_full; /* it is to survive a power cut */
	bool is_last; /* a clean end comes after it */

	/* What the writer says of it: the database was made anew, of this epoch. */
	bool is_anew;
	uint32_t state_epoch;
};

void store_batch_free(struct store_batch *batch); /* NULL is fine */

/* How many of each kind. */
struct store_counts {
	size_t storables;
	size_t named;
	size_t changes;
	size_t orders;
};

struct store_gather {
	struct storable *storables; /* a list */
	struct store_item *named;   /* a hash by name: of checks that nobody owns */
	struct store_change *changes;
	struct store_order *orders; /* a hash by name */
	bool has_figures;
	size_t storable_count;
	struct store_counts debt; /* see store_gather_owe */
};

void store_gather_deinit(struct store_gather *gather);
bool store_gather_is_empty(const struct store_gather *gather);

void store_gather_storable(struct store_gather *gather, struct storable *storable);
void store_gather_drop_storable(struct store_gather *gather, struct storable *storable);
void store_gather_keep(struct store_gather *gather, struct store_check *check); /* takes it */
void store_gather_forget(struct store_gather *gather, const char *name);
void store_gather_event(struct store_gather *gather, const struct check_event *event);
void store_gather_delivery(
	struct store_gather *gather, uint64_t number, enum check_delivery delivery);
void store_gather_order(struct store_gather *gather, const struct order *order);
void store_gather_removal(struct store_gather *gather, uint64_t number);

/* All that is gathered now is owed: shown, and not stored. */
void store_gather_owe(struct store_gather *gather);
bool store_gather_has_debt(const struct store_gather *gather);

/* Takes what came first, at most `limit` of each kind. */
struct store_batch *store_gather_take(struct store_gather *gather, size_t limit,
	const struct store_callbacks *callbacks, void *arg);

#endif
