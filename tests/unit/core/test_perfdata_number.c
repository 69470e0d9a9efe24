/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers as plugins write them, and the one way in which each is shown.
 */
#include "perfdata_number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util.h"

/* All of the text is a number. */
static void
expect_number(const char *text, const char *wanted)
{
	char buf[PERFDATA_NUMBER_MAX + 2];

	memset(buf, 0x55, sizeof(buf));
	assert_int_equal(perfdata_number_read(text, strlen(text), buf), strlen(text));
	assert_string_equal(buf, wanted);
	assert_int_equal(buf[sizeof(buf) - 1], 0x55); /* nothing was written behind the bound */
}

static void
expect_taken(const char *text, size_t taken)
{
	char buf[PERFDATA_NUMBER_MAX + 1];

	assert_int_equal(perfdata_number_read(text, strlen(text), buf), taken);
}

static void
a_canonical_number_stays_as_it_is(void **state)
{
	static const char *const numbers[] = {"0", "1", "-1", "10", "0.5", "-12.5", "0.00001",
		"1e-6", "-1.5e-7", "1e23", "1.25e100", "1e307", "1e-307"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		expect_number(numbers[i], numbers[i]);
}

static void
needless_zeros_signs_and_points_go(void **state)
{
	(void)state;
	expect_number("0.720", "0.72");
	expect_number("100.000000", "100");
	expect_number("007", "7");
	expect_number("+5", "5");
	expect_number(".5", "0.5");
	expect_number("5.", "5");
	expect_number("-00.50", "-0.5");
	expect_number("000", "0");
	expect_number("-0.000", "0");
	expect_number("0e99999", "0");
}

static void
exponents_are_worked_in_where_the_number_stays_short(void **state)
{
	(void)state;
	expect_number("1.5e3", "1500");
	expect_number("1.5E+03", "1500");
	expect_number("1e-05", "0.00001");
	expect_number("12.5e-7", "1.25e-6");
	expect_number("1e22", "10000000000000000000000");
	expect_number("0.001e26", "1e23");
	expect_number("100e-2", "1");
}

static void
counters_of_64_bits_keep_every_digit(void **state)
{
	(void)state;
	expect_number("18446744073709551615", "18446744073709551615");
	expect_number("-9223372036854775808", "-9223372036854775808");
	expect_number("9007199254740993", "9007199254740993"); /* no double has it */
}

static void
digits_that_do_not_fit_are_cut_off(void **state)
{
	(void)state;
	expect_number("0.333333333333333333333333333333", "0.3333333333333333333333");
	expect_number("-0.0000123456789012345678901", "-0.000012345678901234567");
	expect_number("-0.00001234567890000000000012", "-0.0000123456789");
	expect_number("1.00000000000000000000000000009", "1");
	expect_number("99999999999999999999999.9", "99999999999999999999999");
	expect_number("-12345678901234567890123.4", "-12345678901234567890123");
	expect_number("-1.2345678901234567890e-300", "-1.2345678901234567e-300");
}

static void
what_follows_a_number_is_left(void **state)
{
	(void)state;
	expect_taken("5ms", 1);
	expect_taken("1.5.2", 3);
	expect_taken("5e", 1);
	expect_taken("5e+", 1);
	expect_taken("5e3e4", 3);
	expect_taken("0,5", 1);
}

static void
what_is_no_number_is_refused(void **state)
{
	static const char *const others[] = {
		"", "-", "+", ".", "-.", "e5", ".e5", "x", " 1", "--1", "inf", "nan", ",5"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		expect_taken(others[i], 0);
}

static void
numbers_that_no_double_holds_are_refused(void **state)
{
	(void)state;
	expect_taken("1e308", 0);
	expect_taken("1e-308", 0);
	expect_taken("1e99999999999999999999999999", 0);
	expect_taken("1e-99999999999999999999999999", 0);
	expect_taken("0.001e-305", 0);
}

static void
a_number_longer_than_its_text_is_not_read_beyond_it(void **state)
{
	char buf[PERFDATA_NUMBER_MAX + 1];

	(void)state;
	assert_int_equal(perfdata_number_read("12345", 2, buf), 2);
	assert_string_equal(buf, "12");
	assert_int_equal(perfdata_number_read("1e5", 2, buf), 1);
}

/* Every double comes back from its 17 digits. */
static void
no_double_changes_on_its_way_through(void **state)
{
	uint64_t seed = 2412;
	char text[32], buf[PERFDATA_NUMBER_MAX + 1];

	(void)state;
	for (int round = 0; round < 100000; round++) {
		seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;

		double number = (double)(int64_t)seed;

		for (int i = (int)(seed >> 20) % 300; i > 0; i--)
			number /= 10;
		if (seed & (1 << 10))
			number = 1 / (number + 1);
		snprintf(text, sizeof(text), "%.16e", number);
		assert_int_equal(perfdata_number_read(text, strlen(text), buf), strlen(text));
		assert_true(strtod(buf, NULL) == number);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_canonical_number_stays_as_it_is),
		cmocka_unit_test(needless_zeros_signs_and_points_go),
		cmocka_unit_test(exponents_are_worked_in_where_the_number_stays_short),
		cmocka_unit_test(counters_of_64_bits_keep_every_digit),
		cmocka_unit_test(digits_that_do_not_fit_are_cut_off),
		cmocka_unit_test(what_follows_a_number_is_left),
		cmocka_unit_test(what_is_no_number_is_refused),
		cmocka_unit_test(numbers_that_no_double_holds_are_refused),
		cmocka_unit_test(a_number_longer_than_its_text_is_not_read_beyond_it),
		cmocka_unit_test(no_double_changes_on_its_way_through),
	};

	return cmocka_run_group_tests_name("perfdata_number", tests, NULL, NULL);
}
