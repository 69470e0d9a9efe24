/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Times as people read them.
 */
#include "age.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
expect_age(int64_t seconds, const char *wanted, const char *wanted_long)
{
	char buf[AGE_SIZE];

	age_format(seconds, buf);
	assert_string_equal(buf, wanted);
	age_format_long(seconds, buf);
	assert_string_equal(buf, wanted_long);
}

static void
an_age_has_the_largest_unit_of_which_there_are_two(void **state)
{
	(void)state;
	expect_age(0, "0s", "0s");
	expect_age(59, "59s", "59s");
	expect_age(119, "119s", "1m 59s");
	expect_age(120, "2m", "2m");
	expect_age(7199, "119m", "1h 59m");
	expect_age(7200, "2h", "2h");
	expect_age(2 * 86400 - 1, "47h", "1d 23h");
	expect_age(12 * 86400 + 3600, "12d", "12d 1h");
}

static void
what_never_was_has_no_age(void **state)
{
	(void)state;
	expect_age(AGE_NEVER, "never", "never");
}

static void
the_greatest_age_fits(void **state)
{
	char buf[AGE_SIZE];

	(void)state;
	age_format_long(INT64_MAX, buf);
	assert_string_equal(buf, "106751991167300d 15h");
	age_format_ms(INT64_MAX, buf);
	assert_string_equal(buf, "106751991167d 7h");
}

static void
a_duration_is_as_exact_as_it_is_short(void **state)
{
	char buf[AGE_SIZE];

	(void)state;
	age_format_ms(12, buf);
	assert_string_equal(buf, "12 ms");
	age_format_ms(1250, buf);
	assert_string_equal(buf, "1.25 s");
	age_format_ms(59990, buf);
	assert_string_equal(buf, "59.99 s");
	age_format_ms(125000, buf);
	assert_string_equal(buf, "2m 5s");
}

static void
a_time_of_today_needs_no_date(void **state)
{
	char buf[AGE_SIZE];

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	age_format_time(1795375584, 1795375590, buf);
	assert_string_equal(buf, "19:26:24");
	age_format_time(1795375584, 1795375584 + 86400, buf);
	assert_string_equal(buf, "2026-11-22 19:26:24");
	age_format_time(0, 1795375590, buf);
	assert_string_equal(buf, "never");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_age_has_the_largest_unit_of_which_there_are_two),
		cmocka_unit_test(what_never_was_has_no_age),
		cmocka_unit_test(the_greatest_age_fits),
		cmocka_unit_test(a_duration_is_as_exact_as_it_is_short),
		cmocka_unit_test(a_time_of_today_needs_no_date),
	};

	return cmocka_run_group_tests_name("ctl_age", tests, NULL, NULL);
}
