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
#include "messages.h"
#include "util.h"

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
	struct wire_message sent = message_hello(), came = pass(&sent);

	(void)state;
	SAME_TEXT(hello.version);
	SAME(hello.is_standalone);
	SAME_TEXT(hello.master);
	SAME_TEXT(hello.listen);
	SAME_TEXT(hello.config);
	SAME_TEXT(hello.persistent_dir);
	SAME(hello.has_identity);
	SAME(hello.uid);
	SAME(hello.gid);
	SAME(hello.log_target);
	SAME(hello.log_level);
	SAME(hello.is_ascii);
	SAME(hello.priority);
	SAME(hello.notify_rate);
	SAME(hello.busy_poll_us);
	wire_message_deinit(&came);
}

static void
a_row_arrives_as_it_was_sent(void **state)
{
	struct wire_message sent = message_row(), came = pass(&sent);

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
	SAME_TEXT(row.last_perfdata);
	SAME(row.is_stale);
	SAME(row.is_flapping);
	SAME(row.suppression);
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
assert_event_arrives(struct wire_message sent)
{
	struct wire_message came = pass(&sent);

	SAME(event.number);
	SAME(event.state_epoch);
	SAME(event.kind);
	SAME(event.delivery);
	SAME(event.suppression);
	SAME_TEXT(event.name);
	SAME(event.from_status);
	SAME(event.to_status);
	SAME(event.previous_status);
	SAME(event.from_outcome);
	SAME(event.to_outcome);
	SAME(event.from_state);
	SAME(event.to_state);
	SAME_TEXT(event.meaning);
	SAME_TEXT(event.output);
	SAME_TEXT(event.description);
	SAME_TEXT(event.group);
	SAME(event.epoch);
	SAME(event.last_ran_epoch);
	SAME(event.held_s);
	SAME(event.status_changes);
	SAME(event.first);
	SAME(event.last);
	wire_message_deinit(&came);
}

static void
an_event_arrives_as_it_was_sent_for_the_log_and_to_be_notified(void **state)
{
	(void)state;
	assert_event_arrives(message_event());
	assert_event_arrives(message_notify());
}

static void
a_summary_arrives_as_it_was_sent(void **state)
{
	struct wire_message sent = message_summary(), came = pass(&sent);

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
	SAME(summary.store_status);
	SAME(summary.first_event);
	SAME(summary.last_event);
	SAME(summary.accepted_event);
	SAME(summary.pending_events);
	SAME(summary.accepted_events);
	SAME(summary.suppressed_events);
	SAME(summary.lost_events);
	SAME(summary.master_since_epoch);
	SAME(summary.master_losses);
	SAME(summary.config_loaded_epoch);
	SAME(summary.config_generation);
	SAME_TEXT(summary.config_result);
	wire_message_deinit(&came);
}

static void
small_messages_arrive_as_they_were_sent(void **state)
{
	struct wire_message sent = message_remove(), came = pass(&sent);

	(void)state;
	SAME_TEXT(remove.name);
	wire_message_deinit(&came);
	sent = message_alive(), came = pass(&sent);
	SAME(alive.is_connected);
	SAME(alive.is_registered);
	wire_message_deinit(&came);
	sent = message_acknowledge(), came = pass(&sent);
	SAME(acknowledge.number);
	SAME(acknowledge.is_accepted);
	wire_message_deinit(&came);
	sent = message_forget(), came = pass(&sent);
	SAME(forget.number);
	wire_message_deinit(&came);
	sent = message_sync(), came = pass(&sent);
	wire_message_deinit(&came);
}

static void
a_message_cut_at_any_length_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < MESSAGE_MAKER_COUNT; i++) {
		struct wire_message message = message_makers[i](),
				    untouched = {.type = WIRE_SYNC};
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
	for (size_t i = 0; i < MESSAGE_MAKER_COUNT; i++) {
		struct wire_message message = message_makers[i](), untouched;
		uint8_t buf[WIRE_MESSAGE_MAX + 1] = {0};
		size_t len = wire_encode(&message, buf);

		assert_int_equal(decode_copy(buf, len + 1, &untouched), -EBADMSG);
	}
}

static void
an_unknown_type_is_refused(void **state)
{
	uint8_t buf[WIRE_MESSAGE_MAX];
	struct wire_message message = message_alive(), untouched;
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
	REFUSED(message_hello, hello.is_standalone, 2);
	REFUSED(message_hello, hello.has_identity, 2);
	REFUSED(message_hello, hello.log_target, 3);
	REFUSED(message_hello, hello.log_level, LOG_LEVEL_ERROR - 1);
	REFUSED(message_hello, hello.log_level, 8);
	REFUSED(message_hello, hello.is_ascii, 2);
	REFUSED(message_hello, hello.priority, 0);
	REFUSED(message_hello, hello.priority, 128);
	REFUSED(message_row, row.type, 0);
	REFUSED(message_row, row.type, 255);
	REFUSED(message_row, row.admin_state, 0);
	REFUSED(message_row, row.admin_state, 255);
	REFUSED(message_row, row.run_state, 0);
	REFUSED(message_row, row.run_state, CHECK_RUN_STATE_STOPPING + 1);
	REFUSED(message_row, row.state, 0);
	REFUSED(message_row, row.state, CHECK_STATE_CRITICAL + 1);
	REFUSED(message_row, row.is_stale, 2);
	REFUSED(message_row, row.is_flapping, 2);
	REFUSED(message_row, row.suppression, 0);
	REFUSED(message_row, row.suppression, CHECK_SUPPRESSION_FLAPPING + 1);
	REFUSED(message_row, row.last_outcome, 0);
	REFUSED(message_row, row.last_outcome, CHECK_OUTCOME_START_FAILED + 1);
	REFUSED(message_event, event.kind, 0);
	REFUSED(message_event, event.kind, CHECK_EVENT_EVENTS_LOST + 1);
	REFUSED(message_event, event.delivery, 0);
	REFUSED(message_event, event.delivery, CHECK_DELIVERY_LOST + 1);
	REFUSED(message_event, event.suppression, 0);
	REFUSED(message_event, event.suppression, CHECK_SUPPRESSION_FLAPPING + 1);
	REFUSED(message_event, event.from_outcome, 0);
	REFUSED(message_event, event.to_outcome, 0);
	REFUSED(message_event, event.to_outcome, 255);
	REFUSED(message_event, event.from_state, 0);
	REFUSED(message_event, event.to_state, CHECK_STATE_CRITICAL + 1);
	REFUSED(message_notify, event.kind, 0);
	REFUSED(message_summary, summary.store_status, 0);
	REFUSED(message_summary, summary.store_status, WIRE_STORE_FAILED + 1);
	REFUSED(message_alive, alive.is_connected, 2);
	REFUSED(message_alive, alive.is_registered, 255);
	REFUSED(message_acknowledge, acknowledge.is_accepted, 2);
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
	for (size_t i = 0; i < MESSAGE_MAKER_COUNT; i++) {
		struct wire_message message = message_makers[i]();
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
		cmocka_unit_test(
			an_event_arrives_as_it_was_sent_for_the_log_and_to_be_notified),
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

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
