/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash by name, in the order in which the checks were removed.
 */
#include "memory.h"

#include <string.h>
#include <uthash.h>

#include "util.h"

/* So long a removed check is remembered, in seconds of checkd's life. */
#define REMEMBERED_S (30 * 24 * 3600)

/* So many removed checks are remembered at most. */
#define REMEMBERED_MAX 100000

struct item {
	struct store_check *known;
	UT_hash_handle hh; /* by known->name */
};

struct memory {
	struct item *items;     /* that were removed */
	struct item *unclaimed; /* of which that is not known yet */
	struct store *store;
	uint64_t lived_s; /* as it was told last */
};

struct memory *
memory_new(void)
{
	return xcalloc(1, sizeof(struct memory));
}

/* Returns what was known, which is the caller's. */
static struct store_check *
take(struct item **items, struct item *item)
{
	struct store_check *known = item->known;

	HASH_DEL(*items, item);
	free(item);
	return known;
}

static void
free_items(struct item **items)
{
	while (*items != NULL)
		store_check_free(take(items, *items));
}

void
memory_free(struct memory *memory)
{
	if (memory == NULL)
		return;
	free_items(&memory->items);
	free_items(&memory->unclaimed);
	free(memory);
}

void
memory_open(struct memory *memory, struct store *store, uint64_t lived_s)
{
	memory->store = store;
	memory->lived_s = lived_s;
}

static void
put(struct item **items, struct store_check *known)
{
	struct item *item = xcalloc(1, sizeof(*item));

	item->known = known;
	HASH_ADD_KEYPTR(hh, *items, known->name, strlen(known->name), item);
}

void
memory_load(struct memory *memory, struct store_check *known)
{
	put(known->removed_lived_s > 0 ? &memory->items : &memory->unclaimed, known);
}

static void
store(struct memory *memory, const struct store_check *known)
{
	struct store_check *copy = xcalloc(1, sizeof(*copy));

	*copy = *known;
	copy->name = xstrdup(known->name);
	check_copy(&copy->check, &known->check);
	store_keep_check(memory->store, copy);
}

static void
forget(struct memory *memory, struct item *item)
{
	struct store_check *known = take(&memory->items, item);

	store_forget_check(memory->store, known->name);
	store_check_free(known);
}

void
memory_keep(struct memory *memory, struct store_check *known)
{
	known->removed_lived_s = memory->lived_s > 0 ? memory->lived_s : 1;
	definition_unref(STEAL(known->definition));
	store(memory, known);
	put(&memory->items, known);
	if (HASH_COUNT(memory->items) > REMEMBERED_MAX)
		forget(memory, memory->items);
}

struct store_check *
memory_take_unclaimed(struct memory *memory)
{
	return memory->unclaimed != NULL ? take(&memory->unclaimed, memory->unclaimed) : NULL;
}

static struct store_check *
claim(struct item **items, const char *name)
{
	struct item *item;

	HASH_FIND_STR(*items, name, item);
	return item != NULL ? take(items, item) : NULL;
}

struct store_check *
memory_claim(struct memory *memory, const char *name)
{
	struct store_check *known = claim(&memory->unclaimed, name);

	return known != NULL ? known : claim(&memory->items, name);
}

bool
memory_has(const struct memory *memory, const char *name)
{
	const struct item *item;

	HASH_FIND_STR(memory->unclaimed, name, item);
	if (item == NULL)
		HASH_FIND_STR(memory->items, name, item);
	return item != NULL;
}

size_t
memory_count(const struct memory *memory)
{
	return HASH_COUNT(memory->items) + HASH_COUNT(memory->unclaimed);
}

void
memory_age(struct memory *memory, uint64_t lived_s)
{
	struct item *item, *following;

	memory->lived_s = lived_s;
	HASH_ITER(hh, memory->items, item, following) {
		uint64_t removed_s = item->known->removed_lived_s;

		if (lived_s > removed_s + REMEMBERED_S)
			forget(memory, item);
	}
}

void
memory_store_again(struct memory *memory)
{
	struct item *item, *following;

	HASH_ITER(hh, memory->items, item, following) {
		store(memory, item->known);
	}
}
