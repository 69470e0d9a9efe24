/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * To add a table is to add a driver: most are one of a text with its length before it.
 */
#include "objects_index.h"

#include <assert.h>
#include <stdint.h>

#include "definition.h"
#include "key_index.h"
#include "objects.h"
#include "perfdata_key.h"

static_assert(DEFINITION_NAME_MAX <= KEY_INDEX_TEXT_MAX, "names fit");
static_assert(PERFDATA_KEY_MAX <= KEY_INDEX_TEXT_MAX, "keys of metrics fit");

/* The one instance of a scalar has the index 0; it is read from the summary. */
static const void *
find_scalar(const struct objects_content *content, const oid *index, size_t len)
{
	return len == 1 && index[0] == 0 ? &content->summary : NULL;
}

static const void *
next_scalar(
	const struct objects_content *content, const oid *index, size_t len, bool is_inclusive)
{
	bool is_before = len == 0 || (len == 1 && index[0] == 0 && is_inclusive);

	return is_before ? &content->summary : NULL;
}

static void
name_scalar(const void *row, struct mib_name *name)
{
	(void)row;
	mib_name_add(name, 0);
}

const struct objects_index objects_index_scalar = {find_scalar, next_scalar, name_scalar};

static const void *
find_check(const struct objects_content *content, const oid *index, size_t len)
{
	char name[KEY_INDEX_TEXT_MAX];

	return rows_find(content->rows, name, key_index_read(index, len, name));
}

static const void *
next_check(
	const struct objects_content *content, const oid *index, size_t len, bool is_inclusive)
{
	return rows_next(content->rows, index, len, is_inclusive);
}

static void
name_check(const void *row, struct mib_name *name)
{
	const struct wire_row *check = row;

	mib_name_add_text(name, check->name);
}

const struct objects_index objects_index_check = {find_check, next_check, name_check};

static const void *
find_group(const struct objects_content *content, const oid *index, size_t len)
{
	char name[KEY_INDEX_TEXT_MAX];

	return groups_find(rows_groups(content->rows), name, key_index_read(index, len, name));
}

static const void *
next_group(
	const struct objects_content *content, const oid *index, size_t len, bool is_inclusive)
{
	return groups_next(rows_groups(content->rows), index, len, is_inclusive);
}

static void
name_group(const void *row, struct mib_name *name)
{
	const struct groups_row *group = row;

	mib_name_add_text(name, group->name);
}

const struct objects_index objects_index_group = {find_group, next_group, name_group};

static const void *
find_metric(const struct objects_content *content, const oid *index, size_t len)
{
	char key[KEY_INDEX_TEXT_MAX];

	return metrics_find(rows_metrics(content->rows), key, key_index_read(index, len, key));
}

static const void *
next_metric(
	const struct objects_content *content, const oid *index, size_t len, bool is_inclusive)
{
	return metrics_next(rows_metrics(content->rows), index, len, is_inclusive);
}

static void
name_metric(const void *row, struct mib_name *name)
{
	mib_name_add_text(name, metrics_row_key(row));
}

const struct objects_index objects_index_metric = {find_metric, next_metric, name_metric};

static const void *
find_event(const struct objects_content *content, const oid *index, size_t len)
{
	if (len != 1 || index[0] > UINT32_MAX)
		return NULL;
	return events_find(content->events, (uint32_t)index[0]);
}

static const void *
next_event(
	const struct objects_content *content, const oid *index, size_t len, bool is_inclusive)
{
	return events_next(content->events, index, len, is_inclusive);
}

static void
name_event(const void *row, struct mib_name *name)
{
	const struct events_row *event = row;

	mib_name_add(name, event->index);
}

const struct objects_index objects_index_event = {find_event, next_event, name_event};

static const void *
find_page(const struct objects_content *content, const oid *index, size_t len)
{
	if (len != 1 || index[0] > UINT32_MAX)
		return NULL;
	return pages_find(rows_pages(content->rows), (uint32_t)index[0]);
}

static const void *
next_page(
	const struct objects_content *content, const oid *index, size_t len, bool is_inclusive)
{
	return pages_next(rows_pages(content->rows), index, len, is_inclusive);
}

static void
name_page(const void *row, struct mib_name *name)
{
	const struct page *page = row;

	mib_name_add(name, page->index);
}

const struct objects_index objects_index_page = {find_page, next_page, name_page};
