/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maintenance: every form of a window, when it opens and closes to the second, and what of
 * the text is refused. In Berlin, where in 2026 clocks go from 02:00 to 03:00 on the 29th of
 * March and from 03:00 back to 02:00 on the 25th of October.
 */
#include "maintenance.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "util.h"

#define ZONE_FILE "/usr/share/zoneinfo/Europe/Berlin"

#define CET       1
#define CEST      2

static char *selectors[] = {(char[]){"*"}, NULL};

/* Up to three windows. */
static struct maintenance *
make(const char *first, const char *second, const char *third)
{
	char *when[] = {(char *)first, (char *)second, (char *)third, NULL};
	struct maintenance *maintenance = NULL;
	const char *error = "";
	size_t index = 0;

	assert_int_equal(
		maintenance_new(when, selectors, "why", &maintenance, &index, &error), 0);
	return maintenance;
}

/* A moment by its time in UTC and the hours that local time is ahead. */
static time_t
at(const char *text, int ahead)
{
	struct tm tm = {.tm_isdst = 0};

	assert_int_equal(sscanf(text, "%d-%d-%d %d:%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
				 &tm.tm_hour, &tm.tm_min),
		5);
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return timegm(&tm) - ahead * 3600;
}

static void
assert_opens_of(const struct maintenance *maintenance, time_t begin, time_t end)
{
	time_t change = 0;

	assert_false(maintenance_is_open(maintenance, begin - 1, &change));
	assert_int_equal(change, begin);
	assert_true(maintenance_is_open(maintenance, begin, &change));
	assert_int_equal(change, end);
	assert_true(maintenance_is_open(maintenance, end - 1, &change));
	assert_int_equal(change, end);
	assert_false(maintenance_is_open(maintenance, end, &change));
	assert_true(change == 0 || change > end);
}

/* Closed before begin, open from it on, closed from end on, to the second. */
static void
assert_opens(const char *window, time_t begin, time_t end)
{
	struct maintenance *maintenance = make(window, NULL, NULL);

	assert_opens_of(maintenance, begin, end);
	maintenance_unref(maintenance);
}

static void
assert_next(const char *window, time_t now, bool is_open, time_t change)
{
	struct maintenance *maintenance = make(window, NULL, NULL);
	time_t found = -1;

	assert_int_equal(maintenance_is_open(maintenance, now, &found), is_open);
	assert_int_equal(found, change);
	maintenance_unref(maintenance);
}

static void
once(void **state)
{
	static const char window[] = "2026-12-24 18:00 - 2026-12-25 06:00";

	(void)state;
	assert_opens(window, at("2026-12-24 18:00", CET), at("2026-12-25 06:00", CET));
	assert_next(window, at("2026-01-01 00:00", CET), false, at("2026-12-24 18:00", CET));
	assert_next(window, at("2020-02-29 00:00", CET), false, at("2026-12-24 18:00", CET));
	assert_opens("2026-12-31 12:00 - 2026-12-31 24:00", at("2026-12-31 12:00", CET),
		at("2027-01-01 00:00", CET));
}

static void
once_in_the_past_nothing_changes_any_more(void **state)
{
	static const char window[] = "2024-02-29 18:00-2024-03-01 06:00";

	(void)state;
	assert_next(window, at("2024-03-01 06:00", CET), false, 0);
	assert_next(window, at("2026-01-01 00:00", CET), false, 0);
}

static void
every_day(void **state)
{
	(void)state;
	assert_opens("02:00-04:00", at("2026-06-10 02:00", CEST), at("2026-06-10 04:00", CEST));
	assert_next("02:00-04:00", at("2026-06-10 04:00", CEST), false,
		at("2026-06-11 02:00", CEST));
	assert_opens(
		"  00:00 - 00:01 ", at("2026-01-01 00:00", CET), at("2026-01-01 00:01", CET));
	assert_opens("23:00-24:00", at("2026-01-01 23:00", CET), at("2026-01-02 00:00", CET));
}

static void
over_midnight(void **state)
{
	(void)state;
	assert_opens("22:00-06:00", at("2026-12-31 22:00", CET), at("2027-01-01 06:00", CET));
	assert_opens("22:00-00:00", at("2026-12-31 22:00", CET), at("2027-01-01 00:00", CET));
	assert_next("22:00-06:00", at("2026-06-10 03:00", CEST), true,
		at("2026-06-10 06:00", CEST));
}

/* The 13th of June 2026 is a Saturday. */
static void
on_days_of_the_week(void **state)
{
	static const char weekend[] = "sat,sun 22:00-06:00";

	(void)state;
	assert_opens(weekend, at("2026-06-13 22:00", CEST), at("2026-06-14 06:00", CEST));
	assert_opens(weekend, at("2026-06-14 22:00", CEST), at("2026-06-15 06:00", CEST));
	assert_next(weekend, at("2026-06-13 05:00", CEST), false, at("2026-06-13 22:00", CEST));
	assert_next(weekend, at("2026-06-15 06:00", CEST), false, at("2026-06-20 22:00", CEST));
	assert_opens("mon-fri 12:00-12:30", at("2026-06-12 12:00", CEST),
		at("2026-06-12 12:30", CEST));
	assert_next("mon-fri 12:00-12:30", at("2026-06-12 12:30", CEST), false,
		at("2026-06-15 12:00", CEST));
	assert_next("wed 12:00-12:30", at("2026-06-10 12:30", CEST), false,
		at("2026-06-17 12:00", CEST));
}

static void
a_range_of_days_may_go_over_the_end_of_the_week(void **state)
{
	static const char window[] = "fri-mon 01:00-02:00";

	(void)state;
	assert_next(window, at("2026-06-11 00:00", CEST), false, at("2026-06-12 01:00", CEST));
	assert_next(window, at("2026-06-14 02:00", CEST), false, at("2026-06-15 01:00", CEST));
	assert_next(window, at("2026-06-15 02:00", CEST), false, at("2026-06-19 01:00", CEST));
	assert_next("mon-tue,thu, sun 01:00-02:00", at("2026-06-16 02:00", CEST), false,
		at("2026-06-18 01:00", CEST));
	assert_next("tue-tue 01:00-02:00", at("2026-06-16 02:00", CEST), false,
		at("2026-06-23 01:00", CEST));
}

static void
on_a_day_of_the_month(void **state)
{
	(void)state;
	assert_opens("day 1 03:00-05:00", at("2026-07-01 03:00", CEST),
		at("2026-07-01 05:00", CEST));
	assert_next("day 1 03:00-05:00", at("2026-07-01 05:00", CEST), false,
		at("2026-08-01 03:00", CEST));
	assert_next("day 31 03:00-05:00", at("2026-03-31 05:00", CEST), false,
		at("2026-05-31 03:00", CEST));
	assert_next("day 30 03:00-05:00", at("2026-01-30 05:00", CET), false,
		at("2026-03-30 03:00", CEST));
	assert_next("day 29 03:00-05:00", at("2028-02-01 05:00", CET), false,
		at("2028-02-29 03:00", CET));
	assert_next("day 29 03:00-05:00", at("2026-02-01 05:00", CET), false,
		at("2026-03-29 03:00", CEST));
}

static void
on_the_last_day_of_the_month(void **state)
{
	(void)state;
	assert_opens(
		"day -1 22:00-06:00", at("2026-02-28 22:00", CET), at("2026-03-01 06:00", CET));
	assert_opens(
		"day -1 22:00-06:00", at("2028-02-29 22:00", CET), at("2028-03-01 06:00", CET));
	assert_next("day -1 22:00-06:00", at("2026-03-01 06:00", CET), false,
		at("2026-03-31 22:00", CEST));
	assert_next("day -1 22:00-06:00", at("2026-11-20 06:00", CET), false,
		at("2026-11-30 22:00", CET));
	assert_next("day -31 01:00-02:00", at("2026-01-02 00:00", CET), false,
		at("2026-03-01 01:00", CET));
}

static void
a_skipped_time_is_the_moment_of_the_change(void **state)
{
	const time_t change = at("2026-03-29 02:00", CET);

	(void)state;
	assert_opens("02:30-04:00", change, at("2026-03-29 04:00", CEST));
	assert_opens("01:30-02:30", at("2026-03-29 01:30", CET), change);
	assert_opens("01:00-05:00", at("2026-03-29 01:00", CET), at("2026-03-29 05:00", CEST));
	assert_opens("02:00-03:00", at("2026-03-30 02:00", CEST), at("2026-03-30 03:00", CEST));
	assert_opens(
		"2026-03-29 02:15 - 2026-03-29 03:15", change, at("2026-03-29 03:15", CEST));
}

static void
what_is_all_in_the_skipped_hour_does_not_take_place(void **state)
{
	(void)state;
	assert_next("02:10-02:50", at("2026-03-29 00:00", CET), false,
		at("2026-03-30 02:10", CEST));
	assert_next(
		"2026-03-29 02:10 - 2026-03-29 02:50", at("2026-03-29 00:00", CET), false, 0);
}

static void
of_a_repeated_time_a_window_begins_at_the_first_and_ends_at_the_second(void **state)
{
	(void)state;
	assert_opens("02:30-04:00", at("2026-10-25 02:30", CEST), at("2026-10-25 04:00", CET));
	assert_opens("01:30-02:30", at("2026-10-25 01:30", CEST), at("2026-10-25 02:30", CET));
	assert_opens("02:10-02:50", at("2026-10-25 02:10", CEST), at("2026-10-25 02:50", CET));
	assert_opens(
		"sun 22:00-02:30", at("2026-10-25 22:00", CET), at("2026-10-26 02:30", CET));
	assert_opens(
		"sat 22:00-02:30", at("2026-10-24 22:00", CEST), at("2026-10-25 02:30", CET));
	assert_opens("2026-10-25 02:15 - 2026-10-25 02:45", at("2026-10-25 02:15", CEST),
		at("2026-10-25 02:45", CET));
}

static void
the_days_of_a_change_have_their_own_length(void **state)
{
	(void)state;
	assert_opens("2026-03-29 00:00 - 2026-03-29 24:00", at("2026-03-29 00:00", CET),
		at("2026-03-29 00:00", CET) + 23 * 3600);
	assert_opens("2026-10-25 00:00 - 2026-10-25 24:00", at("2026-10-25 00:00", CEST),
		at("2026-10-25 00:00", CEST) + 25 * 3600);
}

static void
windows_that_touch_or_overlap_are_one(void **state)
{
	struct maintenance *touching = make("04:00-05:00", "02:00-04:00", "05:00-05:30");
	struct maintenance *overlapping = make("02:00-04:00", "03:00-05:00", "02:30-02:40");
	struct maintenance *apart = make("02:00-04:00", "04:01-05:00", NULL);

	(void)state;
	assert_opens_of(touching, at("2026-06-10 02:00", CEST), at("2026-06-10 05:30", CEST));
	assert_opens_of(
		overlapping, at("2026-06-10 02:00", CEST), at("2026-06-10 05:00", CEST));
	assert_opens_of(apart, at("2026-06-10 02:00", CEST), at("2026-06-10 04:00", CEST));
	assert_opens_of(apart, at("2026-06-10 04:01", CEST), at("2026-06-10 05:00", CEST));
	maintenance_unref(touching);
	maintenance_unref(overlapping);
	maintenance_unref(apart);
}

static void
days_on_end_are_one(void **state)
{
	(void)state;
	assert_opens("sat-mon 00:00-24:00", at("2026-06-13 00:00", CEST),
		at("2026-06-16 00:00", CEST));
}

/* There is no end to tell: it is open whenever one asks again. */
static void
what_is_always_open_is_asked_again(void **state)
{
	struct maintenance *maintenance = make("00:00-12:00", "12:00-24:00", NULL);
	time_t now = at("2026-06-10 02:00", CEST);
	time_t change = 0;

	(void)state;
	for (unsigned i = 0; i < 100; i++, now = change) {
		assert_true(maintenance_is_open(maintenance, now, &change));
		assert_true(change > now);
	}
	maintenance_unref(maintenance);
}

static void
the_next_change_is_that_of_the_next_window(void **state)
{
	struct maintenance *maintenance = make(
		"2026-06-10 01:00 - 2026-06-10 02:00", "day 11 01:00-02:00", "wed 23:00-23:30");
	time_t change = 0;

	(void)state;
	assert_false(maintenance_is_open(maintenance, at("2026-06-10 02:00", CEST), &change));
	assert_int_equal(change, at("2026-06-10 23:00", CEST));
	assert_false(maintenance_is_open(maintenance, at("2026-06-10 23:30", CEST), &change));
	assert_int_equal(change, at("2026-06-11 01:00", CEST));
	maintenance_unref(maintenance);
}

static void
assert_refused(const char *window, const char *reason)
{
	char *when[] = {(char[]){"01:00-02:00"}, (char *)window, NULL};
	struct maintenance *maintenance = NULL;
	const char *error = "";
	size_t index = 0;

	assert_int_equal(
		maintenance_new(when, selectors, "", &maintenance, &index, &error), -EINVAL);
	assert_null(maintenance);
	assert_int_equal(index, 1);
	if (strstr(error, reason) == NULL)
		fail_msg("\"%s\": \"%s\" instead of \"%s\"", window, error, reason);
}

static void
what_is_no_window_is_refused(void **state)
{
	static const char *const wrong[] = {"", "02:00", "02:00-", "2:00-4:00", "02:00-4",
		"02:00-04:00x", "02:00-04:00 sat", "02:00 04:00", "02:00--04:00",
		"-02:00-04:00", "sat", "sat ", "sat x", "2026-12-24", "2026-12-24 18:00",
		"2026-12-24 18:00 - 19:00", "2026-12-24 18:00 - 2026-12-25",
		"2026-1-24 18:00 - 2026-12-25 06:00", "2026-12-24T18:00 - 2026-12-25T06:00",
		"02:00:00-04:00:00", "24.12. 02:00-04:00"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_refused(wrong[i], "must be a window such as");
}

static void
wrong_parts_are_named(void **state)
{
	(void)state;
	assert_refused("02:60-04:00", "times from 00:00 to 24:00");
	assert_refused("02:00-24:01", "times from 00:00 to 24:00");
	assert_refused("02:00-25:00", "times from 00:00 to 24:00");
	assert_refused("24:00-02:00", "begin before 24:00");
	assert_refused("02:00-02:00", "not end when it begins");
	assert_refused("sat 02:00-02:00", "not end when it begins");
	assert_refused("2026-12-24 18:00 - 2026-12-24 18:00", "not end when it begins");
	assert_refused("2026-12-24 24:00 - 2026-12-25 00:00", "not end when it begins");
	assert_refused("2026-12-24 18:00 - 2026-12-24 17:59", "end after it begins");
	assert_refused("2026-02-29 18:00 - 2026-03-01 18:00", "dates that there are");
	assert_refused("2026-02-28 18:00 - 2026-13-01 18:00", "dates that there are");
	assert_refused("2026-00-28 18:00 - 2026-01-01 18:00", "dates that there are");
	assert_refused("1969-12-31 18:00 - 2026-01-01 18:00", "dates that there are");
	assert_refused("x", "days of mon, tue");
	assert_refused("sam 02:00-04:00", "days of mon, tue");
	assert_refused("sat, 02:00-04:00", "days of mon, tue");
	assert_refused("sat- 02:00-04:00", "days of mon, tue");
	assert_refused("saturday 02:00-04:00", "days of mon, tue");
	assert_refused("sat02:00-04:00", "days of mon, tue");
	assert_refused("days 1 02:00-04:00", "days of mon, tue");
	assert_refused("day 02:00-04:00", "day from 1 to 31");
	assert_refused("day 0 02:00-04:00", "day from 1 to 31");
	assert_refused("day 32 02:00-04:00", "day from 1 to 31");
	assert_refused("day -32 02:00-04:00", "day from 1 to 31");
	assert_refused("day 1,2 02:00-04:00", "day from 1 to 31");
}

static void
there_is_a_bound_to_windows(void **state)
{
	char window[] = "01:00-02:00";
	char *when[102];
	struct maintenance *maintenance = NULL;
	const char *error = "";
	size_t index = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(when); i++)
		when[i] = window;
	when[101] = NULL;
	assert_int_equal(
		maintenance_new(when, selectors, "", &maintenance, &index, &error), -EINVAL);
	assert_int_equal(index, 100);
	assert_string_equal(error, "must be one of at most 100 windows");
}

static void
equal_ones_say_the_same(void **state)
{
	struct maintenance *one = make("01:00-02:00", NULL, NULL);
	struct maintenance *same = make("01:00-02:00", NULL, NULL);
	struct maintenance *other = make("01:00-02:00", "02:00-03:00", NULL);

	(void)state;
	assert_true(maintenance_equal(one, one));
	assert_true(maintenance_equal(one, same));
	assert_false(maintenance_equal(one, other));
	assert_ptr_equal(maintenance_ref(one), one);
	maintenance_unref(one);
	assert_string_equal(one->reason, "why");
	assert_string_equal(one->when[0], "01:00-02:00");
	assert_string_equal(one->selectors[0], "*");
	maintenance_unref(one);
	maintenance_unref(same);
	maintenance_unref(other);
	maintenance_unref(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(once),
		cmocka_unit_test(once_in_the_past_nothing_changes_any_more),
		cmocka_unit_test(every_day),
		cmocka_unit_test(over_midnight),
		cmocka_unit_test(on_days_of_the_week),
		cmocka_unit_test(a_range_of_days_may_go_over_the_end_of_the_week),
		cmocka_unit_test(on_a_day_of_the_month),
		cmocka_unit_test(on_the_last_day_of_the_month),
		cmocka_unit_test(a_skipped_time_is_the_moment_of_the_change),
		cmocka_unit_test(what_is_all_in_the_skipped_hour_does_not_take_place),
		cmocka_unit_test(
			of_a_repeated_time_a_window_begins_at_the_first_and_ends_at_the_second),
		cmocka_unit_test(the_days_of_a_change_have_their_own_length),
		cmocka_unit_test(windows_that_touch_or_overlap_are_one),
		cmocka_unit_test(days_on_end_are_one),
		cmocka_unit_test(what_is_always_open_is_asked_again),
		cmocka_unit_test(the_next_change_is_that_of_the_next_window),
		cmocka_unit_test(what_is_no_window_is_refused),
		cmocka_unit_test(wrong_parts_are_named),
		cmocka_unit_test(there_is_a_bound_to_windows),
		cmocka_unit_test(equal_ones_say_the_same),
	};

	if (access(ZONE_FILE, R_OK) != 0) {
		fprintf(stderr, "skipped: there is no " ZONE_FILE ", of Debian's tzdata\n");
		return 77;
	}
	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	return cmocka_run_group_tests_name("maintenance", tests, NULL, NULL);
}
