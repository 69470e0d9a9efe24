/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each member has a value of its own, so that none can be taken for another.
 */
#include "sample.h"

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

struct wire_event
sample_event(uint64_t number, const char *name)
{
	return (struct wire_event){
		.number = number,
		.kind = CHECK_EVENT_FAILED,
		.name = xstrdup(name),
		.last_status = 2,
		.previous_status = 0,
		.state = CHECK_STATE_CRITICAL,
		.previous_state = CHECK_STATE_OK,
		.last_outcome = CHECK_OUTCOME_EXITED,
		.last_meaning = xstrdup("down"),
		.last_output = xstrdup("DISK CRITICAL"),
		.description = xstrdup("Root file system"),
		.group = xstrdup("storage"),
		.last_ran_epoch = SAMPLE_RAN_EPOCH,
		.status_changes = 23,
		.state_epoch = 1600000021,
	};
}
