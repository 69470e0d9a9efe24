/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash table for the names and an index for the walks, as in rows.c.
 */
#include "groups.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

struct groups {
	struct groups_row *by_name;
	struct key_index index;
};

struct groups *
groups_new(void)
{
	return xcalloc(1, sizeof(struct groups));
}

static void
drop(struct groups *groups, struct groups_row *row)
{
	HASH_DEL(groups->by_name, row);
	free(row->name);
	free(row);
}

void
groups_free(struct groups *groups)
{
	struct groups_row *row, *next;

	if (groups == NULL)
		return;
	HASH_ITER(hh, groups->by_name, row, next) {
		drop(groups, row);
	}
	key_index_deinit(&groups->index);
	free(groups);
}

static struct groups_row *
find(const struct groups *groups, const char *name, size_t len)
{
	struct groups_row *row;

	HASH_FIND(hh, groups->by_name, name, len, row);
	return row;
}

static struct groups_row *
add(struct groups *groups, const char *name)
{
	struct groups_row *row = xcalloc(1, sizeof(*row));

	row->name = xstrdup(name);
	row->key.text = row->name;
	row->key.len = strlen(name);
	HASH_ADD_KEYPTR(hh, groups->by_name, row->name, row->key.len, row);
	key_index_add(&groups->index, &row->key);
	return row;
}

struct groups_row *
groups_enter(struct groups *groups, const char *name)
{
	struct groups_row *row = find(groups, name, strlen(name));

	if (row == NULL)
		row = add(groups, name);
	row->check_count++;
	return row;
}

void
groups_leave(struct groups *groups, struct groups_row *row)
{
	if (--row->check_count > 0)
		return;
	key_index_remove(&groups->index, &row->key);
	drop(groups, row);
}

void
groups_clear_stale(struct groups *groups)
{
	for (struct groups_row *row = groups->by_name; row != NULL; row = row->hh.next)
		row->tally.stale = 0;
}

const struct groups_row *
groups_find(const struct groups *groups, const char *name, size_t len)
{
	return find(groups, name, len);
}

const struct groups_row *
groups_next(struct groups *groups, const oid *index, size_t len, bool is_inclusive)
{
	return (const struct groups_row *)key_index_next(
		&groups->index, index, len, is_inclusive);
}
