/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Due times: in the phase, without drift, spread by name, counted when they pass.
 */
#include "schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "util.h"

#define MINUTE_NS (60 * NS_PER_S)

static struct monotime
at(int64_t ns)
{
	return (struct monotime){.ns = ns};
}

static struct schedule
schedule_of(const char *name, uint64_t interval_ms)
{
	struct schedule schedule;

	schedule_init(&schedule, name, interval_ms);
	return schedule;
}

static void
a_name_has_the_same_phase_at_every_start(void **state)
{
	struct schedule once = schedule_of("disk-root", 60000);
	struct schedule again = schedule_of("disk-root", 60000);

	(void)state;
	assert_int_equal(once.phase_ns, again.phase_ns);
	assert_int_equal(
		schedule_next(&once, at(12345)).ns, schedule_next(&again, at(12345)).ns);
}

static void
a_phase_lies_within_the_interval(void **state)
{
	static const uint64_t intervals_ms[] = {100, 1000, 7001, 60000, 86400000};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(intervals_ms); i++) {
		struct schedule schedule = schedule_of("any", intervals_ms[i]);

		assert_true(schedule.phase_ns >= 0);
		assert_true(schedule.phase_ns < (int64_t)intervals_ms[i] * NS_PER_MS);
	}
}

static void
the_next_due_time_is_later_in_the_phase_and_within_an_interval(void **state)
{
	struct schedule schedule = schedule_of("web", 7001);

	(void)state;
	for (int64_t now = 0; now < MINUTE_NS; now += 333333333) {
		struct monotime due = schedule_next(&schedule, at(now));

		assert_true(due.ns > now);
		assert_true(due.ns <= now + schedule.interval_ns);
		assert_int_equal((due.ns - schedule.phase_ns) % schedule.interval_ns, 0);
	}
}

static void
a_due_time_itself_is_followed_by_the_one_an_interval_later(void **state)
{
	struct schedule schedule = schedule_of("web", 30000);
	struct monotime due = schedule_next(&schedule, at(5 * NS_PER_S));

	(void)state;
	assert_int_equal(schedule_next(&schedule, due).ns, due.ns + schedule.interval_ns);
	assert_int_equal(schedule_next(&schedule, at(due.ns - 1)).ns, due.ns);
}

/* Each run is served a little late; the millionth is due where it would be without. */
static void
serving_runs_late_never_makes_the_schedule_drift(void **state)
{
	struct schedule schedule = schedule_of("web", 1000);
	struct monotime first = schedule_next(&schedule, at(0));
	struct monotime due = first;

	(void)state;
	for (int i = 0; i < 1000000; i++)
		due = schedule_next(&schedule, at(due.ns + 37 * NS_PER_MS + i % 1000));
	assert_int_equal(due.ns, first.ns + INT64_C(1000000) * schedule.interval_ns);
}

static void
the_first_due_time_of_a_short_interval_is_in_its_phase(void **state)
{
	struct schedule schedule = schedule_of("web", 30000);
	struct monotime now = at(1234 * NS_PER_S + 5);

	(void)state;
	assert_int_equal(schedule_first(&schedule, now).ns, schedule_next(&schedule, now).ns);
}

static void
the_first_due_time_of_a_long_interval_comes_within_a_minute(void **state)
{
	char name[32];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "check-%d", i);
		struct schedule schedule = schedule_of(name, 86400000);
		struct monotime now = at(i * NS_PER_S);
		struct monotime first = schedule_first(&schedule, now);

		assert_true(first.ns >= now.ns);
		assert_true(first.ns <= now.ns + MINUTE_NS);
	}
}

static void
the_second_due_time_is_in_the_phase_and_half_an_interval_after_the_first(void **state)
{
	static const uint64_t intervals_ms[] = {100, 60000, 61000, 3600000};
	char name[32];

	(void)state;
	for (int i = 0; i < 400; i++) {
		snprintf(name, sizeof(name), "check-%d", i);
		struct schedule schedule = schedule_of(name, intervals_ms[i % 4]);
		struct monotime first = schedule_first(&schedule, at(1000 * NS_PER_S));
		struct monotime second = schedule_second(&schedule, first);

		assert_true(second.ns - first.ns >= schedule.interval_ns / 2);
		assert_true(second.ns - first.ns <= schedule.interval_ns * 3 / 2);
		assert_int_equal((second.ns - schedule.phase_ns) % schedule.interval_ns, 0);
	}
}

/* 6,000 checks of one minute: each second would get 100; a herd would show as many more. */
static void
similar_names_spread_over_the_interval(void **state)
{
	unsigned seconds[60] = {0};
	char name[32];

	(void)state;
	for (int i = 0; i < 6000; i++) {
		snprintf(name, sizeof(name), "host%04d/ping", i);
		struct schedule schedule = schedule_of(name, 60000);

		seconds[schedule.phase_ns / NS_PER_S]++;
	}
	for (size_t i = 0; i < ARRAY_LEN(seconds); i++) {
		assert_in_range(seconds[i], 50, 160);
	}
}

static void
no_due_time_passed_where_a_run_is_served_before_the_next(void **state)
{
	struct schedule schedule = schedule_of("web", 1000);
	struct monotime due = schedule_next(&schedule, at(0));

	(void)state;
	assert_int_equal(schedule_passed(&schedule, due, due), 0);
	assert_int_equal(schedule_passed(&schedule, due, at(due.ns + 999 * NS_PER_MS)), 0);
}

static void
each_due_time_that_passed_is_counted_the_last_one_included(void **state)
{
	struct schedule schedule = schedule_of("web", 1000);
	struct monotime due = schedule_next(&schedule, at(0));

	(void)state;
	assert_int_equal(schedule_passed(&schedule, due, at(due.ns + NS_PER_S)), 1);
	assert_int_equal(schedule_passed(&schedule, due, at(due.ns + 5 * NS_PER_S / 2)), 2);
	assert_int_equal(schedule_passed(&schedule, due, at(due.ns + 1000 * NS_PER_S)), 1000);
}

static void
nothing_passed_before_a_due_time_that_is_yet_to_come(void **state)
{
	struct schedule schedule = schedule_of("web", 1000);
	struct monotime due = schedule_next(&schedule, at(100 * NS_PER_S));

	(void)state;
	assert_int_equal(schedule_passed(&schedule, due, at(due.ns - 50 * NS_PER_S)), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_has_the_same_phase_at_every_start),
		cmocka_unit_test(a_phase_lies_within_the_interval),
		cmocka_unit_test(
			the_next_due_time_is_later_in_the_phase_and_within_an_interval),
		cmocka_unit_test(a_due_time_itself_is_followed_by_the_one_an_interval_later),
		cmocka_unit_test(serving_runs_late_never_makes_the_schedule_drift),
		cmocka_unit_test(the_first_due_time_of_a_short_interval_is_in_its_phase),
		cmocka_unit_test(the_first_due_time_of_a_long_interval_comes_within_a_minute),
		cmocka_unit_test(
			the_second_due_time_is_in_the_phase_and_half_an_interval_after_the_first),
		cmocka_unit_test(similar_names_spread_over_the_interval),
		cmocka_unit_test(no_due_time_passed_where_a_run_is_served_before_the_next),
		cmocka_unit_test(each_due_time_that_passed_is_counted_the_last_one_included),
		cmocka_unit_test(nothing_passed_before_a_due_time_that_is_yet_to_come),
	};

	return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
