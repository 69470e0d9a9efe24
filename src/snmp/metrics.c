/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Of a check's metrics the rows with their keys are kept, in one block, which stays as long
 * as the run after has the same keys, in whatever order. The values are read of the text
 * when somebody asks; those that were read last are kept, since a walk asks for one check's
 * one after the other.
 */
#include "metrics.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "key_index.h"
#include "perfdata_key.h"
#include "util.h"

struct metrics_row {
	struct key_index_key key;
	const struct metrics_set *set;
	uint32_t position; /* of the values */
	bool is_shown;     /* no other check has a metric of this key */
};

struct metrics_set {
	const char *check;
	const char *perfdata;
	size_t count;
	struct metrics_row rows[]; /* the keys lie behind them */
};

struct metrics {
	struct key_index index;
	bool is_ascii;
	const struct metrics_set *read; /* whose values were read last; NULL: nobody's */
	struct perfdata *values;        /* those, or NULL */
};

/* The keys of what was read, each once. */
struct keys {
	size_t count;
	size_t text_size; /* of all, with their NULs */
	struct {
		char text[PERFDATA_KEY_MAX + 1];
		size_t len;
		uint32_t position; /* of its values */
	} list[PERFDATA_METRICS_MAX];
};

struct metrics *
metrics_new(void)
{
	return xcalloc(1, sizeof(struct metrics));
}

static void
forget_values(struct metrics *metrics)
{
	perfdata_free(metrics->values);
	metrics->values = NULL;
	metrics->read = NULL;
}

void
metrics_free(struct metrics *metrics)
{
	if (metrics == NULL)
		return;
	key_index_deinit(&metrics->index);
	forget_values(metrics);
	free(metrics);
}

void
metrics_set_ascii(struct metrics *metrics, bool is_ascii)
{
	metrics->is_ascii = is_ascii;
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
		ret_keys->list[ret_keys->count].position = (uint32_t)i;
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
	uint32_t positions[PERFDATA_METRICS_MAX];

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
	row->is_shown = metrics_find(metrics, row->key.text, row->key.len) == NULL;
	if (row->is_shown)
		key_index_add(&metrics->index, &row->key);
}

static struct metrics_set *
add(struct metrics *metrics, const struct keys *keys)
{
	size_t rows_size = keys->count * sizeof(struct metrics_row);
	struct metrics_set *set = xcalloc(1, sizeof(*set) + rows_size + keys->text_size);
	char *texts = (char *)&set->rows[keys->count];

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
		if (set->rows[i].is_shown)
			key_index_remove(&metrics->index, &set->rows[i].key);
	}
	if (metrics->read == set)
		forget_values(metrics);
	free(set);
}

/* The set of what perfdata says: that of before where it has the same keys; or NULL. */
static struct metrics_set *
read_keys(struct metrics *metrics, struct metrics_set *before, const char *check,
	const char *perfdata)
{
	struct perfdata *values = perfdata_parse_metrics(perfdata);
	struct metrics_set *set = before;
	struct keys keys;

	make_keys(check, values, &keys);
	perfdata_free(values);
	if (before == NULL || !match(before, &keys)) {
		drop(metrics, before);
		set = keys.count > 0 ? add(metrics, &keys) : NULL;
	}
	if (metrics->read == set)
		forget_values(metrics);
	return set;
}

struct metrics_set *
metrics_replace(struct metrics *metrics, struct metrics_set *before, const char *check,
	const char *perfdata)
{
	struct metrics_set *set = before;

	if (before == NULL && perfdata[0] == '\0')
		return NULL;
	if (before == NULL || strcmp(before->perfdata, perfdata) != 0)
		set = read_keys(metrics, before, check, perfdata);
	if (set == NULL)
		return NULL;
	set->check = check;
	set->perfdata = perfdata;
	return set;
}

const struct metrics_row *
metrics_find(const struct metrics *metrics, const char *key, size_t len)
{
	return (const struct metrics_row *)key_index_find(&metrics->index, key, len);
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
metrics_row_values(struct metrics *metrics, const struct metrics_row *row)
{
	if (metrics->read != row->set) {
		forget_values(metrics);
		metrics->read = row->set;
		metrics->values = perfdata_parse_metrics(row->set->perfdata);
		if (metrics->is_ascii)
			perfdata_to_ascii(metrics->values);
	}
	return &metrics->values->metrics[row->position];
}
