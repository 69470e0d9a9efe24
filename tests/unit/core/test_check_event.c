/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events of checks and of none: what they are made of, and who owns their strings.
 */
#include "check_event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "util.h"

static void
a_new_event_is_of_no_check_and_pending(void **state)
{
	struct check_event event = check_event_new(CHECK_EVENT_EVENTS_LOST);

	(void)state;
	assert_int_equal(event.kind, CHECK_EVENT_EVENTS_LOST);
	assert_int_equal(event.delivery, CHECK_DELIVERY_PENDING);
	assert_int_equal(event.number, 0);
	assert_string_equal(event.name, "");
	assert_string_equal(event.meaning, "");
	assert_string_equal(event.output, "");
	assert_string_equal(event.description, "");
	assert_string_equal(event.group, "");
	assert_int_equal(event.from_status, CHECK_STATUS_NONE);
	assert_int_equal(event.to_status, CHECK_STATUS_NONE);
	assert_int_equal(event.from_outcome, CHECK_OUTCOME_NEVER);
	assert_int_equal(event.to_outcome, CHECK_OUTCOME_NEVER);
	assert_int_equal(event.from_state, CHECK_STATE_PENDING);
	assert_int_equal(event.to_state, CHECK_STATE_PENDING);
	check_event_deinit(&event);
}

static void
a_copy_has_strings_of_its_own(void **state)
{
	struct check_event event = check_event_new(CHECK_EVENT_FAILED);

	(void)state;
	event.number = 7;
	free(event.output);
	event.output = xstrdup("down");

	struct check_event copy = check_event_copy(&event);

	event.output[0] = 'g';
	check_event_deinit(&event);
	assert_int_equal(copy.number, 7);
	assert_string_equal(copy.output, "down");
	check_event_deinit(&copy);
}

static void
an_event_that_was_freed_is_empty_and_may_be_freed_again(void **state)
{
	struct check_event event = check_event_new(CHECK_EVENT_FAILED);

	(void)state;
	check_event_deinit(&event);
	assert_null(event.name);
	check_event_deinit(&event);
}

static void
each_kind_has_a_name(void **state)
{
	static const struct {
		enum check_event_kind kind;
		const char *name;
	} expected[] = {
		{CHECK_EVENT_FAILED, "failed"},
		{CHECK_EVENT_CHANGED, "changed"},
		{CHECK_EVENT_RECOVERED, "recovered"},
		{CHECK_EVENT_AGENT_STARTED, "agentStarted"},
		{CHECK_EVENT_EVENTS_LOST, "eventsLost"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(expected); i++)
		assert_string_equal(check_event_kind_name(expected[i].kind), expected[i].name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_event_is_of_no_check_and_pending),
		cmocka_unit_test(a_copy_has_strings_of_its_own),
		cmocka_unit_test(an_event_that_was_freed_is_empty_and_may_be_freed_again),
		cmocka_unit_test(each_kind_has_a_name),
	};

	return cmocka_run_group_tests_name("check_event", tests, NULL, NULL);
}
