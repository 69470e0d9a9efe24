/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows whose index is a text with its length before it, in the order of a walk: by the
 * length, then by the octets. To find one, to add one and to remove one are O(log rows), the
 * next one of a walk is O(1).
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
	const char *text; /* borrowed for its time in the index; may move, but not change */
	size_t len;
};

struct key_index_block;

/* Embedded by its owner, all zero at first. */
struct key_index {
	struct key_index_block **blocks; /* none is empty */
	size_t block_count;
	size_t block_capacity;
	size_t count;      /* of the keys */
	size_t last_block; /* where the last search of a walk ended, and the next one begins */
	size_t last_place;
};

void key_index_deinit(struct key_index *index);

/* No two keys are the same. They are borrowed until they are removed. */
void key_index_add(struct key_index *index, struct key_index_key *key);
void key_index_remove(struct key_index *index, const struct key_index_key *key);

/* The key of that text, or NULL. */
struct key_index_key *key_index_find(
	const struct key_index *index, const char *text, size_t len);

/*
 * The first key that comes after the given sub-identifiers, or is equal to them where
 * is_inclusive; NULL behind the last one. No sub-identifiers at all come before every key.
 */
struct key_index_key *key_index_next(
	struct key_index *index, const oid *arcs, size_t len, bool is_inclusive);

/* Calls back for every key, in their order. None may come or go meanwhile. */
void key_index_each(const struct key_index *index,
	void (*visit)(void *arg, struct key_index_key *key), void *arg);

/*
 * Writes the text of an index to buf[KEY_INDEX_TEXT_MAX]. Returns its length, or 0 where
 * those sub-identifiers are no index of a text that is not empty.
 */
size_t key_index_read(const oid *arcs, size_t len, char *buf);

#endif
