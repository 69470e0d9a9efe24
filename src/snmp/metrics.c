/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A check's metrics are two blocks: the rows with their keys, which stay as long as the run
 * after has the same keys, in whatever order; and the values, which each run replaces. Of
 * the text that they were read from a hash is kept.
 */
#include "metrics.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "hash.h"
#include "key_index.h"
#include "perfdata_key.h"
#include "util.h"

struct metrics_row {
	struct key_index_key key;
	const struct metrics_set *set;
	size_t position; /* of the values */
	bool is_shown;   /* no other check has a metric of this key */
	UT_hash_handle hh;
};

struct metrics_set {
	const char *check;
	struct perfdata *values;
	uint64_t text_hash;
	size_t count;
	struct metrics_row rows[]; /* the keys lie behind them */
};

struct metrics {
	struct metrics_row *by_key;
	struct key_index index;
	bool is_ascii;
};

/* The keys of what was read, each once. */
struct keys {
	size_t count;
	size_t text_size; /* of all, with their NULs */
	struct {
		char text[PERFDATA_KEY_MAX + 1];
		size_t len;
		size_t position; /* of its values */
	} list[PERFDATA_METRICS_MAX];
};

struct metrics *
metrics_new(void)
{
	return xcalloc(1, sizeof(struct metrics));
}

void
metrics_free(struct metrics *metrics)
{
	if (metrics == NULL)
		return;
	key_index_deinit(&metrics->index);
	free(metrics);
}

void
metrics_set_ascii(struct metrics *metrics, bool is_ascii)
{
	metrics->is_ascii = is_ascii;
}

static struct metrics_row *
find(const struct metrics *metrics, const char *key, size_t len)
{
	struct metrics_row *row;

	HASH_FIND(hh, metrics->by_key, key, len, row);
	return row;
}

static bool
is_known(const struct keys *keys, const char *text, size_t len)
{
	for (size_t i = 0; i < keys->count; i++) {
		if (keys->list[i].len == len && memcmp(keys->list[i].text, text, len) == 0)
			return true;
	}
	return false;
}

static void
make_keys(const char *check, const struct perfdata *values, struct keys *ret_keys)
{
	ret_keys->count = 0;
	ret_keys->text_size = 0;
	for (size_t i = 0; i < values->metric_count; i++) {
		char *text = ret_keys->list[ret_keys->count].text;

		perfdata_key(check, values->metrics[i].label, text);

		size_t len = strlen(text);

		if (is_known(ret_keys, text, len))
			continue;
		ret_keys->list[ret_keys->count].len = len;
		ret_keys->list[ret_keys->count].position = i;
		ret_keys->text_size += len + 1;
		ret_keys->count++;
	}
}

static bool
is_key(const struct keys *keys, size_t i, const struct metrics_row *row)
{
	return keys->list[i].len == row->key.len &&
	       memcmp(keys->list[i].text, row->key.text, row->key.len) == 0;
}

/* Looks for a row's key first where it should be. Returns keys->count for none. */
static size_t
find_key(const struct keys *keys, size_t expected, const struct metrics_row *row)
{
	if (is_key(keys, expected, row))
		return expected;
	for (size_t i = 0; i < keys->count; i++) {
		if (is_key(keys, i, row))
			return i;
	}
	return keys->count;
}

/* Whether the keys are those of the set; then its rows know where their values are. */
static bool
match(struct metrics_set *set, const struct keys *keys)
{
	size_t positions[PERFDATA_METRICS_MAX];

	if (set->count != keys->count)
		return false;
	for (size_t i = 0; i < set->count; i++) {
		size_t found = find_key(keys, i, &set->rows[i]);

		if (found == keys->count)
			return false;
		positions[i] = keys->list[found].position;
	}
	for (size_t i = 0; i < set->count; i++)
		set->rows[i].position = positions[i];
	return true;
}

static void
show(struct metrics *metrics, struct metrics_row *row)
{
	row->is_shown = find(metrics, row->key.text, row->key.len) == NULL;
	if (!row->is_shown)
		return;
	HASH_ADD_KEYPTR(hh, metrics->by_key, row->key.text, row->key.len, row);
	key_index_add(&metrics->index, &row->key);
}

static struct metrics_set *
add(struct metrics *metrics, const char *check, const struct keys *keys)
{
	size_t rows_size = keys->count * sizeof(struct metrics_row);
	struct metrics_set *set = xcalloc(1, sizeof(*set) + rows_size + keys->text_size);
	char *texts = (char *)&set->rows[keys->count];

	set->check = check;
	set->count = keys->count;
	for (size_t i = 0; i < keys->count; i++) {
		struct metrics_row *row = &set->rows[i];

		row->set = set;
		row->position = keys->list[i].position;
		row->key.len = keys->list[i].len;
		row->key.text = memcpy(texts, keys->list[i].text, row->key.len + 1);
		texts += row->key.len + 1;
		show(metrics, row);
	}
	return set;
}

static void
drop(struct metrics *metrics, struct metrics_set *set)
{
	if (set == NULL)
		return;
	for (size_t i = 0; i < set->count; i++) {
		struct metrics_row *row = &set->rows[i];

		if (!row->is_shown)
			continue;
		key_index_remove(&metrics->index, &row->key);
		HASH_DEL(metrics->by_key, row);
	}
	perfdata_free(set->values);
	free(set);
}

/* Takes the values, of which there is at least one. */
static struct metrics_set *
put(struct metrics *metrics, struct metrics_set *before, const char *check,
	struct perfdata *values)
{
	struct metrics_set *set = before;
	struct keys keys;

	make_keys(check, values, &keys);
	if (before == NULL || !match(before, &keys)) {
		drop(metrics, before);
		set = add(metrics, check, &keys);
	}
	if (metrics->is_ascii)
		perfdata_to_ascii(values);
	perfdata_free(set->values);
	set->values = values;
	return set;
}

struct metrics_set *
metrics_replace(struct metrics *metrics, struct metrics_set *before, const char *check,
	const char *perfdata)
{
	uint64_t text_hash = hash_end(hash_text(HASH_BEGIN, perfdata));

	if (before == NULL && perfdata[0] == '\0')
		return NULL;
	if (before != NULL && before->text_hash == text_hash)
		return before;

	struct perfdata *values = perfdata_parse_metrics(perfdata);

	if (values->metric_count == 0) {
		drop(metrics, before);
		perfdata_free(values);
		return NULL;
	}

	struct metrics_set *set = put(metrics, before, check, values);

	set->text_hash = text_hash;
	return set;
}

const struct metrics_row *
metrics_find(const struct metrics *metrics, const char *key, size_t len)
{
	return find(metrics, key, len);
}

const struct metrics_row *
metrics_next(struct metrics *metrics, const oid *index, size_t len, bool is_inclusive)
{
	return (const struct metrics_row *)key_index_next(
		&metrics->index, index, len, is_inclusive);
}

const char *
metrics_row_key(const struct metrics_row *row)
{
	return row->key.text;
}

const char *
metrics_row_check(const struct metrics_row *row)
{
	return row->set->check;
}

const struct perfdata_metric *
metrics_row_values(const struct metrics_row *row)
{
	return &row->set->values->metrics[row->position];
}
