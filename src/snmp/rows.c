/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One index, for the names and for the walks. A row whose values change stays in place. Its
 * texts are two blocks, since there may be 100,000 rows: those that the configuration gives,
 * and those that runs change.
 */
#include "rows.h"

#include <string.h>

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
};

/* The texts of one block, in the order in which they lie in it. */
struct texts {
	size_t count;
	size_t fields[3];
};

/* The third one, the group, is the group's. */
static const struct texts given_texts = {
	2, {offsetof(struct wire_row, name), offsetof(struct wire_row, description)}};

static const struct texts run_texts = {
	3, {offsetof(struct wire_row, last_meaning), offsetof(struct wire_row, last_output),
		   offsetof(struct wire_row, last_perfdata)}};

/* The block of texts that are all empty, as before the first run. */
static char no_texts[ARRAY_LEN(run_texts.fields)];

struct rows {
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
free_texts(char *block)
{
	if (block != no_texts)
		free(block);
}

static void
drop(struct rows *rows, struct row *row)
{
	metrics_replace(rows->metrics, row->metrics, "", "");
	groups_leave(rows->groups, row->group);
	free_texts(row->wire.name);
	free_texts(row->wire.last_meaning);
	free(row);
}

static void
drop_on_visit(void *arg, struct key_index_key *key)
{
	drop(arg, (struct row *)key);
}

void
rows_free(struct rows *rows)
{
	if (rows == NULL)
		return;
	key_index_each(&rows->index, drop_on_visit, rows);
	key_index_deinit(&rows->index);
	groups_free(rows->groups);
	metrics_free(rows->metrics);
	pages_free(rows->pages);
	free(rows);
}

static struct row *
find(const struct rows *rows, const char *name, size_t len)
{
	return (struct row *)key_index_find(&rows->index, name, len);
}

static char **
text_at(struct wire_row *wire, size_t field)
{
	return (char **)((char *)wire + field);
}

static bool
has_same_texts(struct wire_row *a, struct wire_row *b, const struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++) {
		size_t field = texts->fields[i];

		if (strcmp(*text_at(a, field), *text_at(b, field)) != 0)
			return false;
	}
	return true;
}

/* A block with copies of the texts. */
static char *
pack_texts(struct wire_row *wire, const struct texts *texts)
{
	size_t size = 0;

	for (size_t i = 0; i < texts->count; i++)
		size += strlen(*text_at(wire, texts->fields[i])) + 1;
	if (size == texts->count)
		return no_texts;

	char *block = xcalloc(1, size), *at = block;

	for (size_t i = 0; i < texts->count; i++)
		at = stpcpy(at, *text_at(wire, texts->fields[i])) + 1;
	return block;
}

/* Has the texts, which are what they were before or not, lie in a block; returns it. */
static char *
place_texts(struct wire_row *wire, struct wire_row *before, const struct texts *texts)
{
	char *block = *text_at(before, texts->fields[0]), *at;

	if (block == NULL || !has_same_texts(wire, before, texts))
		block = pack_texts(wire, texts);
	at = block;
	for (size_t i = 0; i < texts->count; i++) {
		*text_at(wire, texts->fields[i]) = at;
		at += strlen(at) + 1;
	}
	return block;
}

static void
set_values(struct rows *rows, struct row *row, const struct wire_row *wire)
{
	struct wire_row before = row->wire;

	row->wire = *wire;
	row->key.text = place_texts(&row->wire, &before, &given_texts);
	place_texts(&row->wire, &before, &run_texts);
	row->metrics = metrics_replace(
		rows->metrics, row->metrics, row->wire.name, row->wire.last_perfdata);
	if (before.name != row->wire.name)
		free_texts(before.name);
	if (before.last_meaning != row->wire.last_meaning)
		free_texts(before.last_meaning);
}

static struct row *
add(struct rows *rows, const char *name, size_t len)
{
	struct row *row = xcalloc(1, sizeof(*row));

	row->key.text = name;
	row->key.len = len;
	key_index_add(&rows->index, &row->key);
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
	row->wire.group = row->group->name;
	if (before != NULL)
		groups_leave(rows->groups, before);
	tally_add(&rows->tally, &row->wire);
	tally_add(&row->group->tally, &row->wire);
}

void
rows_put(struct rows *rows, struct wire_row *wire)
{
	size_t len = strlen(wire->name);
	struct row *row = find(rows, wire->name, len);
	bool is_new = row == NULL;

	if (is_new)
		row = add(rows, wire->name, len);
	else
		uncount(rows, row);
	set_values(rows, row, wire);
	count(rows, row);
	if (is_new)
		pages_add(rows->pages, &row->wire);
	wire_row_deinit(wire);
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
	return rows->index.count;
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

/* How the rows are counted that are stale. */
struct stale_count {
	struct tally *tally;
	struct boottime now;
};

static void
count_stale_on_visit(void *arg, struct key_index_key *key)
{
	const struct stale_count *count = arg;
	const struct row *row = (struct row *)key;
	bool is_stale = wire_row_is_stale(&row->wire, count->now);

	count->tally->stale += is_stale;
	row->group->tally.stale += is_stale;
}

void
rows_count_stale(struct rows *rows, struct boottime now)
{
	struct stale_count count = {.tally = &rows->tally, .now = now};

	if (rows->stale_counted.ms != 0 && now.ms - rows->stale_counted.ms < STALE_COUNT_MS)
		return;
	rows->stale_counted = now;
	rows->tally.stale = 0;
	groups_clear_stale(rows->groups);
	key_index_each(&rows->index, count_stale_on_visit, &count);
}
