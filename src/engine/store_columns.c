/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every value that is kept, under the name that the MIB gives it. A new column stands at
 * its table's end, with the version that brings it.
 */
#include <assert.h>
#include <stdint.h>

#include "check.h"
#include "check_event.h"
#include "definition.h"
#include "order.h"
#include "store_table.h"
#include "util.h"

#define LIFE_MAX 64

#define OFFSET(type, member)                                                                   \
	.offset = offsetof(type, member), .size = sizeof(((type *)NULL)->member)
#define RANGE(low, high)  .min = (low), .max = (high)
#define COUNTER           RANGE(0, INT64_MAX)
#define UNSIGNED          RANGE(0, UINT32_MAX)
#define STATUS            RANGE(CHECK_STATUS_NONE, 255)
#define STATE             RANGE(CHECK_STATE_PENDING, CHECK_STATE_CRITICAL)
#define OUTCOME           RANGE(CHECK_OUTCOME_NEVER, CHECK_OUTCOME_START_FAILED)
#define NAME(least)       .is_text = true, RANGE(least, DEFINITION_NAME_MAX)
#define LINE              .is_text = true, RANGE(0, CHECK_OUTPUT_MAX)
#define TOKEN             .is_text = true, RANGE(0, LIFE_MAX)

#define OWN(type, member) .since = 1, .source = STORE_SOURCE_OWN, OFFSET(type, member)
#define DEFINITION(member)                                                                     \
	.since = 1, .source = STORE_SOURCE_DEFINITION, OFFSET(struct definition, member)
#define PLACE(member)                                                                          \
	.since = 1, .source = STORE_SOURCE_PLACE, OFFSET(struct store_place, member)
#define CHECK(member) OWN(struct store_check, check.member)
#define KEPT(member)  OWN(struct store_check, member)
#define CHECK_2(member)                                                                        \
	.since = 2, .source = STORE_SOURCE_OWN, OFFSET(struct store_check, check.member)
#define EVENT(member) OWN(struct check_event, member)
#define META(member)  OWN(struct store_meta, member)
#define ORDER(member) .since = 3, .source = STORE_SOURCE_OWN, OFFSET(struct order, member)

static const struct store_column check_columns[] = {
	{"place", PLACE(place), RANGE(INT64_MIN, INT64_MAX), .clause = " PRIMARY KEY",
		.is_kept = true},
	{"name", KEPT(name), NAME(DEFINITION_NAME_MIN), .clause = " NOT NULL UNIQUE",
		.is_kept = true},
	{"description", DEFINITION(description), LINE},
	{"check_group", DEFINITION(group), NAME(0)},
	{"type", DEFINITION(type), UNSIGNED},
	{"is_enabled", DEFINITION(is_enabled), RANGE(0, 1)},
	{"interval_ms", DEFINITION(interval_ms), COUNTER},
	{"timeout_ms", DEFINITION(timeout_ms), COUNTER},
	{"state", CHECK(state), STATE},
	{"last_status", CHECK(last_status), STATUS},
	{"previous_status", CHECK(previous_status), STATUS},
	{"last_outcome", CHECK(last_outcome), OUTCOME},
	{"last_signal", CHECK(last_signal), RANGE(0, 255)},
	{"last_meaning", CHECK(last_meaning), LINE},
	{"last_output", CHECK(last_output), LINE},
	{"last_ran_epoch", CHECK(last_ran_wall.s), UNSIGNED},
	{"last_ran_boot_ms", CHECK(last_ran_boot.ms), RANGE(INT64_MIN, INT64_MAX)},
	{"last_duration_ms", CHECK(last_duration_ms), UNSIGNED},
	{"last_lateness_ms", CHECK(last_lateness_ms), UNSIGNED},
	{"last_change_epoch", CHECK(last_change_wall.s), UNSIGNED},
	{"last_change_boot_ms", CHECK(last_change_boot.ms), RANGE(INT64_MIN, INT64_MAX)},
	{"boot_number", PLACE(boot_number), COUNTER},
	{"status_changes", CHECK(status_changes), COUNTER},
	{"state_changes", CHECK(state_changes), COUNTER},
	{"runs", CHECK(runs), COUNTER},
	{"failures", CHECK(failures), COUNTER},
	{"timeouts", CHECK(timeouts), COUNTER},
	{"missed_runs", KEPT(missed_runs), COUNTER},
	{"attempt", CHECK(attempt), RANGE(0, INT16_MAX)},
	{"last_event", KEPT(last_event), COUNTER},
	{"discontinuity_epoch", KEPT(discontinuity.s), UNSIGNED},
	{"removed_lived_s", KEPT(removed_lived_s), COUNTER},
	{"last_perfdata", CHECK_2(last_perfdata), .is_text = true,
		RANGE(0, CHECK_PERFDATA_MAX)},
	{"flapping_history", CHECK_2(flapping_history), UNSIGNED},
	{"is_flapping", CHECK_2(is_flapping), RANGE(0, 1)},
	{"is_stale", CHECK_2(is_stale), RANGE(0, 1)},
	{"told_state", CHECK_2(told.state), RANGE(0, CHECK_STATE_CRITICAL)},
	{"told_outcome", CHECK_2(told.outcome), RANGE(0, CHECK_OUTCOME_START_FAILED)},
	{"told_status", CHECK_2(told.status), STATUS},
	{"told_signal", CHECK_2(told.signal), RANGE(0, 255)},
	{"told_is_stale", CHECK_2(told.is_stale), RANGE(0, 1)},
	{"told_is_flapping", CHECK_2(told.is_flapping), RANGE(0, 1)},
};

static const struct store_column event_columns[] = {
	{"number", EVENT(number), RANGE(1, INT64_MAX), .clause = " PRIMARY KEY"},
	{"state_epoch", EVENT(state_epoch), UNSIGNED},
	{"kind", EVENT(kind), RANGE(CHECK_EVENT_FAILED, CHECK_EVENT_EVENTS_LOST)},
	{"delivery", EVENT(delivery), RANGE(CHECK_DELIVERY_PENDING, CHECK_DELIVERY_LOST)},
	{"name", EVENT(name), NAME(0)},
	{"from_status", EVENT(from_status), STATUS},
	{"to_status", EVENT(to_status), STATUS},
	{"previous_status", EVENT(previous_status), STATUS},
	{"from_outcome", EVENT(from_outcome), OUTCOME},
	{"to_outcome", EVENT(to_outcome), OUTCOME},
	{"from_state", EVENT(from_state), STATE},
	{"to_state", EVENT(to_state), STATE},
	{"meaning", EVENT(meaning), LINE},
	{"output", EVENT(output), LINE},
	{"description", EVENT(description), LINE},
	{"check_group", EVENT(group), NAME(0)},
	{"epoch", EVENT(epoch), UNSIGNED},
	{"held_s", EVENT(held_s), UNSIGNED},
	{"status_changes", EVENT(status_changes), UNSIGNED},
	{"first", EVENT(first), COUNTER},
	{"last", EVENT(last), COUNTER},
	{"suppression", .since = 2, .source = STORE_SOURCE_OWN,
		OFFSET(struct check_event, suppression),
		RANGE(0, CHECK_SUPPRESSION_FLAPPING)}, /* 0: of version 1 */
	{"last_ran_epoch", .since = 2, .source = STORE_SOURCE_OWN,
		OFFSET(struct check_event, last_ran_epoch), UNSIGNED},
};

static const struct store_column meta_columns[] = {
	{"instance", META(instance), TOKEN},
	{"life", META(life), TOKEN},
	{"boot_id", META(boot_id), TOKEN},
	{"boot_number", META(boot_number), COUNTER},
	{"state_epoch", META(state_epoch), UNSIGNED},
	{"is_clean", META(is_clean), RANGE(0, 1)},
	{"last_event", META(figures.last_event), COUNTER},
	{"accepted_event", META(figures.accepted_event), COUNTER},
	{"accepted", META(figures.accepted), COUNTER},
	{"suppressed", META(figures.suppressed), COUNTER},
	{"lost", META(figures.lost), COUNTER},
	{"master_losses", META(figures.master_losses), COUNTER},
	{"untold_lost_first", META(figures.untold_lost_first), COUNTER},
	{"untold_lost_last", META(figures.untold_lost_last), COUNTER},
	{"lived_s", META(figures.lived_s), COUNTER},
};

static const struct store_column order_columns[] = {
	{"name", ORDER(name), NAME(DEFINITION_NAME_MIN), .clause = " NOT NULL PRIMARY KEY"},
	{"disabled_epoch", ORDER(disabled_since.s), UNSIGNED},
	{"disabled_by", ORDER(disabled_by), UNSIGNED},
	{"disabled_reason", ORDER(disabled_reason), LINE},
	{"maintenance_epoch", ORDER(maintenance_since.s), UNSIGNED},
	{"maintenance_until_epoch", ORDER(maintenance_until.s), UNSIGNED},
	{"maintenance_by", ORDER(maintenance_by), UNSIGNED},
	{"maintenance_reason", ORDER(maintenance_reason), LINE},
};

const struct store_table store_table_checks = {
	"checks", "name", "INSERT", check_columns, ARRAY_LEN(check_columns)};
const struct store_table store_table_events = {
	"events", "number", "INSERT OR REPLACE", event_columns, ARRAY_LEN(event_columns)};
const struct store_table store_table_meta = {
	"meta", NULL, "INSERT", meta_columns, ARRAY_LEN(meta_columns)};
const struct store_table store_table_orders = {
	"orders", "name", "INSERT OR REPLACE", order_columns, ARRAY_LEN(order_columns)};
