/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of rows whose index is a text with its length before it: by the length, then by
 * the octets. Finding a place is O(log rows), in the order of a walk O(1). Rows that come
 * or go one by one keep the order; where many do between two searches it is made anew at
 * the next one.
 */
#ifndef SNMP_KEY_INDEX_H
#define SNMP_KEY_INDEX_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <stdbool.h>
#include <stddef.h>

/* The longest text of an index, in octets. */
#define KEY_INDEX_TEXT_MAX 60

/* A row's key; the row begins with it. */
struct key_index_key {
	const char *text; /* borrowed for its time in the index */
	size_t len;
	size_t position; /* the index's own */
};

/* Embedded by its owner, all zero at first. */
struct key_index {
	struct key_index_key **keys;
	size_t count;
	size_t capacity;
	size_t changes;    /* since the last search */
	size_t last_found; /* a place, where the next search begins */
	bool is_sorted;    /* else the keys know their positions */
};

void key_index_deinit(struct key_index *index);

/* No two keys are the same. They are borrowed until they are removed. */
void key_index_add(struct key_index *index, struct key_index_key *key);
void key_index_remove(struct key_index *index, struct key_index_key *key);

/*
 * The first key that comes after the given sub-identifiers, or is equal to them where
 * is_inclusive; NULL behind the last one. No sub-identifiers at all come before every key.
 */
const struct key_index_key *key_index_next(
	struct key_index *index, const oid *arcs, size_t len, bool is_inclusive);

/*
 * Writes the text of an index to buf[KEY_INDEX_TEXT_MAX]. Returns its length, or 0 where
 * those sub-identifiers are no index of a text that is not empty.
 */
size_t key_index_read(const oid *arcs, size_t len, char *buf);

#endif
