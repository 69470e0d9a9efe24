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
static int
compare_arcs(const struct key_index_key *key, const oid *arcs, size_t len)
{
	if (len == 0 || key->len != arcs[0])
		return len > 0 && key->len < arcs[0] ? -1 : 1;

	size_t both = key->len < len - 1 ? key->len : len - 1;

	for (size_t i = 0; i < both; i++) {
		oid arc = (unsigned char)key->text[i];

		if (arc != arcs[1 + i])
			return arc < arcs[1 + i] ? -1 : 1;
	}
	if (key->len == len - 1)
		return 0;
	return key->len < len - 1 ? -1 : 1;
}

struct search {
	const oid *arcs;
	size_t len;
	bool is_inclusive;
};

/* Whether the key at a place is too early for what is looked for. */
static bool
is_before(const struct key_index *index, size_t place, const struct search *search)
{
	int order = compare_arcs(index->keys[place], search->arcs, search->len);

	return order < 0 || (order == 0 && !search->is_inclusive);
}

/*
 * Narrows the range of a search by what was found last: a walk asks for the key behind it,
 * or, by another column, for the same one. Any place will do: at worst it halves nothing.
 */
static void
narrow(const struct key_index *index, const struct search *search, size_t *low, size_t *high)
{
	size_t place = index->last_found;

	if (place >= index->count)
		return;
	if (is_before(index, place, search)) {
		*low = place + 1;
		if (*low < *high && !is_before(index, *low, search))
			*high = *low;
	} else {
		*high = place;
		if (place > 0 && is_before(index, place - 1, search))
			*low = place;
	}
}

const struct key_index_key *
key_index_next(struct key_index *index, const oid *arcs, size_t len, bool is_inclusive)
{
	const struct search search = {arcs, len, is_inclusive};
	size_t low = 0, high = index->count;

	sort(index);
	narrow(index, &search, &low, &high);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (is_before(index, middle, &search))
			low = middle + 1;
		else
			high = middle;
	}
	index->last_found = low;
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
