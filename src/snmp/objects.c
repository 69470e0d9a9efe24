/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * To add an object is to add one line, and its reader where no reader of value.h will do;
 * to add a table is to add a driver of its index besides (objects_index.c).
 */
#include "objects.h"

#include "row_time.h"
#include "util.h"

static void
read_version(const struct value_source *source, struct value *ret_value)
{
	value_set_text(ret_value, source->content->version);
}

static void
read_up_time(const struct value_source *source, struct value *ret_value)
{
	int64_t up_ms = source->now.ms - source->content->summary.start_boot_ms;

	ret_value->number = (uint32_t)(up_ms / 10);
}

static void
read_number(const struct value_source *source, struct value *ret_value)
{
	ret_value->number = (long)rows_count(source->content->rows);
}

static void
read_page_count(const struct value_source *source, struct value *ret_value)
{
	ret_value->number = (long)pages_count(rows_pages(source->content->rows));
}

static void
read_stale_count(const struct value_source *source, struct value *ret_value)
{
	rows_count_stale(source->content->rows, source->now);
	ret_value->number = (long)rows_tally(source->content->rows)->stale;
}

static void
read_worst_state(const struct value_source *source, struct value *ret_value)
{
	ret_value->number = tally_worst_state(rows_tally(source->content->rows));
}

#define DEFINE_STATE_COUNT(name, state)                                                        \
	static void read_##name(const struct value_source *source, struct value *ret_value)    \
	{                                                                                      \
		ret_value->number = (long)rows_tally(source->content->rows)->states[state];    \
	}

DEFINE_STATE_COUNT(pending_count, CHECK_STATE_PENDING)
DEFINE_STATE_COUNT(ok_count, CHECK_STATE_OK)
DEFINE_STATE_COUNT(warning_count, CHECK_STATE_WARNING)
DEFINE_STATE_COUNT(unknown_count, CHECK_STATE_UNKNOWN)
DEFINE_STATE_COUNT(critical_count, CHECK_STATE_CRITICAL)

static void
read_ran_age(const struct value_source *source, struct value *ret_value)
{
	ret_value->number = row_time_ran_age(source->row, source->now);
}

static void
read_change_age(const struct value_source *source, struct value *ret_value)
{
	ret_value->number = row_time_change_age(source->row, source->now);
}

static void
read_stale(const struct value_source *source, struct value *ret_value)
{
	ret_value->number =
		wire_row_is_stale(source->row, source->now) ? VALUE_TRUE : VALUE_FALSE;
}

static void
read_flapping(const struct value_source *source, struct value *ret_value)
{
	const struct wire_row *row = source->row;

	ret_value->number = row->is_flapping ? VALUE_TRUE : VALUE_FALSE;
}

static void
read_run_now(const struct value_source *source, struct value *ret_value)
{
	(void)source;
	ret_value->number = VALUE_FALSE;
}

static void
read_check_page(const struct value_source *source, struct value *ret_value)
{
	const struct wire_row *row = source->row;

	ret_value->number = pages_index_of(rows_pages(source->content->rows), row->name);
}

static void
read_group_size(const struct value_source *source, struct value *ret_value)
{
	const struct groups_row *group = source->row;

	ret_value->number = (long)tally_size(&group->tally);
}

static void
read_group_worst_state(const struct value_source *source, struct value *ret_value)
{
	const struct groups_row *group = source->row;

	ret_value->number = tally_worst_state(&group->tally);
}

static void
read_group_stale(const struct value_source *source, struct value *ret_value)
{
	const struct groups_row *group = source->row;

	rows_count_stale(source->content->rows, source->now);
	ret_value->number = (long)group->tally.stale;
}

static void
read_metric_check(const struct value_source *source, struct value *ret_value)
{
	value_set_text(ret_value, metrics_row_check(source->row));
}

#define DEFINE_METRIC_TEXT(member)                                                             \
	static void read_metric_##member(                                                      \
		const struct value_source *source, struct value *ret_value)                    \
	{                                                                                      \
		struct metrics *metrics = rows_metrics(source->content->rows);                 \
                                                                                               \
		value_set_text(ret_value, metrics_row_values(metrics, source->row)->member);   \
	}

DEFINE_METRIC_TEXT(label)
DEFINE_METRIC_TEXT(value)
DEFINE_METRIC_TEXT(unit)
DEFINE_METRIC_TEXT(warning)
DEFINE_METRIC_TEXT(critical)
DEFINE_METRIC_TEXT(minimum)
DEFINE_METRIC_TEXT(maximum)

static void
read_page_text(const struct value_source *source, struct value *ret_value)
{
	struct pages *pages = rows_pages(source->content->rows);

	value_set_text(ret_value, pages_text(pages, source->row, source->now));
}

#define SCALAR(group, number, type, read, offset)                                              \
	{                                                                                      \
		{MIB_OBJECTS, group, number}, 3, &objects_index_scalar, type, read, offset     \
	}
#define COLUMN(table, index, number, type, read, offset)                                       \
	{                                                                                      \
		{MIB_OBJECTS, table, MIB_ENTRY, number}, 4, index, type, read, offset          \
	}
#define AGENT(number, type, read, offset)    SCALAR(MIB_AGENT, number, type, read, offset)
#define DELIVERY(number, type, read, offset) SCALAR(MIB_DELIVERY, number, type, read, offset)
#define CHECK(number, type, read, offset)                                                      \
	COLUMN(MIB_TABLE, &objects_index_check, number, type, read, offset)
#define EVENT(number, type, read, offset)                                                      \
	COLUMN(MIB_EVENT_TABLE, &objects_index_event, number, type, read, offset)
#define GROUP(number, type, read, offset)                                                      \
	COLUMN(MIB_GROUP_TABLE, &objects_index_group, number, type, read, offset)
#define METRIC(number, read)                                                                   \
	COLUMN(MIB_METRIC_TABLE, &objects_index_metric, number, ASN_OCTET_STR, read, 0)
#define PAGE(number, type, read, offset)                                                       \
	COLUMN(MIB_PAGE_TABLE, &objects_index_page, number, type, read, offset)
#define SUMMARY(member)   offsetof(struct wire_summary, member)
#define ROW(member)       offsetof(struct wire_row, member)
#define EVENT_ROW(member) offsetof(struct events_row, member)
#define GROUP_ROW(member) offsetof(struct groups_row, member)

/* clang-format off */
const struct object objects[] = {
	AGENT(MIB_AGENT_VERSION, ASN_OCTET_STR, read_version, 0),
	AGENT(MIB_AGENT_START_TIME, ASN_UNSIGNED, value_read_u32, SUMMARY(start_epoch)),
	AGENT(MIB_AGENT_UP_TIME, ASN_TIMETICKS, read_up_time, 0),
	AGENT(MIB_AGENT_RUNS, ASN_COUNTER, value_read_u32, SUMMARY(runs)),
	AGENT(MIB_AGENT_TIMEOUTS, ASN_COUNTER, value_read_u32, SUMMARY(timeouts)),
	AGENT(MIB_AGENT_MISSED_RUNS, ASN_COUNTER, value_read_u32, SUMMARY(missed_runs)),
	AGENT(MIB_AGENT_RUNNING, ASN_GAUGE, value_read_u32, SUMMARY(running)),
	AGENT(MIB_AGENT_QUEUED, ASN_GAUGE, value_read_u32, SUMMARY(queued)),
	AGENT(MIB_AGENT_LATENESS_LAST, ASN_GAUGE, value_read_u32, SUMMARY(lateness_last_ms)),
	AGENT(MIB_AGENT_LATENESS_P99, ASN_GAUGE, value_read_u32, SUMMARY(lateness_p99_ms)),
	AGENT(MIB_AGENT_LATENESS_MAX, ASN_GAUGE, value_read_u32, SUMMARY(lateness_max_ms)),
	AGENT(MIB_NUMBER, ASN_GAUGE, read_number, 0),
	AGENT(MIB_NUMBER_PENDING, ASN_GAUGE, read_pending_count, 0),
	AGENT(MIB_NUMBER_OK, ASN_GAUGE, read_ok_count, 0),
	AGENT(MIB_NUMBER_WARNING, ASN_GAUGE, read_warning_count, 0),
	AGENT(MIB_NUMBER_UNKNOWN, ASN_GAUGE, read_unknown_count, 0),
	AGENT(MIB_NUMBER_CRITICAL, ASN_GAUGE, read_critical_count, 0),
	AGENT(MIB_NUMBER_STALE, ASN_GAUGE, read_stale_count, 0),
	AGENT(MIB_WORST_STATE, ASN_INTEGER, read_worst_state, 0),
	AGENT(MIB_TABLE_LAST_CHANGE, ASN_UNSIGNED, value_read_u32,
		SUMMARY(table_last_change_epoch)),
	AGENT(MIB_STATE_EPOCH, ASN_UNSIGNED, value_read_u32, SUMMARY(state_epoch)),
	AGENT(MIB_STORE_STATUS, ASN_INTEGER, value_read_u8, SUMMARY(store_status)),
	AGENT(MIB_CONFIG_LOADED, ASN_UNSIGNED, value_read_u32, SUMMARY(config_loaded_epoch)),
	AGENT(MIB_CONFIG_GENERATION, ASN_UNSIGNED, value_read_u32, SUMMARY(config_generation)),
	AGENT(MIB_CONFIG_RESULT, ASN_OCTET_STR, value_read_text, SUMMARY(config_result)),
	AGENT(MIB_PAGES, ASN_GAUGE, read_page_count, 0),

	CHECK(MIB_NAME, ASN_OCTET_STR, value_read_text, ROW(name)),
	CHECK(MIB_DESCRIPTION, ASN_OCTET_STR, value_read_text, ROW(description)),
	CHECK(MIB_GROUP, ASN_OCTET_STR, value_read_text, ROW(group)),
	CHECK(MIB_TYPE, ASN_INTEGER, value_read_u8, ROW(type)),
	CHECK(MIB_ADMIN_STATE, ASN_INTEGER, value_read_u8, ROW(admin_state)),
	CHECK(MIB_RUN_STATE, ASN_INTEGER, value_read_u8, ROW(run_state)),
	CHECK(MIB_STATE, ASN_INTEGER, value_read_u8, ROW(state)),
	CHECK(MIB_LAST_STATUS, ASN_INTEGER, value_read_i32, ROW(last_status)),
	CHECK(MIB_PREVIOUS_STATUS, ASN_INTEGER, value_read_i32, ROW(previous_status)),
	CHECK(MIB_LAST_OUTCOME, ASN_INTEGER, value_read_u8, ROW(last_outcome)),
	CHECK(MIB_LAST_SIGNAL, ASN_UNSIGNED, value_read_u32, ROW(last_signal)),
	CHECK(MIB_LAST_MEANING, ASN_OCTET_STR, value_read_text, ROW(last_meaning)),
	CHECK(MIB_LAST_OUTPUT, ASN_OCTET_STR, value_read_text, ROW(last_output)),
	CHECK(MIB_LAST_RAN, ASN_OCTET_STR, value_read_date, ROW(last_ran_epoch)),
	CHECK(MIB_LAST_RAN_EPOCH, ASN_UNSIGNED, value_read_u32, ROW(last_ran_epoch)),
	CHECK(MIB_LAST_RAN_AGE, ASN_GAUGE, read_ran_age, 0),
	CHECK(MIB_LAST_DURATION, ASN_GAUGE, value_read_u32, ROW(last_duration_ms)),
	CHECK(MIB_LAST_LATENESS, ASN_GAUGE, value_read_u32, ROW(last_lateness_ms)),
	CHECK(MIB_LAST_CHANGE, ASN_OCTET_STR, value_read_date, ROW(last_change_epoch)),
	CHECK(MIB_LAST_CHANGE_EPOCH, ASN_UNSIGNED, value_read_u32, ROW(last_change_epoch)),
	CHECK(MIB_LAST_CHANGE_AGE, ASN_GAUGE, read_change_age, 0),
	CHECK(MIB_STATUS_CHANGES, ASN_COUNTER, value_read_u32, ROW(status_changes)),
	CHECK(MIB_STATE_CHANGES, ASN_COUNTER, value_read_u32, ROW(state_changes)),
	CHECK(MIB_RUNS, ASN_COUNTER, value_read_u32, ROW(runs)),
	CHECK(MIB_FAILURES, ASN_COUNTER, value_read_u32, ROW(failures)),
	CHECK(MIB_TIMEOUTS, ASN_COUNTER, value_read_u32, ROW(timeouts)),
	CHECK(MIB_MISSED_RUNS, ASN_COUNTER, value_read_u32, ROW(missed_runs)),
	CHECK(MIB_ATTEMPT, ASN_GAUGE, value_read_u32, ROW(attempt)),
	CHECK(MIB_INTERVAL, ASN_UNSIGNED, value_read_u32, ROW(interval_ms)),
	CHECK(MIB_TIMEOUT, ASN_UNSIGNED, value_read_u32, ROW(timeout_ms)),
	CHECK(MIB_STALE, ASN_INTEGER, read_stale, 0),
	CHECK(MIB_FLAPPING, ASN_INTEGER, read_flapping, 0),
	CHECK(MIB_LAST_EVENT, ASN_UNSIGNED, value_read_u32, ROW(last_event)),
	CHECK(MIB_COUNTER_DISCONTINUITY, ASN_UNSIGNED, value_read_u32, ROW(discontinuity_epoch)),
	CHECK(MIB_RUN_NOW, ASN_INTEGER, read_run_now, 0),
	CHECK(MIB_SUPPRESSION, ASN_INTEGER, value_read_u8, ROW(suppression)),
	CHECK(MIB_PAGE, ASN_UNSIGNED, read_check_page, 0),

	GROUP(MIB_GROUP_NAME, ASN_OCTET_STR, value_read_text, GROUP_ROW(name)),
	GROUP(MIB_GROUP_SIZE, ASN_GAUGE, read_group_size, 0),
	GROUP(MIB_GROUP_WORST_STATE, ASN_INTEGER, read_group_worst_state, 0),
	GROUP(MIB_GROUP_PENDING, ASN_GAUGE, value_read_size,
		GROUP_ROW(tally.states[CHECK_STATE_PENDING])),
	GROUP(MIB_GROUP_OK, ASN_GAUGE, value_read_size, GROUP_ROW(tally.states[CHECK_STATE_OK])),
	GROUP(MIB_GROUP_WARNING, ASN_GAUGE, value_read_size,
		GROUP_ROW(tally.states[CHECK_STATE_WARNING])),
	GROUP(MIB_GROUP_UNKNOWN, ASN_GAUGE, value_read_size,
		GROUP_ROW(tally.states[CHECK_STATE_UNKNOWN])),
	GROUP(MIB_GROUP_CRITICAL, ASN_GAUGE, value_read_size,
		GROUP_ROW(tally.states[CHECK_STATE_CRITICAL])),
	GROUP(MIB_GROUP_STALE, ASN_GAUGE, read_group_stale, 0),

	METRIC(MIB_METRIC_CHECK, read_metric_check),
	METRIC(MIB_METRIC_LABEL, read_metric_label),
	METRIC(MIB_METRIC_VALUE, read_metric_value),
	METRIC(MIB_METRIC_UNIT, read_metric_unit),
	METRIC(MIB_METRIC_WARNING, read_metric_warning),
	METRIC(MIB_METRIC_CRITICAL, read_metric_critical),
	METRIC(MIB_METRIC_MINIMUM, read_metric_minimum),
	METRIC(MIB_METRIC_MAXIMUM, read_metric_maximum),

	EVENT(MIB_EVENT_KIND, ASN_INTEGER, value_read_u8, EVENT_ROW(kind)),
	EVENT(MIB_EVENT_NAME, ASN_OCTET_STR, value_read_text, EVENT_ROW(name)),
	EVENT(MIB_EVENT_FROM_STATUS, ASN_INTEGER, value_read_i32, EVENT_ROW(from_status)),
	EVENT(MIB_EVENT_TO_STATUS, ASN_INTEGER, value_read_i32, EVENT_ROW(to_status)),
	EVENT(MIB_EVENT_FROM_OUTCOME, ASN_INTEGER, value_read_u8, EVENT_ROW(from_outcome)),
	EVENT(MIB_EVENT_TO_OUTCOME, ASN_INTEGER, value_read_u8, EVENT_ROW(to_outcome)),
	EVENT(MIB_EVENT_FROM_STATE, ASN_INTEGER, value_read_u8, EVENT_ROW(from_state)),
	EVENT(MIB_EVENT_TO_STATE, ASN_INTEGER, value_read_u8, EVENT_ROW(to_state)),
	EVENT(MIB_EVENT_MEANING, ASN_OCTET_STR, value_read_text, EVENT_ROW(meaning)),
	EVENT(MIB_EVENT_OUTPUT, ASN_OCTET_STR, value_read_text, EVENT_ROW(output)),
	EVENT(MIB_EVENT_TIME, ASN_OCTET_STR, value_read_date, EVENT_ROW(epoch)),
	EVENT(MIB_EVENT_EPOCH, ASN_UNSIGNED, value_read_u32, EVENT_ROW(epoch)),
	EVENT(MIB_EVENT_HELD, ASN_UNSIGNED, value_read_u32, EVENT_ROW(held_s)),
	EVENT(MIB_EVENT_DELIVERY, ASN_INTEGER, value_read_u8, EVENT_ROW(delivery)),
	EVENT(MIB_EVENT_STATE_EPOCH, ASN_UNSIGNED, value_read_u32, EVENT_ROW(state_epoch)),
	EVENT(MIB_EVENT_SUPPRESSION, ASN_INTEGER, value_read_u8, EVENT_ROW(suppression)),

	DELIVERY(MIB_DELIVERY_FIRST_EVENT, ASN_UNSIGNED, value_read_u64, SUMMARY(first_event)),
	DELIVERY(MIB_DELIVERY_LAST_EVENT, ASN_UNSIGNED, value_read_u64, SUMMARY(last_event)),
	DELIVERY(MIB_DELIVERY_ACCEPTED_EVENT, ASN_UNSIGNED, value_read_u64,
		SUMMARY(accepted_event)),
	DELIVERY(MIB_DELIVERY_PENDING, ASN_GAUGE, value_read_u32, SUMMARY(pending_events)),
	DELIVERY(MIB_DELIVERY_ACCEPTED, ASN_COUNTER, value_read_u32, SUMMARY(accepted_events)),
	DELIVERY(MIB_DELIVERY_SUPPRESSED, ASN_COUNTER, value_read_u32, SUMMARY(suppressed_events)),
	DELIVERY(MIB_DELIVERY_LOST, ASN_COUNTER, value_read_u32, SUMMARY(lost_events)),
	DELIVERY(MIB_DELIVERY_MASTER_SINCE, ASN_UNSIGNED, value_read_u32,
		SUMMARY(master_since_epoch)),
	DELIVERY(MIB_DELIVERY_MASTER_LOSSES, ASN_COUNTER, value_read_u32, SUMMARY(master_losses)),

	PAGE(MIB_PAGE_SIZE, ASN_GAUGE, value_read_size, offsetof(struct page, count)),
	PAGE(MIB_PAGE_TEXT, ASN_OCTET_STR, read_page_text, 0),
};
/* clang-format on */

const size_t objects_count = ARRAY_LEN(objects);
