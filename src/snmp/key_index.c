/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An array of keys, either sorted, so that one is found by its text, or not, so that one is
 * found by its position.
 */
#include "key_index.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

#define CAPACITY_MIN 64

/* So many moves of the array's end cost less than to sort it, and more may not. */
#define CHANGES_MAX 64

void
key_index_deinit(struct key_index *index)
{
	free(index->keys);
}

static int
compare_keys(const struct key_index_key *a, const struct key_index_key *b)
{
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return memcmp(a->text, b->text, a->len);
}

static int
compare_slots(const void *left, const void *right)
{
	return compare_keys(
		*(struct key_index_key *const *)left, *(struct key_index_key *const *)right);
}

static void
sort(struct key_index *index)
{
	if (!index->is_sorted && index->count > 1)
		qsort(index->keys, index->count, sizeof(*index->keys), compare_slots);
	index->is_sorted = true;
	index->changes = 0;
}

/* Gives up the order where too much has changed since it was of use. */
static void
note_change(struct key_index *index)
{
	if (!index->is_sorted || ++index->changes <= CHANGES_MAX)
		return;
	index->is_sorted = false;
	for (size_t i = 0; i < index->count; i++)
		index->keys[i]->position = i;
}

/* The place of a key in the sorted array. */
static size_t
place_of(const struct key_index *index, const struct key_index_key *key)
{
	size_t low = 0, high = index->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_keys(index->keys[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void
key_index_add(struct key_index *index, struct key_index_key *key)
{
	note_change(index);
	if (index->count == index->capacity) {
		index->capacity = index->capacity > 0 ? 2 * index->capacity : CAPACITY_MIN;
		index->keys = xreallocarray(index->keys, index->capacity, sizeof(*index->keys));
	}

	size_t place = index->is_sorted ? place_of(index, key) : index->count;
	struct key_index_key **slot = index->keys + place;

	memmove(slot + 1, slot, (index->count - place) * sizeof(*slot));
	*slot = key;
	key->position = place;
	index->count++;
}

void
key_index_remove(struct key_index *index, struct key_index_key *key)
{
	note_change(index);
	if (index->is_sorted) {
		struct key_index_key **slot = index->keys + place_of(index, key);
		size_t behind = index->count - (size_t)(slot - index->keys) - 1;

		memmove(slot, slot + 1, behind * sizeof(*slot));
	} else {
		struct key_index_key *last = index->keys[index->count - 1];

		index->keys[key->position] = last;
		last->position = key->position;
	}
	index->count--;
}

/* A key as an OID has the length of the text, then its octets. */
static oid
arc_at(const struct key_index_key *key, size_t position)
{
	return position == 0 ? key->len : (unsigned char)key->text[position - 1];
}

static int
compare_arcs(const struct key_index_key *key, const oid *arcs, size_t len)
{
	size_t key_len = 1 + key->len;

	for (size_t i = 0; i < key_len && i < len; i++) {
		oid arc = arc_at(key, i);

		if (arc != arcs[i])
			return arc < arcs[i] ? -1 : 1;
	}
	if (key_len == len)
		return 0;
	return key_len < len ? -1 : 1;
}

const struct key_index_key *
key_index_next(struct key_index *index, const oid *arcs, size_t len, bool is_inclusive)
{
	size_t low = 0, high = index->count;

	sort(index);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_arcs(index->keys[middle], arcs, len);

		if (order > 0 || (order == 0 && is_inclusive))
			high = middle;
		else
			low = middle + 1;
	}
	return low < index->count ? index->keys[low] : NULL;
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
