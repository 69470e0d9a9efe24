/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control_row.h"

#include <assert.h>
#include <string.h>

#include "config_keys.h"
#include "control_answer.h"
#include "perfdata.h"
#include "util.h"

struct column {
	const char *name;
	json_t *(*read)(const struct wire_row *row, struct boottime now);
};

#define DEFINE_READER(name, expression)                                                        \
	static json_t *read_##name(const struct wire_row *row, struct boottime now)            \
	{                                                                                      \
		(void)now;                                                                     \
		return expression;                                                             \
	}
#define DEFINE_TEXT(name)   DEFINE_READER(name, control_answer_text(row->name))
#define DEFINE_NUMBER(name) DEFINE_READER(name, json_integer(row->name))

DEFINE_TEXT(name)
DEFINE_TEXT(description)
DEFINE_TEXT(group)
DEFINE_READER(type, json_string(config_keys_type_name(row->type)))
DEFINE_READER(admin_state, json_string(check_admin_state_name(row->admin_state)))
DEFINE_READER(run_state, json_string(check_run_state_name(row->run_state)))
DEFINE_READER(state, json_string(check_state_name(row->state)))
DEFINE_NUMBER(last_status)
DEFINE_NUMBER(previous_status)
DEFINE_READER(last_outcome, json_string(check_outcome_name(row->last_outcome)))
DEFINE_NUMBER(last_signal)
DEFINE_TEXT(last_meaning)
DEFINE_TEXT(last_output)
DEFINE_READER(last_ran, control_answer_time(row->last_ran_epoch))
DEFINE_NUMBER(last_ran_epoch)
DEFINE_READER(
	last_ran_age, control_answer_age(row->last_ran_epoch, row->last_ran_boot_ms, now.ms))
DEFINE_READER(last_duration, json_integer(row->last_duration_ms))
DEFINE_READER(last_lateness, json_integer(row->last_lateness_ms))
DEFINE_READER(last_change, control_answer_time(row->last_change_epoch))
DEFINE_NUMBER(last_change_epoch)
DEFINE_READER(last_change_age,
	control_answer_age(row->last_change_epoch, row->last_change_boot_ms, now.ms))
DEFINE_NUMBER(status_changes)
DEFINE_NUMBER(state_changes)
DEFINE_NUMBER(runs)
DEFINE_NUMBER(failures)
DEFINE_NUMBER(timeouts)
DEFINE_NUMBER(missed_runs)
DEFINE_NUMBER(attempt)
DEFINE_READER(interval, json_integer(row->interval_ms))
DEFINE_READER(timeout, json_integer(row->timeout_ms))
DEFINE_READER(stale, json_boolean(wire_row_is_stale(row, now)))
DEFINE_READER(flapping, json_boolean(row->is_flapping))
DEFINE_NUMBER(last_event)
DEFINE_READER(counter_discontinuity, json_integer(row->discontinuity_epoch))
DEFINE_READER(suppression, json_string(check_suppression_name(row->suppression)))

#define COLUMN(name)                                                                           \
	{                                                                                      \
#name, read_##name                                                             \
	}

static const struct column columns_known[] = {
	COLUMN(name),
	COLUMN(description),
	COLUMN(group),
	COLUMN(type),
	COLUMN(admin_state),
	COLUMN(run_state),
	COLUMN(state),
	COLUMN(last_status),
	COLUMN(previous_status),
	COLUMN(last_outcome),
	COLUMN(last_signal),
	COLUMN(last_meaning),
	COLUMN(last_output),
	COLUMN(last_ran),
	COLUMN(last_ran_epoch),
	COLUMN(last_ran_age),
	COLUMN(last_duration),
	COLUMN(last_lateness),
	COLUMN(last_change),
	COLUMN(last_change_epoch),
	COLUMN(last_change_age),
	COLUMN(status_changes),
	COLUMN(state_changes),
	COLUMN(runs),
	COLUMN(failures),
	COLUMN(timeouts),
	COLUMN(missed_runs),
	COLUMN(attempt),
	COLUMN(interval),
	COLUMN(timeout),
	COLUMN(stale),
	COLUMN(flapping),
	COLUMN(last_event),
	COLUMN(counter_discontinuity),
	COLUMN(suppression),
};
static_assert(ARRAY_LEN(columns_known) <= CONTROL_COLUMNS_MAX, "a mark for each");

static bool
mark(struct control_columns *columns, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(columns_known); i++) {
		if (strcmp(columns_known[i].name, name) != 0)
			continue;
		columns->is_wanted[i] = true;
		return true;
	}
	return false;
}

const char *
control_columns_set(struct control_columns *columns, char *const *names)
{
	memset(columns->is_wanted, names == NULL, sizeof(columns->is_wanted));
	for (; names != NULL && *names != NULL; names++) {
		if (!mark(columns, *names))
			return *names;
	}
	return NULL;
}

json_t *
control_row(
	const struct wire_row *row, const struct control_columns *columns, struct boottime now)
{
	json_t *object = json_object();

	for (size_t i = 0; i < ARRAY_LEN(columns_known); i++) {
		const struct column *column = &columns_known[i];

		if (columns->is_wanted[i])
			json_object_set_new_nocheck(
				object, column->name, column->read(row, now));
	}
	return object;
}

static void
set_text(json_t *object, const char *name, const char *text)
{
	json_object_set_new_nocheck(object, name, control_answer_text(text));
}

static void
set_number(json_t *object, const char *name, int64_t number)
{
	json_object_set_new_nocheck(object, name, json_integer(number));
}

json_t *
control_event(const struct check_event *event)
{
	json_t *object = json_object();

	set_number(object, "number", (int64_t)event->number);
	set_text(object, "kind", check_event_kind_name(event->kind));
	set_text(object, "name", event->name);
	set_number(object, "from_status", event->from_status);
	set_number(object, "to_status", event->to_status);
	set_text(object, "from_outcome", check_outcome_name(event->from_outcome));
	set_text(object, "to_outcome", check_outcome_name(event->to_outcome));
	set_text(object, "from_state", check_state_name(event->from_state));
	set_text(object, "to_state", check_state_name(event->to_state));
	set_text(object, "meaning", event->meaning);
	set_text(object, "output", event->output);
	json_object_set_new_nocheck(object, "time", control_answer_time(event->epoch));
	set_number(object, "epoch", event->epoch);
	set_number(object, "held", event->held_s);
	set_text(object, "delivery", check_delivery_name(event->delivery));
	set_number(object, "state_epoch", event->state_epoch);
	set_text(object, "suppression", check_suppression_name(event->suppression));
	set_text(object, "description", event->description);
	set_text(object, "group", event->group);
	return object;
}

json_t *
control_metrics(const char *perfdata)
{
	CLEANUP_FREE struct perfdata *parsed = perfdata_parse_metrics(perfdata);
	json_t *metrics = json_array();

	for (size_t i = 0; i < parsed->metric_count; i++) {
		const struct perfdata_metric *metric = &parsed->metrics[i];

		json_array_append_new(
			metrics, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "label",
					 control_answer_text(metric->label), "value",
					 control_answer_text(metric->value), "unit",
					 control_answer_text(metric->unit), "warning",
					 control_answer_text(metric->warning), "critical",
					 control_answer_text(metric->critical), "minimum",
					 control_answer_text(metric->minimum), "maximum",
					 control_answer_text(metric->maximum)));
	}
	return metrics;
}
