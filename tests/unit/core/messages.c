/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The messages' strings are literals, as long as they may be where that is of interest.
 */
#include "messages.h"

#define NAME_60  "a23456789.123456789.123456789.123456789.123456789.123456789."
#define TEXT_15  "abcdefghijklmno"
#define TEXT_60  TEXT_15 TEXT_15 TEXT_15 TEXT_15
#define TEXT_255 TEXT_60 TEXT_60 TEXT_60 TEXT_60 TEXT_15

/* The members are owned strings elsewhere; nothing writes to these. */
#define TEXT(literal) ((char *)(uintptr_t)(literal))

struct wire_message
message_hello(void)
{
	return (struct wire_message){.type = WIRE_HELLO,
		.hello = {
			.version = TEXT("0.1.0"),
			.is_standalone = 1,
			.master = TEXT("unix:/var/agentx/master"),
			.listen = TEXT("udp:161,udp6:161"),
			.config = TEXT("/etc/checkd/snmpd.conf"),
			.persistent_dir = TEXT("/var/lib/checkd/snmp"),
			.has_identity = 1,
			.uid = 65534,
			.gid = 65533,
			.log_target = 1,
			.log_level = 6,
			.is_ascii = 1,
			.priority = 126,
			.notify_rate = 200,
			.busy_poll_us = 50,
		}};
}

struct wire_message
message_row(void)
{
	return (struct wire_message){.type = WIRE_ROW,
		.row = {
			.name = TEXT(NAME_60),
			.description = TEXT(TEXT_255),
			.group = TEXT("storage"),
			.type = CHECK_TYPE_COMMAND,
			.admin_state = CHECK_ADMIN_STATE_DISABLED,
			.run_state = CHECK_RUN_STATE_STOPPING,
			.state = CHECK_STATE_WARNING,
			.last_status = 255,
			.previous_status = CHECK_STATUS_NONE,
			.last_outcome = CHECK_OUTCOME_TIMED_OUT,
			.last_signal = 15,
			.last_meaning = TEXT(""),
			.last_output = TEXT("\xc3\xa9t\xc3\xa9"),
			.last_perfdata = TEXT("time=1.5s;2;3 load=1"),
			.is_stale = 1,
			.is_flapping = 1,
			.suppression = CHECK_SUPPRESSION_FLAPPING,
			.last_ran_epoch = 4000000001,
			.last_ran_boot_ms = INT64_C(0x123456789abc),
			.last_duration_ms = 101,
			.last_lateness_ms = 102,
			.last_change_epoch = 4000000002,
			.last_change_boot_ms = -INT64_C(5000000000),
			.status_changes = 103,
			.state_changes = 104,
			.runs = 105,
			.failures = 106,
			.timeouts = 107,
			.missed_runs = 108,
			.attempt = 109,
			.interval_ms = 110,
			.timeout_ms = 111,
			.fresh_ms = UINT64_C(0x8000000000000001),
			.fresh_since_boot_ms = 112,
			.last_event = UINT32_MAX,
			.discontinuity_epoch = 113,
		}};
}

struct wire_message
message_remove(void)
{
	return (struct wire_message){.type = WIRE_REMOVE, .remove = {.name = TEXT("db")}};
}

struct wire_message
message_event(void)
{
	return (struct wire_message){.type = WIRE_EVENT,
		.event = {
			.number = UINT64_MAX,
			.state_epoch = 203,
			.kind = CHECK_EVENT_RECOVERED,
			.delivery = CHECK_DELIVERY_LOST,
			.suppression = CHECK_SUPPRESSION_MAINTENANCE,
			.name = TEXT("web"),
			.from_status = 75,
			.to_status = 0,
			.previous_status = 76,
			.from_outcome = CHECK_OUTCOME_NEVER,
			.to_outcome = CHECK_OUTCOME_EXITED,
			.from_state = CHECK_STATE_PENDING,
			.to_state = CHECK_STATE_OK,
			.meaning = TEXT("meaning"),
			.output = TEXT(TEXT_255),
			.description = TEXT("description"),
			.group = TEXT("group"),
			.epoch = 204,
			.last_ran_epoch = 203,
			.held_s = 205,
			.status_changes = 202,
			.first = UINT64_C(0x8000000000000002),
			.last = UINT64_C(0x8000000000000003),
		}};
}

struct wire_message
message_forget(void)
{
	return (struct wire_message){
		.type = WIRE_FORGET, .forget = {.number = UINT64_C(0x8000000000000004)}};
}

struct wire_message
message_sync(void)
{
	return (struct wire_message){.type = WIRE_SYNC};
}

struct wire_message
message_notify(void)
{
	struct wire_message message = message_event();

	message.type = WIRE_NOTIFY;
	message.event.number = 0;
	message.event.kind = CHECK_EVENT_AGENT_STARTED;
	return message;
}

struct wire_message
message_summary(void)
{
	return (struct wire_message){.type = WIRE_SUMMARY,
		.summary = {
			.start_epoch = 301,
			.start_boot_ms = 302,
			.runs = 303,
			.timeouts = 304,
			.missed_runs = 305,
			.running = 306,
			.queued = 307,
			.lateness_last_ms = 308,
			.lateness_p99_ms = 309,
			.lateness_max_ms = 310,
			.table_last_change_epoch = 311,
			.state_epoch = 312,
			.store_status = WIRE_STORE_BEHIND,
			.first_event = UINT64_C(0x8000000000000005),
			.last_event = UINT64_C(0x8000000000000006),
			.accepted_event = UINT64_C(0x8000000000000007),
			.pending_events = 315,
			.accepted_events = 316,
			.suppressed_events = 317,
			.lost_events = 318,
			.master_since_epoch = 319,
			.master_losses = 320,
			.config_loaded_epoch = 313,
			.config_generation = 314,
			.config_result = TEXT("loaded"),
		}};
}

struct wire_message
message_alive(void)
{
	return (struct wire_message){
		.type = WIRE_ALIVE, .alive = {.is_connected = 1, .is_registered = 0}};
}

struct wire_message
message_acknowledge(void)
{
	return (struct wire_message){.type = WIRE_ACKNOWLEDGE,
		.acknowledge = {.number = UINT64_C(0x0102030405060708), .is_accepted = 1}};
}

struct wire_message (*const message_makers[MESSAGE_MAKER_COUNT])(void) = {
	message_hello,
	message_row,
	message_remove,
	message_event,
	message_forget,
	message_sync,
	message_notify,
	message_summary,
	message_alive,
	message_acknowledge,
};
