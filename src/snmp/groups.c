/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One index, for the names and for the walks, as in rows.c.
 */
#include "groups.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

struct groups {
	struct key_index index;
};

struct groups *
groups_new(void)
{
	return xcalloc(1, sizeof(struct groups));
}

static void
drop(struct groups_row *row)
{
	free(row->name);
	free(row);
}

static void
drop_on_visit(void *arg, struct key_index_key *key)
{
	(void)arg;
	drop((struct groups_row *)key);
}

void
groups_free(struct groups *groups)
{
	if (groups == NULL)
		return;
	key_index_each(&groups->index, drop_on_visit, NULL);
	key_index_deinit(&groups->index);
	free(groups);
}

static struct groups_row *
add(struct groups *groups, const char *name)
{
	struct groups_row *row = xcalloc(1, sizeof(*row));

	row->name = xstrdup(name);
	row->key.text = row->name;
	row->key.len = strlen(name);
	key_index_add(&groups->index, &row->key);
	return row;
}

struct groups_row *
groups_enter(struct groups *groups, const char *name)
{
	struct groups_row *row =
		(struct groups_row *)key_index_find(&groups->index, name, strlen(name));

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
	drop(row);
}

static void
clear_stale_on_visit(void *arg, struct key_index_key *key)
{
	(void)arg;
	((struct groups_row *)key)->tally.stale = 0;
}

void
groups_clear_stale(struct groups *groups)
{
	key_index_each(&groups->index, clear_stale_on_visit, NULL);
}

const struct groups_row *
groups_find(const struct groups *groups, const char *name, size_t len)
{
	return (const struct groups_row *)key_index_find(&groups->index, name, len);
}

const struct groups_row *
groups_next(struct groups *groups, const oid *index, size_t len, bool is_inclusive)
{
	return (const struct groups_row *)key_index_next(
		&groups->index, index, len, is_inclusive);
}
