/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages survive the way over the socket; anything but one whole message with all its
 * values in their bounds is refused.
 */
#include "wire.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "definition.h"
#include "log.h"
#include "util.h"

#define NAME_60 "a23456789.123456789.123456789.123456789.123456789.123456789."

/* The members are owned strings elsewhere; nothing writes to these. */
#define TEXT(literal) ((char *)(uintptr_t)(literal))

static char text_255[CHECK_OUTPUT_MAX + 1];

/* Every member has a value of its own, so that none can be taken for another. */
static struct wire_message
hello(void)
{
	return (struct wire_message){.type = WIRE_HELLO,
		.hello = {
			.version = TEXT("0.1.0"),
			.master = TEXT("unix:/var/agentx/master"),
			.log_target = 1,
			.log_level = 6,
			.is_ascii = 1,
			.priority = 126,
			.notify_rate = 200,
		}};
}

static struct wire_message
row(void)
{
	return (struct wire_message){.type = WIRE_ROW,
		.row = {
			.name = TEXT(NAME_60),
			.description = text_255,
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

static struct wire_message
removal(void)
{
	return (struct wire_message){.type = WIRE_REMOVE, .remove = {.name = TEXT("db")}};
}

static struct wire_message
sync_done(void)
{
	return (struct wire_message){.type = WIRE_SYNC};
}

static struct wire_message
event(void)
{
	return (struct wire_message){.type = WIRE_EVENT,
		.event = {
			.number = UINT64_MAX,
			.kind = CHECK_EVENT_RECOVERED,
			.name = TEXT("web"),
			.last_status = 0,
			.previous_status = 75,
			.state = CHECK_STATE_OK,
			.previous_state = CHECK_STATE_PENDING,
			.last_outcome = CHECK_OUTCOME_EXITED,
			.last_meaning = TEXT("meaning"),
			.last_output = text_255,
			.description = TEXT("description"),
			.group = TEXT("group"),
			.last_ran_epoch = 201,
			.status_changes = 202,
			.state_epoch = 203,
		}};
}

static struct wire_message
summary(void)
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
			.config_loaded_epoch = 313,
			.config_generation = 314,
			.config_result = TEXT("loaded"),
		}};
}

static struct wire_message
alive(void)
{
	return (struct wire_message){
		.type = WIRE_ALIVE, .alive = {.is_connected = 1, .is_registered = 0}};
}

static struct wire_message
acknowledge(void)
{
	return (struct wire_message){.type = WIRE_ACKNOWLEDGE,
		.acknowledge = {.number = UINT64_C(0x0102030405060708)}};
}

static struct wire_message (*const makers[])(void) = {
	hello, row, removal, sync_done, event, summary, alive, acknowledge};

/* Sends the message through a copy of its exact length, so that a sanitizer sees the edge. */
static int
decode_copy(const uint8_t *buf, size_t len, struct wire_message *ret_message)
{
	CLEANUP_FREE uint8_t *copy = xcalloc(len, 1);

	if (len > 0)
		memcpy(copy, buf, len);
	return wire_decode(copy, len, ret_message);
}

static struct wire_message
pass(const struct wire_message *message)
{
	uint8_t buf[WIRE_MESSAGE_MAX];
	struct wire_message decoded;
	size_t len = wire_encode(message, buf);

	assert_true(len <= WIRE_MESSAGE_MAX);
	assert_int_equal(decode_copy(buf, len, &decoded), 0);
	assert_int_equal(decoded.type, message->type);
	return decoded;
}

#define SAME(member)      assert_true(came.member == sent.member)
#define SAME_TEXT(member) assert_string_equal(came.member, sent.member)

static void
hello_arrives_as_it_was_sent(void **state)
{
	struct wire_message sent = hello(), came = pass(&sent);

	(void)state;
	SAME_TEXT(hello.version);
	SAME_TEXT(hello.master);
	SAME(hello.log_target);
	SAME(hello.log_level);
	SAME(hello.is_ascii);
	SAME(hello.priority);
	SAME(hello.notify_rate);
	wire_message_deinit(&came);
}

static void
a_row_arrives_as_it_was_sent(void **state)
{
	struct wire_message sent = row(), came = pass(&sent);

	(void)state;
	SAME_TEXT(row.name);
	SAME_TEXT(row.description);
	SAME_TEXT(row.group);
	SAME(row.type);
	SAME(row.admin_state);
	SAME(row.run_state);
	SAME(row.state);
	SAME(row.last_status);
	SAME(row.previous_status);
	SAME(row.last_outcome);
	SAME(row.last_signal);
	SAME_TEXT(row.last_meaning);
	SAME_TEXT(row.last_output);
	SAME(row.last_ran_epoch);
	SAME(row.last_ran_boot_ms);
	SAME(row.last_duration_ms);
	SAME(row.last_lateness_ms);
	SAME(row.last_change_epoch);
	SAME(row.last_change_boot_ms);
	SAME(row.status_changes);
	SAME(row.state_changes);
	SAME(row.runs);
	SAME(row.failures);
	SAME(row.timeouts);
	SAME(row.missed_runs);
	SAME(row.attempt);
	SAME(row.interval_ms);
	SAME(row.timeout_ms);
	SAME(row.fresh_ms);
	SAME(row.fresh_since_boot_ms);
	SAME(row.last_event);
	SAME(row.discontinuity_epoch);
	wire_message_deinit(&came);
}

static void
an_event_arrives_as_it_was_sent(void **state)
{
	struct wire_message sent = event(), came = pass(&sent);

	(void)state;
	SAME(event.number);
	SAME(event.kind);
	SAME_TEXT(event.name);
	SAME(event.last_status);
	SAME(event.previous_status);
	SAME(event.state);
	SAME(event.previous_state);
	SAME(event.last_outcome);
	SAME_TEXT(event.last_meaning);
	SAME_TEXT(event.last_output);
	SAME_TEXT(event.description);
	SAME_TEXT(event.group);
	SAME(event.last_ran_epoch);
	SAME(event.status_changes);
	SAME(event.state_epoch);
	wire_message_deinit(&came);
}

static void
a_summary_arrives_as_it_was_sent(void **state)
{
	struct wire_message sent = summary(), came = pass(&sent);

	(void)state;
	SAME(summary.start_epoch);
	SAME(summary.start_boot_ms);
	SAME(summary.runs);
	SAME(summary.timeouts);
	SAME(summary.missed_runs);
	SAME(summary.running);
	SAME(summary.queued);
	SAME(summary.lateness_last_ms);
	SAME(summary.lateness_p99_ms);
	SAME(summary.lateness_max_ms);
	SAME(summary.table_last_change_epoch);
	SAME(summary.state_epoch);
	SAME(summary.config_loaded_epoch);
	SAME(summary.config_generation);
	SAME_TEXT(summary.config_result);
	wire_message_deinit(&came);
}

static void
small_messages_arrive_as_they_were_sent(void **state)
{
	struct wire_message sent = removal(), came = pass(&sent);

	(void)state;
	SAME_TEXT(remove.name);
	wire_message_deinit(&came);
	sent = alive(), came = pass(&sent);
	SAME(alive.is_connected);
	SAME(alive.is_registered);
	wire_message_deinit(&came);
	sent = acknowledge(), came = pass(&sent);
	SAME(acknowledge.number);
	wire_message_deinit(&came);
	sent = sync_done(), came = pass(&sent);
	wire_message_deinit(&came);
}

static void
a_message_cut_at_any_length_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(makers); i++) {
		struct wire_message message = makers[i](), untouched = {.type = WIRE_SYNC};
		uint8_t buf[WIRE_MESSAGE_MAX];
		size_t len = wire_encode(&message, buf);

		for (size_t cut = 0; cut < len; cut++)
			assert_int_equal(decode_copy(buf, cut, &untouched), -EBADMSG);
		assert_int_equal(untouched.type, WIRE_SYNC);
	}
}

static void
a_message_with_an_octet_too_many_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(makers); i++) {
		struct wire_message message = makers[i](), untouched;
		uint8_t buf[WIRE_MESSAGE_MAX + 1] = {0};
		size_t len = wire_encode(&message, buf);

		assert_int_equal(decode_copy(buf, len + 1, &untouched), -EBADMSG);
	}
}

static void
an_unknown_type_is_refused(void **state)
{
	uint8_t buf[WIRE_MESSAGE_MAX];
	struct wire_message message = alive(), untouched;
	size_t len = wire_encode(&message, buf);

	(void)state;
	buf[0] = 0;
	assert_int_equal(decode_copy(buf, len, &untouched), -EBADMSG);
	for (unsigned type = WIRE_ACKNOWLEDGE + 1; type <= 255; type++) {
		buf[0] = (uint8_t)type;
		assert_int_equal(decode_copy(buf, len, &untouched), -EBADMSG);
	}
}

static void
expect_refused(const struct wire_message *message)
{
	uint8_t buf[WIRE_MESSAGE_MAX];
	struct wire_message untouched;
	size_t len = wire_encode(message, buf);

	assert_int_equal(decode_copy(buf, len, &untouched), -EBADMSG);
}

#define REFUSED(maker, member, value)                                                          \
	do {                                                                                   \
		struct wire_message message = maker();                                         \
                                                                                               \
		message.member = (value);                                                      \
		expect_refused(&message);                                                      \
	} while (0)

static void
an_enumeration_out_of_its_range_is_refused(void **state)
{
	(void)state;
	REFUSED(hello, hello.log_target, 2);
	REFUSED(hello, hello.log_level, LOG_LEVEL_ERROR - 1);
	REFUSED(hello, hello.log_level, 8);
	REFUSED(hello, hello.is_ascii, 2);
	REFUSED(hello, hello.priority, 0);
	REFUSED(hello, hello.priority, 128);
	REFUSED(row, row.type, 0);
	REFUSED(row, row.type, 255);
	REFUSED(row, row.admin_state, 0);
	REFUSED(row, row.admin_state, 255);
	REFUSED(row, row.run_state, 0);
	REFUSED(row, row.run_state, CHECK_RUN_STATE_STOPPING + 1);
	REFUSED(row, row.state, 0);
	REFUSED(row, row.state, CHECK_STATE_CRITICAL + 1);
	REFUSED(row, row.last_outcome, 0);
	REFUSED(row, row.last_outcome, CHECK_OUTCOME_START_FAILED + 1);
	REFUSED(event, event.kind, 0);
	REFUSED(event, event.kind, 255);
	REFUSED(event, event.state, 0);
	REFUSED(event, event.previous_state, CHECK_STATE_CRITICAL + 1);
	REFUSED(event, event.last_outcome, CHECK_OUTCOME_NEVER);
	REFUSED(event, event.last_outcome, 255);
	REFUSED(alive, alive.is_connected, 2);
	REFUSED(alive, alive.is_registered, 255);
}

/* The string's length stands first in a removal, in two octets of the host's order. */
static void
refuse_name(uint16_t claimed_len, const char *name, size_t len)
{
	uint8_t buf[512] = {WIRE_REMOVE};
	struct wire_message untouched;

	memcpy(buf + 1, &claimed_len, sizeof(claimed_len));
	memcpy(buf + 3, name, len);
	assert_int_equal(decode_copy(buf, 3 + len, &untouched), -EBADMSG);
}

static void
a_string_beyond_its_bound_is_refused(void **state)
{
	char name[DEFINITION_NAME_MAX + 1];

	(void)state;
	memset(name, 'a', sizeof(name));
	refuse_name(sizeof(name), name, sizeof(name));
}

static void
a_string_that_claims_more_than_there_is_is_refused(void **state)
{
	(void)state;
	refuse_name(4, "web", 3);
	refuse_name(UINT16_MAX, "web", 3);
}

static void
a_string_with_a_nul_in_it_is_refused(void **state)
{
	(void)state;
	refuse_name(3, "w\0b", 3);
}

/* Whatever decodes must encode to the same octets; nothing else matters here but no crash. */
static void
messages_with_any_octet_changed_decode_to_themselves_or_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(makers); i++) {
		struct wire_message message = makers[i]();
		uint8_t buf[WIRE_MESSAGE_MAX], again[WIRE_MESSAGE_MAX];
		size_t len = wire_encode(&message, buf);

		for (size_t at = 0; at < len * 8; at++) {
			struct wire_message decoded;

			buf[at / 8] ^= (uint8_t)(1u << at % 8);
			if (decode_copy(buf, len, &decoded) == 0) {
				assert_int_equal(wire_encode(&decoded, again), len);
				assert_memory_equal(again, buf, len);
				wire_message_deinit(&decoded);
			}
			buf[at / 8] ^= (uint8_t)(1u << at % 8);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hello_arrives_as_it_was_sent),
		cmocka_unit_test(a_row_arrives_as_it_was_sent),
		cmocka_unit_test(an_event_arrives_as_it_was_sent),
		cmocka_unit_test(a_summary_arrives_as_it_was_sent),
		cmocka_unit_test(small_messages_arrive_as_they_were_sent),
		cmocka_unit_test(a_message_cut_at_any_length_is_refused),
		cmocka_unit_test(a_message_with_an_octet_too_many_is_refused),
		cmocka_unit_test(an_unknown_type_is_refused),
		cmocka_unit_test(an_enumeration_out_of_its_range_is_refused),
		cmocka_unit_test(a_string_beyond_its_bound_is_refused),
		cmocka_unit_test(a_string_that_claims_more_than_there_is_is_refused),
		cmocka_unit_test(a_string_with_a_nul_in_it_is_refused),
		cmocka_unit_test(
			messages_with_any_octet_changed_decode_to_themselves_or_are_refused),
	};

	memset(text_255, 'x', CHECK_OUTPUT_MAX);
	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
