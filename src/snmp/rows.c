/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash table for the names and an index for the walks. A row whose values change stays in
 * place.
 */
#include "rows.h"

#include <string.h>
#include <uthash.h>

#include "key_index.h"
#include "row_time.h"
#include "util.h"

/* How long a count of stale rows is taken for current. */
#define STALE_COUNT_MS 1000

struct row {
	struct key_index_key key; /* wire.name */
	struct wire_row wire;
	struct groups_row *group;
	struct metrics_set *metrics; /* NULL: none */
	UT_hash_handle hh;           /* by wire.name */
};

struct rows {
	struct row *by_name;
	struct key_index index;
	struct groups *groups;
	struct metrics *metrics;
	struct pages *pages;
	struct tally tally;
	struct boottime stale_counted; /* 0: not yet */
};

struct rows *
rows_new(void)
{
	struct rows *rows = xcalloc(1, sizeof(*rows));

	rows->groups = groups_new();
	rows->metrics = metrics_new();
	rows->pages = pages_new();
	return rows;
}

static void
drop(struct rows *rows, struct row *row)
{
	HASH_DEL(rows->by_name, row);
	metrics_replace(rows->metrics, row->metrics, "", "");
	groups_leave(rows->groups, row->group);
	wire_row_deinit(&row->wire);
	free(row);
}

void
rows_free(struct rows *rows)
{
	struct row *row, *next;

	if (rows == NULL)
		return;
	HASH_ITER(hh, rows->by_name, row, next) {
		drop(rows, row);
	}
	key_index_deinit(&rows->index);
	groups_free(rows->groups);
	metrics_free(rows->metrics);
	pages_free(rows->pages);
	free(rows);
}

static struct row *
find(const struct rows *rows, const char *name, size_t len)
{
	struct row *row;

	HASH_FIND(hh, rows->by_name, name, len, row);
	return row;
}

/* The hash table's key and the index's stays where it is. */
static void
replace(struct row *row, struct wire_row *wire)
{
	char *name = STEAL(row->wire.name);

	wire_row_deinit(&row->wire);
	free(wire->name);
	row->wire = *wire;
	row->wire.name = name;
}

static struct row *
add(struct rows *rows, struct wire_row *wire)
{
	struct row *row = xcalloc(1, sizeof(*row));

	row->wire = *wire;
	row->key.text = row->wire.name;
	row->key.len = strlen(wire->name);
	HASH_ADD_KEYPTR(hh, rows->by_name, row->wire.name, row->key.len, row);
	key_index_add(&rows->index, &row->key);
	pages_add(rows->pages, &row->wire);
	return row;
}

static void
uncount(struct rows *rows, struct row *row)
{
	tally_remove(&rows->tally, &row->wire);
	tally_remove(&row->group->tally, &row->wire);
}

/* A group that the check stays in is not left before it is entered, so that it lives on. */
static void
count(struct rows *rows, struct row *row)
{
	struct groups_row *before = row->group;

	row->group = groups_enter(rows->groups, row->wire.group);
	if (before != NULL)
		groups_leave(rows->groups, before);
	tally_add(&rows->tally, &row->wire);
	tally_add(&row->group->tally, &row->wire);
}

/* The text is not needed any more. */
static void
read_metrics(struct rows *rows, struct row *row)
{
	row->metrics = metrics_replace(
		rows->metrics, row->metrics, row->wire.name, row->wire.last_perfdata);
	free(STEAL(row->wire.last_perfdata));
}

void
rows_put(struct rows *rows, struct wire_row *wire)
{
	struct row *row = find(rows, wire->name, strlen(wire->name));

	if (row != NULL) {
		uncount(rows, row);
		replace(row, wire);
	} else {
		row = add(rows, wire);
	}
	count(rows, row);
	read_metrics(rows, row);
	memset(wire, 0, sizeof(*wire));
}

void
rows_remove(struct rows *rows, const char *name)
{
	struct row *row = find(rows, name, strlen(name));

	if (row == NULL)
		return;
	uncount(rows, row);
	key_index_remove(&rows->index, &row->key);
	pages_remove(rows->pages, &row->wire);
	drop(rows, row);
}

const struct wire_row *
rows_find(const struct rows *rows, const char *name, size_t len)
{
	const struct row *row = find(rows, name, len);

	return row != NULL ? &row->wire : NULL;
}

const struct wire_row *
rows_next(struct rows *rows, const oid *index, size_t len, bool is_inclusive)
{
	const struct row *row =
		(const struct row *)key_index_next(&rows->index, index, len, is_inclusive);

	return row != NULL ? &row->wire : NULL;
}

size_t
rows_count(const struct rows *rows)
{
	return HASH_COUNT(rows->by_name);
}

const struct tally *
rows_tally(const struct rows *rows)
{
	return &rows->tally;
}

struct groups *
rows_groups(const struct rows *rows)
{
	return rows->groups;
}

struct metrics *
rows_metrics(const struct rows *rows)
{
	return rows->metrics;
}

struct pages *
rows_pages(const struct rows *rows)
{
	return rows->pages;
}

void
rows_count_stale(struct rows *rows, struct boottime now)
{
	if (rows->stale_counted.ms != 0 && now.ms - rows->stale_counted.ms < STALE_COUNT_MS)
		return;
	rows->stale_counted = now;
	rows->tally.stale = 0;
	groups_clear_stale(rows->groups);
	for (struct row *row = rows->by_name; row != NULL; row = row->hh.next) {
		bool is_stale = wire_row_is_stale(&row->wire, now);

		rows->tally.stale += is_stale;
		row->group->tally.stale += is_stale;
	}
}
