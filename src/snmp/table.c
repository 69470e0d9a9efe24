/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The objects of CHECKD-MIB as one const table in the order of their OIDs: to add an
 * object is to add one line, and its reader where no reader of value.h will do.
 */
#include "table.h"

#include <string.h>

#include "definition.h"
#include "util.h"

struct object {
	oid arcs[MIB_ARCS_MAX]; /* below the root: objects.agent.N or objects.table.entry.N */
	size_t arc_count;
	uint8_t type;
	value_reader read;
	size_t offset; /* of the source's member: of a scalar in wire_summary, else in wire_row
			*/
};

struct table {
	struct rows *rows;
	struct wire_summary summary;
	const char *version;
};

static void
read_version(const struct value_source *source, struct value *ret_value)
{
	value_set_text(ret_value, source->table->version);
}

static void
read_up_time(const struct value_source *source, struct value *ret_value)
{
	int64_t up_ms = source->now.ms - source->table->summary.start_boot_ms;

	ret_value->number = (uint32_t)(up_ms / 10);
}

static void
read_number(const struct value_source *source, struct value *ret_value)
{
	ret_value->number = (long)rows_count(source->table->rows);
}

static void
read_stale_count(const struct value_source *source, struct value *ret_value)
{
	ret_value->number = (long)rows_count_stale(source->table->rows, source->now);
}

static void
read_worst_state(const struct value_source *source, struct value *ret_value)
{
	ret_value->number = rows_worst_state(source->table->rows);
}

#define DEFINE_STATE_COUNT(name, state)                                                        \
	static void read_##name(const struct value_source *source, struct value *ret_value)    \
	{                                                                                      \
		ret_value->number = (long)rows_count_state(source->table->rows, state);        \
	}

DEFINE_STATE_COUNT(pending_count, CHECK_STATE_PENDING)
DEFINE_STATE_COUNT(ok_count, CHECK_STATE_OK)
DEFINE_STATE_COUNT(warning_count, CHECK_STATE_WARNING)
DEFINE_STATE_COUNT(unknown_count, CHECK_STATE_UNKNOWN)
DEFINE_STATE_COUNT(critical_count, CHECK_STATE_CRITICAL)

static void
read_ran_age(const struct value_source *source, struct value *ret_value)
{
	const struct wire_row *row = source->row;
	struct boottime then = {.ms = row->last_ran_boot_ms};

	ret_value->number =
		row->last_ran_epoch == 0 ? VALUE_AGE_NEVER : value_age(then, source->now);
}

static void
read_change_age(const struct value_source *source, struct value *ret_value)
{
	const struct wire_row *row = source->row;
	struct boottime then = {.ms = row->last_change_boot_ms};

	ret_value->number =
		row->last_change_epoch == 0 ? VALUE_AGE_NEVER : value_age(then, source->now);
}

static void
read_stale(const struct value_source *source, struct value *ret_value)
{
	ret_value->number = rows_is_stale(source->row, source->now) ? VALUE_TRUE : VALUE_FALSE;
}

static void
read_run_now(const struct value_source *source, struct value *ret_value)
{
	(void)source;
	ret_value->number = VALUE_FALSE;
}

#define SCALAR(number, type, read, offset)                                                     \
	{                                                                                      \
		{MIB_OBJECTS, MIB_AGENT, number}, 3, type, read, offset                        \
	}
#define COLUMN(number, type, read, offset)                                                     \
	{                                                                                      \
		{MIB_OBJECTS, MIB_TABLE, MIB_TABLE_ENTRY, number}, 4, type, read, offset       \
	}
#define SUMMARY(member) offsetof(struct wire_summary, member)
#define ROW(member)     offsetof(struct wire_row, member)

/* clang-format off */
static const struct object objects[] = {
	SCALAR(MIB_AGENT_VERSION, ASN_OCTET_STR, read_version, 0),
	SCALAR(MIB_AGENT_START_TIME, ASN_UNSIGNED, value_read_u32, SUMMARY(start_epoch)),
	SCALAR(MIB_AGENT_UP_TIME, ASN_TIMETICKS, read_up_time, 0),
	SCALAR(MIB_AGENT_RUNS, ASN_COUNTER, value_read_u32, SUMMARY(runs)),
	SCALAR(MIB_AGENT_TIMEOUTS, ASN_COUNTER, value_read_u32, SUMMARY(timeouts)),
	SCALAR(MIB_AGENT_MISSED_RUNS, ASN_COUNTER, value_read_u32, SUMMARY(missed_runs)),
	SCALAR(MIB_AGENT_RUNNING, ASN_GAUGE, value_read_u32, SUMMARY(running)),
	SCALAR(MIB_AGENT_QUEUED, ASN_GAUGE, value_read_u32, SUMMARY(queued)),
	SCALAR(MIB_AGENT_LATENESS_LAST, ASN_GAUGE, value_read_u32, SUMMARY(lateness_last_ms)),
	SCALAR(MIB_AGENT_LATENESS_P99, ASN_GAUGE, value_read_u32, SUMMARY(lateness_p99_ms)),
	SCALAR(MIB_AGENT_LATENESS_MAX, ASN_GAUGE, value_read_u32, SUMMARY(lateness_max_ms)),
	SCALAR(MIB_NUMBER, ASN_GAUGE, read_number, 0),
	SCALAR(MIB_NUMBER_PENDING, ASN_GAUGE, read_pending_count, 0),
	SCALAR(MIB_NUMBER_OK, ASN_GAUGE, read_ok_count, 0),
	SCALAR(MIB_NUMBER_WARNING, ASN_GAUGE, read_warning_count, 0),
	SCALAR(MIB_NUMBER_UNKNOWN, ASN_GAUGE, read_unknown_count, 0),
	SCALAR(MIB_NUMBER_CRITICAL, ASN_GAUGE, read_critical_count, 0),
	SCALAR(MIB_NUMBER_STALE, ASN_GAUGE, read_stale_count, 0),
	SCALAR(MIB_WORST_STATE, ASN_INTEGER, read_worst_state, 0),
	SCALAR(MIB_TABLE_LAST_CHANGE, ASN_UNSIGNED, value_read_u32, SUMMARY(table_last_change_epoch)),
	SCALAR(MIB_STATE_EPOCH, ASN_UNSIGNED, value_read_u32, SUMMARY(state_epoch)),
	SCALAR(MIB_CONFIG_LOADED, ASN_UNSIGNED, value_read_u32, SUMMARY(config_loaded_epoch)),
	SCALAR(MIB_CONFIG_GENERATION, ASN_UNSIGNED, value_read_u32, SUMMARY(config_generation)),
	SCALAR(MIB_CONFIG_RESULT, ASN_OCTET_STR, value_read_text, SUMMARY(config_result)),

	COLUMN(MIB_NAME, ASN_OCTET_STR, value_read_text, ROW(name)),
	COLUMN(MIB_DESCRIPTION, ASN_OCTET_STR, value_read_text, ROW(description)),
	COLUMN(MIB_GROUP, ASN_OCTET_STR, value_read_text, ROW(group)),
	COLUMN(MIB_TYPE, ASN_INTEGER, value_read_u8, ROW(type)),
	COLUMN(MIB_ADMIN_STATE, ASN_INTEGER, value_read_u8, ROW(admin_state)),
	COLUMN(MIB_RUN_STATE, ASN_INTEGER, value_read_u8, ROW(run_state)),
	COLUMN(MIB_STATE, ASN_INTEGER, value_read_u8, ROW(state)),
	COLUMN(MIB_LAST_STATUS, ASN_INTEGER, value_read_i32, ROW(last_status)),
	COLUMN(MIB_PREVIOUS_STATUS, ASN_INTEGER, value_read_i32, ROW(previous_status)),
	COLUMN(MIB_LAST_OUTCOME, ASN_INTEGER, value_read_u8, ROW(last_outcome)),
	COLUMN(MIB_LAST_SIGNAL, ASN_UNSIGNED, value_read_u32, ROW(last_signal)),
	COLUMN(MIB_LAST_MEANING, ASN_OCTET_STR, value_read_text, ROW(last_meaning)),
	COLUMN(MIB_LAST_OUTPUT, ASN_OCTET_STR, value_read_text, ROW(last_output)),
	COLUMN(MIB_LAST_RAN, ASN_OCTET_STR, value_read_date, ROW(last_ran_epoch)),
	COLUMN(MIB_LAST_RAN_EPOCH, ASN_UNSIGNED, value_read_u32, ROW(last_ran_epoch)),
	COLUMN(MIB_LAST_RAN_AGE, ASN_GAUGE, read_ran_age, 0),
	COLUMN(MIB_LAST_DURATION, ASN_GAUGE, value_read_u32, ROW(last_duration_ms)),
	COLUMN(MIB_LAST_LATENESS, ASN_GAUGE, value_read_u32, ROW(last_lateness_ms)),
	COLUMN(MIB_LAST_CHANGE, ASN_OCTET_STR, value_read_date, ROW(last_change_epoch)),
	COLUMN(MIB_LAST_CHANGE_EPOCH, ASN_UNSIGNED, value_read_u32, ROW(last_change_epoch)),
	COLUMN(MIB_LAST_CHANGE_AGE, ASN_GAUGE, read_change_age, 0),
	COLUMN(MIB_STATUS_CHANGES, ASN_COUNTER, value_read_u32, ROW(status_changes)),
	COLUMN(MIB_STATE_CHANGES, ASN_COUNTER, value_read_u32, ROW(state_changes)),
	COLUMN(MIB_RUNS, ASN_COUNTER, value_read_u32, ROW(runs)),
	COLUMN(MIB_FAILURES, ASN_COUNTER, value_read_u32, ROW(failures)),
	COLUMN(MIB_TIMEOUTS, ASN_COUNTER, value_read_u32, ROW(timeouts)),
	COLUMN(MIB_MISSED_RUNS, ASN_COUNTER, value_read_u32, ROW(missed_runs)),
	COLUMN(MIB_ATTEMPT, ASN_GAUGE, value_read_u32, ROW(attempt)),
	COLUMN(MIB_INTERVAL, ASN_UNSIGNED, value_read_u32, ROW(interval_ms)),
	COLUMN(MIB_TIMEOUT, ASN_UNSIGNED, value_read_u32, ROW(timeout_ms)),
	COLUMN(MIB_STALE, ASN_INTEGER, read_stale, 0),
	COLUMN(MIB_LAST_EVENT, ASN_UNSIGNED, value_read_u32, ROW(last_event)),
	COLUMN(MIB_COUNTER_DISCONTINUITY, ASN_UNSIGNED, value_read_u32, ROW(discontinuity_epoch)),
	COLUMN(MIB_RUN_NOW, ASN_INTEGER, read_run_now, 0),
};
/* clang-format on */

static bool
is_scalar(const struct object *object)
{
	return object->arcs[1] == MIB_AGENT;
}

struct table *
table_new(const char *version)
{
	struct table *table = xcalloc(1, sizeof(*table));

	table->rows = rows_new();
	table->version = version;
	table->summary.config_result = xstrdup("");
	return table;
}

void
table_free(struct table *table)
{
	if (table == NULL)
		return;
	rows_free(table->rows);
	free(table->summary.config_result);
	free(table);
}

struct rows *
table_rows(struct table *table)
{
	return table->rows;
}

void
table_set_summary(struct table *table, struct wire_summary *summary)
{
	free(table->summary.config_result);
	table->summary = *summary;
	memset(summary, 0, sizeof(*summary));
}

/* row is NULL for a scalar. */
static void
read_object(struct table *table, const struct object *object, const struct wire_row *row,
	struct boottime now, struct value *ret_value)
{
	const char *base = row != NULL ? (const char *)row : (const char *)&table->summary;
	struct value_source source = {
		.member = base + object->offset,
		.row = row,
		.table = table,
		.now = now,
	};

	ret_value->type = object->type;
	object->read(&source, ret_value);
}

/* The row of an index, which is the length of the name and its octets; NULL where none is. */
static const struct wire_row *
find_row(const struct table *table, const oid *index, size_t len)
{
	char name[DEFINITION_NAME_MAX];

	if (len == 0 || index[0] != len - 1 || len - 1 > sizeof(name))
		return NULL;
	for (size_t i = 1; i < len; i++) {
		if (index[i] > UINT8_MAX)
			return NULL;
		name[i - 1] = (char)index[i];
	}
	return rows_find(table->rows, name, len - 1);
}

/* The object that a name below the root is an instance of, or NULL. */
static const struct object *
find_object(const oid *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(objects); i++) {
		size_t count = objects[i].arc_count;

		if (len >= count && memcmp(name, objects[i].arcs, count * sizeof(oid)) == 0)
			return &objects[i];
	}
	return NULL;
}

enum table_result
table_get(struct table *table, const oid *name, size_t len, struct boottime now,
	struct value *ret_value)
{
	if (len < mib_root_len || memcmp(name, mib_root, mib_root_len * sizeof(oid)) != 0)
		return TABLE_NO_OBJECT;

	const oid *below = name + mib_root_len;
	const struct object *object = find_object(below, len - mib_root_len);

	if (object == NULL)
		return TABLE_NO_OBJECT;

	const oid *index = below + object->arc_count;
	size_t index_len = len - mib_root_len - object->arc_count;
	const struct wire_row *row = NULL;

	if (is_scalar(object)) {
		if (index_len != 1 || index[0] != 0)
			return TABLE_NO_INSTANCE;
	} else {
		row = find_row(table, index, index_len);
		if (row == NULL)
			return TABLE_NO_INSTANCE;
	}
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

/* Finds the object's first instance after name. *ret_row is NULL for a scalar's. */
static bool
next_instance(struct table *table, const struct object *object, const oid *name, size_t len,
	bool is_inclusive, const struct wire_row **ret_row)
{
	if (!enter(&name, &len, object->arcs, object->arc_count))
		return false;
	*ret_row = NULL;
	if (is_scalar(object))
		return len == 0 || (len == 1 && name[0] == 0 && is_inclusive);
	*ret_row = rows_next(table->rows, name, len, is_inclusive);
	return *ret_row != NULL;
}

bool
table_get_next(struct table *table, const oid *name, size_t len, bool is_inclusive,
	struct boottime now, struct mib_name *ret_name, struct value *ret_value)
{
	if (!enter(&name, &len, mib_root, mib_root_len))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(objects); i++) {
		const struct wire_row *row;

		if (!next_instance(table, &objects[i], name, len, is_inclusive, &row))
			continue;
		mib_name_set(ret_name, objects[i].arcs, objects[i].arc_count,
			row != NULL ? row->name : NULL);
		read_object(table, &objects[i], row, now, ret_value);
		return true;
	}
	return false;
}
