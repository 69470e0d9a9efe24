/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each member has a value of its own, so that none can be taken for another.
 */
#include "sample.h"

#include "events.h"
#include "rows.h"
#include "table.h"
#include "util.h"

const struct boottime sample_now = {.ms = SAMPLE_NOW_MS};

struct wire_row
sample_row(const char *name)
{
	return (struct wire_row){
		.name = xstrdup(name),
		.description = xstrdup("Root file system"),
		.group = xstrdup("storage"),
		.type = CHECK_TYPE_COMMAND,
		.admin_state = CHECK_ADMIN_STATE_ENABLED,
		.run_state = CHECK_RUN_STATE_RUNNING,
		.state = CHECK_STATE_CRITICAL,
		.last_status = 2,
		.previous_status = CHECK_STATUS_NONE,
		.last_outcome = CHECK_OUTCOME_EXITED,
		.last_signal = 0,
		.last_meaning = xstrdup("down"),
		.last_output = xstrdup("DISK CRITICAL"),
		.last_perfdata = xstrdup(""),
		.suppression = CHECK_SUPPRESSION_POLICY,
		.last_ran_epoch = SAMPLE_RAN_EPOCH,
		.last_ran_boot_ms = SAMPLE_NOW_MS - 100 * 1000,
		.last_duration_ms = 21,
		.last_lateness_ms = 22,
		.last_change_epoch = SAMPLE_CHANGE_EPOCH,
		.last_change_boot_ms = SAMPLE_NOW_MS - 1000 * 1000,
		.status_changes = 23,
		.state_changes = 24,
		.runs = 4000000025,
		.failures = 26,
		.timeouts = 27,
		.missed_runs = 28,
		.attempt = 29,
		.interval_ms = 30000,
		.timeout_ms = 31000,
		.fresh_ms = 200 * 1000,
		.fresh_since_boot_ms = SAMPLE_NOW_MS - 100 * 1000,
		.last_event = 34,
		.discontinuity_epoch = 1600000035,
	};
}

struct check_event
sample_event(uint64_t number, const char *name)
{
	return (struct check_event){
		.number = number,
		.state_epoch = 1600000021,
		.kind = CHECK_EVENT_FAILED,
		.delivery = CHECK_DELIVERY_PENDING,
		.suppression = CHECK_SUPPRESSION_DEPENDENCY,
		.name = xstrdup(name),
		.from_status = CHECK_STATUS_NONE,
		.to_status = 2,
		.previous_status = 0,
		.from_outcome = CHECK_OUTCOME_SIGNALED,
		.to_outcome = CHECK_OUTCOME_EXITED,
		.from_state = CHECK_STATE_OK,
		.to_state = CHECK_STATE_CRITICAL,
		.meaning = xstrdup("down"),
		.output = xstrdup("DISK CRITICAL"),
		.description = xstrdup("Root file system"),
		.group = xstrdup("storage"),
		.epoch = SAMPLE_RAN_EPOCH,
		.last_ran_epoch = SAMPLE_RAN_EPOCH,
		.held_s = 3600,
		.status_changes = 23,
	};
}

struct table *
sample_table(void)
{
	struct table *table = table_new(SAMPLE_VERSION);
	struct wire_summary summary = {
		.start_epoch = 1700000002,
		.start_boot_ms = SAMPLE_NOW_MS - 123456,
		.runs = 4000000004,
		.timeouts = 5,
		.missed_runs = 6,
		.running = 7,
		.queued = 8,
		.lateness_last_ms = 9,
		.lateness_p99_ms = 10,
		.lateness_max_ms = 11,
		.table_last_change_epoch = 1700000020,
		.state_epoch = 1600000021,
		.store_status = WIRE_STORE_BEHIND,
		.first_event = 401,
		.last_event = (UINT64_C(1) << 32) + 402,
		.accepted_event = (UINT64_C(7) << 32) + 403,
		.pending_events = 404,
		.accepted_events = 405,
		.suppressed_events = 406,
		.lost_events = 407,
		.master_since_epoch = 1700000408,
		.master_losses = 4000000409,
		.config_loaded_epoch = 1700000023,
		.config_generation = 24,
		.config_result = xstrdup("ok"),
	};

	table_set_summary(table, &summary);
	return table;
}

void
sample_table_add_check(struct table *table, const char *name)
{
	struct wire_row row = sample_row(name);

	rows_put(table_rows(table), &row);
}

void
sample_table_add_measured(
	struct table *table, const char *name, const char *group, const char *perfdata)
{
	struct wire_row row = sample_row(name);

	free(row.group);
	free(row.last_perfdata);
	row.group = xstrdup(group);
	row.last_perfdata = xstrdup(perfdata);
	rows_put(table_rows(table), &row);
}

void
sample_table_add_event(struct table *table, uint64_t number)
{
	struct check_event event = sample_event(number, "disk");

	events_put(table_events(table), &event);
	check_event_deinit(&event);
}
