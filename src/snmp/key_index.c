/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sorted array in blocks, so that what comes or goes moves the pointers of one block only.
 * A block that is full is split; one that has run empty goes.
 */
#include "key_index.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

#define BLOCK_KEYS          254
#define BLOCKS_CAPACITY_MIN 4

struct key_index_block {
	size_t count;
	struct key_index_key *keys[BLOCK_KEYS];
};

/* Where a key is, or where it would be: behind all others of its block at most. */
struct place {
	size_t block;
	size_t slot;
};

/* What is looked for: a text, or sub-identifiers. */
struct target {
	int (*compare)(const struct target *target, const struct key_index_key *key);
	const char *text;
	const oid *arcs;
	size_t len;
	bool is_behind_equal; /* the place behind an equal key is wanted */
};

void
key_index_deinit(struct key_index *index)
{
	for (size_t i = 0; i < index->block_count; i++)
		free(index->blocks[i]);
	free(index->blocks);
}

/* The order of the target and a key: negative where the target comes first. */
static int
compare_text(const struct target *target, const struct key_index_key *key)
{
	if (target->len != key->len)
		return target->len < key->len ? -1 : 1;
	return memcmp(target->text, key->text, key->len);
}

/* A key as an OID has the length of the text, then its octets. */
static int
compare_arcs(const struct target *target, const struct key_index_key *key)
{
	const oid *arcs = target->arcs;
	size_t len = target->len;

	if (len == 0 || key->len != arcs[0])
		return len > 0 && arcs[0] > key->len ? 1 : -1;

	size_t both = key->len < len - 1 ? key->len : len - 1;

	for (size_t i = 0; i < both; i++) {
		oid arc = (unsigned char)key->text[i];

		if (arc != arcs[1 + i])
			return arcs[1 + i] < arc ? -1 : 1;
	}
	if (key->len == len - 1)
		return 0;
	return len - 1 < key->len ? -1 : 1;
}

/* Whether a key comes before the place that is looked for. */
static bool
is_before(const struct key_index_key *key, const struct target *target)
{
	int order = target->compare(target, key);

	return order > 0 || (order == 0 && target->is_behind_equal);
}

/* The last block that begins before the target, or the first one. */
static size_t
find_block(const struct key_index *index, const struct target *target)
{
	size_t low = 0, high = index->block_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (is_before(index->blocks[middle]->keys[0], target))
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* The place of the first key that is not before the target; there is a block. */
static struct place
find_place(const struct key_index *index, const struct target *target)
{
	struct place place = {.block = find_block(index, target)};
	const struct key_index_block *block = index->blocks[place.block];
	size_t high = block->count;

	while (place.slot < high) {
		size_t middle = place.slot + (high - place.slot) / 2;

		if (is_before(block->keys[middle], target))
			place.slot = middle + 1;
		else
			high = middle;
	}
	return place;
}

/* The key at a place; where that is behind a block, the next one's first. NULL: none. */
static struct key_index_key *
key_at(const struct key_index *index, struct place place)
{
	if (place.block >= index->block_count)
		return NULL;
	if (place.slot < index->blocks[place.block]->count)
		return index->blocks[place.block]->keys[place.slot];
	return place.block + 1 < index->block_count ? index->blocks[place.block + 1]->keys[0]
						    : NULL;
}

static struct target
target_of(const char *text, size_t len)
{
	return (struct target){.compare = compare_text, .text = text, .len = len};
}

static void
insert_block(struct key_index *index, size_t position)
{
	if (index->block_count == index->block_capacity) {
		index->block_capacity = index->block_capacity > 0 ? 2 * index->block_capacity
								  : BLOCKS_CAPACITY_MIN;
		index->blocks = xreallocarray(
			index->blocks, index->block_capacity, sizeof(*index->blocks));
	}

	struct key_index_block **slot = index->blocks + position;

	memmove(slot + 1, slot, (index->block_count - position) * sizeof(*slot));
	*slot = xcalloc(1, sizeof(**slot));
	index->block_count++;
}

/*
 * Makes room at a place in a full block, by a block behind it: for its upper half, or, where
 * the place is at its end, for what is yet to come, so that keys that come in their order
 * fill their blocks.
 */
static void
split(struct key_index *index, struct place *place)
{
	size_t kept = place->slot == BLOCK_KEYS ? BLOCK_KEYS : BLOCK_KEYS / 2;

	insert_block(index, place->block + 1);

	struct key_index_block *lower = index->blocks[place->block];
	struct key_index_block *upper = index->blocks[place->block + 1];

	upper->count = lower->count - kept;
	memcpy(upper->keys, lower->keys + kept, upper->count * sizeof(upper->keys[0]));
	lower->count = kept;
	if (place->slot >= kept) {
		place->block++;
		place->slot -= kept;
	}
}

void
key_index_add(struct key_index *index, struct key_index_key *key)
{
	const struct target target = target_of(key->text, key->len);

	if (index->block_count == 0)
		insert_block(index, 0);

	struct place place = find_place(index, &target);

	if (index->blocks[place.block]->count == BLOCK_KEYS)
		split(index, &place);

	struct key_index_block *block = index->blocks[place.block];
	struct key_index_key **slot = block->keys + place.slot;

	memmove(slot + 1, slot, (block->count - place.slot) * sizeof(*slot));
	*slot = key;
	block->count++;
	index->count++;
}

static struct place
find_text(const struct key_index *index, const char *text, size_t len)
{
	const struct target target = target_of(text, len);
	struct place place = find_place(index, &target);

	if (place.slot == index->blocks[place.block]->count)
		place = (struct place){.block = place.block + 1};
	return place;
}

void
key_index_remove(struct key_index *index, const struct key_index_key *key)
{
	struct place place = find_text(index, key->text, key->len);
	struct key_index_block *block = index->blocks[place.block];
	struct key_index_key **slot = block->keys + place.slot;

	block->count--;
	index->count--;
	memmove(slot, slot + 1, (block->count - place.slot) * sizeof(*slot));
	if (block->count > 0)
		return;
	free(block);
	index->block_count--;
	memmove(index->blocks + place.block, index->blocks + place.block + 1,
		(index->block_count - place.block) * sizeof(*index->blocks));
}

struct key_index_key *
key_index_find(const struct key_index *index, const char *text, size_t len)
{
	const struct target target = target_of(text, len);

	if (index->count == 0)
		return NULL;

	struct key_index_key *key = key_at(index, find_place(index, &target));

	return key != NULL && compare_text(&target, key) == 0 ? key : NULL;
}

/*
 * Whether the first key that is not before the target is that at the place where the last
 * search ended, or the one behind it: a walk asks for the key behind the last one, or, by
 * another column, for the same one. Then that is *ret_place.
 */
static bool
is_near(const struct key_index *index, const struct target *target, struct place *ret_place)
{
	struct place place = {index->last_block, index->last_place};

	if (place.block >= index->block_count ||
		place.slot + 1 >= index->blocks[place.block]->count)
		return false;

	struct key_index_key *const *keys = index->blocks[place.block]->keys + place.slot;

	if (is_before(keys[1], target))
		return false;
	if (is_before(keys[0], target))
		place.slot++;
	else if (place.slot == 0 || !is_before(keys[-1], target))
		return false;
	*ret_place = place;
	return true;
}

struct key_index_key *
key_index_next(struct key_index *index, const oid *arcs, size_t len, bool is_inclusive)
{
	const struct target target = {
		.compare = compare_arcs,
		.arcs = arcs,
		.len = len,
		.is_behind_equal = !is_inclusive,
	};
	struct place place;

	if (index->count == 0)
		return NULL;
	if (!is_near(index, &target, &place))
		place = find_place(index, &target);
	index->last_block = place.block;
	index->last_place = place.slot;
	return key_at(index, place);
}

void
key_index_each(const struct key_index *index,
	void (*visit)(void *arg, struct key_index_key *key), void *arg)
{
	for (size_t i = 0; i < index->block_count; i++) {
		for (size_t k = 0; k < index->blocks[i]->count; k++)
			visit(arg, index->blocks[i]->keys[k]);
	}
}

size_t
key_index_read(const oid *arcs, size_t len, char *buf)
{
	if (len < 2 || arcs[0] != len - 1 || len - 1 > KEY_INDEX_TEXT_MAX)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if (arcs[i] > UINT8_MAX)
			return 0;
		buf[i - 1] = (char)arcs[i];
	}
	return len - 1;
}
