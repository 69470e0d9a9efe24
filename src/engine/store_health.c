/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One status of three, and a line for the log when a trouble begins and when it ends.
 */
#include "store_health.h"

#include <stdlib.h>

#include "clock.h"
#include "log.h"

const struct store_timing store_timing_standard = {
	.behind_ms = 1000, .failed_ms = 10000, .give_up_ms = 2000};

/* From now on things may be shown that are not stored. */
static void
fail(struct store_health *health)
{
	if (health->is_failing)
		return;
	health->is_failing = true;
	store_page_set_last_number(health->page, health->last_number);
	store_page_set_unstored(health->page, true);
}

/* Each kind of trouble once. */
static void
log_failure(struct store_health *health, int code, const char *text)
{
	if (health->logged_code == code)
		return;
	health->logged_code = code;
	log_error("store: %s; what is shown meanwhile is not stored", text);
}

void
store_health_problem(struct store_health *health, const struct store_problem *problem)
{
	health->problem = *problem;
	if (problem->code == 0 || problem->code == SQLITE_BUSY)
		return;
	fail(health);
	log_failure(health, problem->code, problem->text);
}

void
store_health_silence(struct store_health *health, int64_t since_ns)
{
	static const char stuck[] =
		"a write does not come back: its disk hangs or is very slow";

	if (health->is_failing || since_ns < health->timing.failed_ms * NS_PER_MS)
		return;
	fail(health);
	log_failure(
		health, SQLITE_BUSY, health->problem.code != 0 ? health->problem.text : stuck);
}

void
store_health_begin_failed(struct store_health *health, const struct store_problem *problem)
{
	health->is_failing = true;
	health->status = WIRE_STORE_FAILED;
	log_failure(health, problem->code, problem->text);
}

void
store_health_written(struct store_health *health, bool is_owing)
{
	if (health->is_failing)
		log_notice("store: the database is written again");
	health->logged_code = 0;
	health->problem.code = 0;
	health->is_failing = false;
	health->is_owing = is_owing;
	store_page_set_unstored(health->page, is_owing);
}

void
store_health_number(struct store_health *health, uint64_t number)
{
	health->last_number = number;
	if (health->status == WIRE_STORE_FAILED || health->is_failing || health->is_owing)
		store_page_set_last_number(health->page, number);
}

static const char *
status_name(enum wire_store_status status)
{
	switch (status) {
	case WIRE_STORE_OK:
		return "ok";
	case WIRE_STORE_BEHIND:
		return "behind";
	case WIRE_STORE_FAILED:
		return "failed";
	}
	abort();
}

static enum wire_store_status
assess(const struct store_health *health, int64_t since_ns)
{
	if (health->is_failing)
		return WIRE_STORE_FAILED;
	if (health->is_owing || health->is_wal_long ||
		since_ns >= health->timing.behind_ms * NS_PER_MS)
		return WIRE_STORE_BEHIND;
	return WIRE_STORE_OK;
}

void
store_health_wal(struct store_health *health, bool is_long)
{
	if (is_long && !health->is_wal_long)
		log_warning("store: the WAL grows and grows: a process that reads the "
			    "database does not end");
	health->is_wal_long = is_long;
}

bool
store_health_update(struct store_health *health, int64_t since_ns)
{
	enum wire_store_status status = assess(health, since_ns);

	if (status == health->status)
		return false;
	log_info("store: %s -> %s", status_name(health->status), status_name(status));
	health->status = status;
	return true;
}
