/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control_row.h"

#include <assert.h>
#include <string.h>

#include "config_keys.h"
#include "control_answer.h"
#include "control_text.h"
#include "perfdata.h"
#include "util.h"

struct column {
	const char *name;
	void (*write)(
		struct control_text *text, const struct wire_row *row, struct boottime now);
};

#define DEFINE_WRITER(name, statement)                                                         \
	static void write_##name(                                                              \
		struct control_text *text, const struct wire_row *row, struct boottime now)    \
	{                                                                                      \
		(void)now;                                                                     \
		statement;                                                                     \
	}
#define DEFINE_WORD(name, word)     DEFINE_WRITER(name, control_text_string(text, word))
#define DEFINE_TEXT(name)           DEFINE_WORD(name, row->name)
#define DEFINE_FIGURE(name, number) DEFINE_WRITER(name, control_text_number(text, number))
#define DEFINE_NUMBER(name)         DEFINE_FIGURE(name, row->name)

DEFINE_TEXT(name)
DEFINE_TEXT(description)
DEFINE_TEXT(group)
DEFINE_WORD(type, config_keys_type_name(row->type))
DEFINE_WORD(admin_state, check_admin_state_name(row->admin_state))
DEFINE_WORD(run_state, check_run_state_name(row->run_state))
DEFINE_WORD(state, check_state_name(row->state))
DEFINE_NUMBER(last_status)
DEFINE_NUMBER(previous_status)
DEFINE_WORD(last_outcome, check_outcome_name(row->last_outcome))
DEFINE_NUMBER(last_signal)
DEFINE_TEXT(last_meaning)
DEFINE_TEXT(last_output)
DEFINE_WRITER(last_ran, control_text_time(text, row->last_ran_epoch))
DEFINE_NUMBER(last_ran_epoch)
DEFINE_WRITER(last_ran_age,
	control_text_age(text, row->last_ran_epoch, row->last_ran_boot_ms, now.ms))
DEFINE_FIGURE(last_duration, row->last_duration_ms)
DEFINE_FIGURE(last_lateness, row->last_lateness_ms)
DEFINE_WRITER(last_change, control_text_time(text, row->last_change_epoch))
DEFINE_NUMBER(last_change_epoch)
DEFINE_WRITER(last_change_age,
	control_text_age(text, row->last_change_epoch, row->last_change_boot_ms, now.ms))
DEFINE_NUMBER(status_changes)
DEFINE_NUMBER(state_changes)
DEFINE_NUMBER(runs)
DEFINE_NUMBER(failures)
DEFINE_NUMBER(timeouts)
DEFINE_NUMBER(missed_runs)
DEFINE_NUMBER(attempt)
DEFINE_FIGURE(interval, row->interval_ms)
DEFINE_FIGURE(timeout, row->timeout_ms)
DEFINE_WRITER(stale, control_text_boolean(text, wire_row_is_stale(row, now)))
DEFINE_WRITER(flapping, control_text_boolean(text, row->is_flapping))
DEFINE_NUMBER(last_event)
DEFINE_FIGURE(counter_discontinuity, row->discontinuity_epoch)
DEFINE_WORD(suppression, check_suppression_name(row->suppression))

#define COLUMN(name)                                                                           \
	{                                                                                      \
#name, write_##name                                                            \
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

void
control_row_write(struct control_text *text, const struct wire_row *row,
	const struct control_columns *columns, struct boottime now)
{
	control_text_raw(text, "{");
	for (size_t i = 0; i < ARRAY_LEN(columns_known); i++) {
		if (!columns->is_wanted[i])
			continue;
		control_text_member(text, columns_known[i].name);
		columns_known[i].write(text, row, now);
	}
	control_text_raw(text, "}");
}

/* Of one row it may cost what it costs. */
json_t *
control_row(const struct wire_row *row)
{
	CLEANUP(control_text_deinit) struct control_text text = {.len = 0};
	struct control_columns columns;

	control_columns_set(&columns, NULL);
	control_row_write(&text, row, &columns, boottime_now());
	json_t *object = json_loadb(text.text, text.len, 0, NULL);

	if (object == NULL)
		abort();
	return object;
}

static void
write_text(struct control_text *text, const char *name, const char *value)
{
	control_text_member(text, name);
	control_text_string(text, value);
}

static void
write_number(struct control_text *text, const char *name, int64_t number)
{
	control_text_member(text, name);
	control_text_number(text, number);
}

void
control_event_write(struct control_text *text, const struct check_event *event)
{
	control_text_raw(text, "{");
	write_number(text, "number", (int64_t)event->number);
	write_text(text, "kind", check_event_kind_name(event->kind));
	write_text(text, "name", event->name);
	write_number(text, "from_status", event->from_status);
	write_number(text, "to_status", event->to_status);
	write_text(text, "from_outcome", check_outcome_name(event->from_outcome));
	write_text(text, "to_outcome", check_outcome_name(event->to_outcome));
	write_text(text, "from_state", check_state_name(event->from_state));
	write_text(text, "to_state", check_state_name(event->to_state));
	write_text(text, "meaning", event->meaning);
	write_text(text, "output", event->output);
	control_text_member(text, "time");
	control_text_time(text, event->epoch);
	write_number(text, "epoch", event->epoch);
	write_number(text, "held", event->held_s);
	write_text(text, "delivery", check_delivery_name(event->delivery));
	write_number(text, "state_epoch", event->state_epoch);
	write_text(text, "suppression", check_suppression_name(event->suppression));
	write_text(text, "description", event->description);
	write_text(text, "group", event->group);
	control_text_raw(text, "}");
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
