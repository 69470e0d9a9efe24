/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The search for an instance: first its object, among those there are, then its row, by the
 * driver of the object's index.
 */
#include "table.h"

#include <string.h>

#include "objects.h"
#include "util.h"

struct table {
	struct objects_content content;
};

struct table *
table_new(const char *version)
{
	struct table *table = xcalloc(1, sizeof(*table));

	table->content.rows = rows_new();
	table->content.events = events_new();
	table->content.version = version;
	table->content.summary.config_result = xstrdup("");
	return table;
}

void
table_free(struct table *table)
{
	if (table == NULL)
		return;
	rows_free(table->content.rows);
	events_free(table->content.events);
	free(table->content.summary.config_result);
	free(table);
}

struct rows *
table_rows(struct table *table)
{
	return table->content.rows;
}

struct events *
table_events(struct table *table)
{
	return table->content.events;
}

void
table_set_summary(struct table *table, struct wire_summary *summary)
{
	free(table->content.summary.config_result);
	table->content.summary = *summary;
	memset(summary, 0, sizeof(*summary));
}

static void
read_object(const struct table *table, const struct object *object, const void *row,
	struct boottime now, struct value *ret_value)
{
	struct value_source source = {
		.member = (const char *)row + object->offset,
		.row = row,
		.content = &table->content,
		.now = now,
	};

	ret_value->type = object->type;
	object->read(&source, ret_value);
}

/*
 * The first object that a name below the root does not come after with all its instances:
 * its own, if it is an instance of one. Behind the last one it is objects_count.
 */
static size_t
first_object(const oid *name, size_t len)
{
	size_t low = 0, high = objects_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct object *object = &objects[middle];

		if (snmp_oidtree_compare(name, len, object->arcs, object->arc_count) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
begins_with(const oid *name, size_t len, const oid *prefix, size_t prefix_len)
{
	return len >= prefix_len && memcmp(name, prefix, prefix_len * sizeof(oid)) == 0;
}

enum table_result
table_get(struct table *table, const oid *name, size_t len, struct boottime now,
	struct value *ret_value)
{
	if (!begins_with(name, len, mib_root, mib_root_len))
		return TABLE_NO_OBJECT;
	name += mib_root_len;
	len -= mib_root_len;

	size_t i = first_object(name, len);
	const struct object *object = &objects[i];

	if (i == objects_count || !begins_with(name, len, object->arcs, object->arc_count))
		return TABLE_NO_OBJECT;

	const void *row = object->index->find(
		&table->content, name + object->arc_count, len - object->arc_count);

	if (row == NULL)
		return TABLE_NO_INSTANCE;
	read_object(table, object, row, now, ret_value);
	return TABLE_FOUND;
}

/*
 * Takes a prefix off a name. Returns false where the name comes after all that begins with
 * the prefix; what comes before it becomes the empty name, which comes before everything.
 */
static bool
enter(const oid **name, size_t *len, const oid *prefix, size_t prefix_len)
{
	int order = snmp_oidtree_compare(*name, *len, prefix, prefix_len);

	if (order > 0)
		return false;
	if (order == 0 && *len > prefix_len) {
		*name += prefix_len;
		*len -= prefix_len;
	} else {
		*len = 0;
	}
	return true;
}

bool
table_get_next(struct table *table, const oid *name, size_t len, bool is_inclusive,
	struct boottime now, struct mib_name *ret_name, struct value *ret_value)
{
	if (!enter(&name, &len, mib_root, mib_root_len))
		return false;
	for (size_t i = first_object(name, len); i < objects_count; i++) {
		const struct object *object = &objects[i];
		const oid *index = name;
		size_t index_len = len;

		enter(&index, &index_len, object->arcs, object->arc_count);

		const void *row =
			object->index->next(&table->content, index, index_len, is_inclusive);

		if (row == NULL)
			continue;
		mib_name_begin(ret_name, object->arcs, object->arc_count);
		object->index->name(row, ret_name);
		read_object(table, object, row, now, ret_value);
		return true;
	}
	return false;
}
