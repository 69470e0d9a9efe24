/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was told and what is: when the two differ, by each policy, and what each kind of
 * event tells.
 */
#include "check_told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define STATUS CHECK_NOTIFY_STATUS
#define STATE  CHECK_NOTIFY_STATE
#define NONE   CHECK_NOTIFY_NONE

static int
set_up(void **state)
{
	static struct check check;

	check_init(&check);
	*state = &check;
	return 0;
}

static int
tear_down(void **state)
{
	check_deinit(*state);
	return 0;
}

/* What the check's last run came to. */
static void
set(struct check *check, int status, enum check_state state)
{
	check->last_outcome = CHECK_OUTCOME_EXITED;
	check->last_status = status;
	check->state = state;
}

static void
a_check_that_never_ran_owes_nothing(void **state)
{
	assert_false(check_told_owes(*state, STATUS));
	assert_false(check_told_is_alarm(&((struct check *)*state)->told));
}

static void
a_first_success_owes_nothing_and_a_first_failure_does(void **state)
{
	struct check *check = *state;

	set(check, 0, CHECK_STATE_OK);
	assert_false(check_told_owes_change(check, STATUS));
	assert_false(check_told_owes_change(check, STATE));
	set(check, 2, CHECK_STATE_CRITICAL);
	assert_true(check_told_owes_change(check, STATUS));
	assert_true(check_told_owes_change(check, STATE));
	assert_false(check_told_owes_change(check, NONE));
}

static void
another_code_of_the_same_state_is_owed_where_codes_are_told(void **state)
{
	struct check *check = *state;

	set(check, 2, CHECK_STATE_CRITICAL);
	check_told_by(check, CHECK_EVENT_FAILED);
	assert_false(check_told_owes(check, STATUS));
	set(check, 5, CHECK_STATE_CRITICAL);
	assert_true(check_told_owes_change(check, STATUS));
	assert_false(check_told_owes_change(check, STATE));
	check->last_outcome = CHECK_OUTCOME_SIGNALED;
	check->last_status = CHECK_STATUS_NONE;
	check->last_signal = 9;
	check_told_by(check, CHECK_EVENT_CHANGED);
	assert_false(check_told_owes(check, STATUS));
	check->last_signal = 15;
	assert_true(check_told_owes_change(check, STATUS));
}

static void
a_success_is_told_quietly_only_where_nothing_was_told(void **state)
{
	struct check *check = *state;

	set(check, 0, CHECK_STATE_OK);
	check_told_quietly(check);
	assert_int_equal(check->told.outcome, CHECK_OUTCOME_EXITED);
	set(check, 1, CHECK_STATE_OK);
	check_told_quietly(check);
	assert_int_equal(check->told.status, 0);
	assert_true(check_told_owes_change(check, STATUS));
}

static void
a_failure_is_never_told_quietly(void **state)
{
	struct check *check = *state;

	set(check, 2, CHECK_STATE_CRITICAL);
	check_told_quietly(check);
	assert_int_equal(check->told.outcome, CHECK_OUTCOME_NEVER);
}

static void
staleness_and_flapping_are_owed_each_by_itself(void **state)
{
	struct check *check = *state;

	check->is_stale = true;
	assert_true(check_told_owes_stale(check, STATE));
	assert_false(check_told_owes_stale(check, NONE));
	check_told_by(check, CHECK_EVENT_BECAME_STALE);
	assert_false(check_told_owes(check, STATUS));
	assert_true(check_told_is_alarm(&check->told));
	check->is_flapping = true;
	assert_true(check_told_owes_flapping(check, STATUS));
	assert_false(check_told_owes_stale(check, STATUS));
}

static void
an_event_of_flapping_tells_the_status_too(void **state)
{
	struct check *check = *state;

	set(check, 2, CHECK_STATE_CRITICAL);
	check->is_flapping = true;
	check_told_by(check, CHECK_EVENT_FLAPPING_STARTED);
	assert_false(check_told_owes(check, STATUS));
	assert_true(check->told.is_flapping);
}

static void
a_withdrawal_takes_everything_back(void **state)
{
	struct check *check = *state;

	set(check, 2, CHECK_STATE_CRITICAL);
	check->is_stale = true;
	check_told_by(check, CHECK_EVENT_FAILED);
	check_told_by(check, CHECK_EVENT_BECAME_STALE);
	assert_true(check_told_is_alarm(&check->told));
	check_told_by(check, CHECK_EVENT_WITHDRAWN);
	assert_false(check_told_is_alarm(&check->told));
	assert_true(check_told_owes_change(check, STATUS));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_check_that_never_ran_owes_nothing),
		TEST(a_first_success_owes_nothing_and_a_first_failure_does),
		TEST(another_code_of_the_same_state_is_owed_where_codes_are_told),
		TEST(a_success_is_told_quietly_only_where_nothing_was_told),
		TEST(a_failure_is_never_told_quietly),
		TEST(staleness_and_flapping_are_owed_each_by_itself),
		TEST(an_event_of_flapping_tells_the_status_too),
		TEST(a_withdrawal_takes_everything_back),
	};

	return cmocka_run_group_tests_name("check_told", tests, NULL, NULL);
}
