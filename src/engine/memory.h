/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of checks that no configuration has: of those the database had at start,
 * until the configuration claims them, and of those that were removed, for 30 days of
 * checkd's life, in case they come back.
 */
#ifndef ENGINE_MEMORY_H
#define ENGINE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store.h"

struct memory;

struct memory *memory_new(void);
void memory_free(struct memory *memory);

/* Where it is kept, and for how long checkd has run; to be called before all else. */
void memory_open(struct memory *memory, struct store *store, uint64_t lived_s);

/* Takes what the database has of a check. */
void memory_load(struct memory *memory, struct store_check *known);

/* Takes what is known of a check that has left the configuration. */
void memory_keep(struct memory *memory, struct store_check *known);

/*
 * One of those that were loaded and not claimed: it has left the configuration while checkd
 * did not run, and is to be given to memory_keep. It is the caller's; NULL: there is none.
 */
struct store_check *memory_take_unclaimed(struct memory *memory);

/* What is known of a check, which is the caller's then; NULL where nothing is. */
struct store_check *memory_claim(struct memory *memory, const char *name);

/* Whether it knows a check. */
bool memory_has(const struct memory *memory, const char *name);

/* How many checks it has. */
size_t memory_count(const struct memory *memory);

/* Forgets those that were removed long ago. */
void memory_age(struct memory *memory, uint64_t lived_s);

/* The store has lost all: gives it everything again. */
void memory_store_again(struct memory *memory);

#endif
