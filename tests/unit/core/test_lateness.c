/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The figures of lateness against a sorted list of the same values.
 */
#include "lateness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util.h"

static struct monotime
second(int64_t s)
{
	return (struct monotime){.ns = 100000 * NS_PER_S + s * NS_PER_S};
}

static int
compare(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return a < b ? -1 : a > b;
}

/* The smallest of count values that at least 99 of 100 do not exceed. */
static uint32_t
reference_p99(uint32_t *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return values[(count * 99 + 99) / 100 - 1];
}

/* Adds the values, then asks for the figures and compares them with the reference. */
static void
try_values(uint32_t *values, size_t count)
{
	CLEANUP_FREE struct lateness *lateness = xcalloc(1, sizeof(*lateness));

	for (size_t i = 0; i < count; i++)
		lateness_add(lateness, second(0), values[i]);

	struct lateness_figures figures = lateness_read(lateness, second(0));

	assert_int_equal(figures.last_ms, values[count - 1]);

	uint32_t wanted = reference_p99(values, count);

	assert_int_equal(figures.max_ms, values[count - 1]);
	if (wanted < 64) {
		assert_int_equal(figures.p99_ms, wanted);
	} else {
		assert_true(figures.p99_ms >= wanted);
		assert_true(figures.p99_ms - wanted <= wanted / 32);
	}
}

/* xorshift: the same values at every run of the test. */
static uint32_t
next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static void
nothing_measured_reads_as_zero(void **state)
{
	CLEANUP_FREE struct lateness *lateness = xcalloc(1, sizeof(*lateness));
	struct lateness_figures figures = lateness_read(lateness, second(0));

	(void)state;
	assert_int_equal(figures.last_ms, 0);
	assert_int_equal(figures.p99_ms, 0);
	assert_int_equal(figures.max_ms, 0);
}

static void
a_single_value_is_last_p99_and_max(void **state)
{
	static const uint32_t singles[] = {
		0, 1, 63, 64, 65, 1000, 123456, 0x7fffffff, UINT32_MAX};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(singles); i++) {
		CLEANUP_FREE struct lateness *lateness = xcalloc(1, sizeof(*lateness));

		lateness_add(lateness, second(0), singles[i]);
		struct lateness_figures figures = lateness_read(lateness, second(0));

		assert_int_equal(figures.last_ms, singles[i]);
		assert_int_equal(figures.max_ms, singles[i]);
		assert_int_equal(figures.p99_ms, singles[i]);
	}
}

static void
the_p99_agrees_with_a_sorted_list_of_small_values(void **state)
{
	uint32_t seed = 2412, values[5000];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		values[i] = next_random(&seed) % 64;
	for (size_t count = 1; count <= ARRAY_LEN(values); count = count * 3 + 1)
		try_values(values, count);
}

static void
the_p99_agrees_with_a_sorted_list_of_values_of_every_size(void **state)
{
	uint32_t seed = 75, values[3000];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		values[i] = next_random(&seed) >> (next_random(&seed) % 32);
	try_values(values, ARRAY_LEN(values));
}

static void
one_late_run_of_a_hundred_does_not_move_the_p99_two_do(void **state)
{
	uint32_t values[100] = {0};

	(void)state;
	values[10] = 50;
	try_values(values, ARRAY_LEN(values));
	memset(values, 0, sizeof(values));
	values[10] = 50;
	values[20] = 51;
	try_values(values, ARRAY_LEN(values));
}

static void
values_of_the_last_four_minutes_count_and_older_ones_are_forgotten(void **state)
{
	CLEANUP_FREE struct lateness *lateness = xcalloc(1, sizeof(*lateness));

	(void)state;
	lateness_add(lateness, second(0), 40);
	lateness_add(lateness, second(200), 7);
	assert_int_equal(lateness_read(lateness, second(240)).max_ms, 40);
	assert_int_equal(lateness_read(lateness, second(301)).max_ms, 7);
	assert_int_equal(lateness_read(lateness, second(301)).last_ms, 7);
	assert_int_equal(lateness_read(lateness, second(600)).max_ms, 0);
	assert_int_equal(lateness_read(lateness, second(600)).last_ms, 0);
}

static void
a_slot_that_comes_round_again_starts_empty(void **state)
{
	CLEANUP_FREE struct lateness *lateness = xcalloc(1, sizeof(*lateness));

	(void)state;
	lateness_add(lateness, second(0), 9000);
	lateness_add(lateness, second(300), 3);
	assert_int_equal(lateness_read(lateness, second(300)).max_ms, 3);
	assert_int_equal(lateness_read(lateness, second(300)).p99_ms, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_measured_reads_as_zero),
		cmocka_unit_test(a_single_value_is_last_p99_and_max),
		cmocka_unit_test(the_p99_agrees_with_a_sorted_list_of_small_values),
		cmocka_unit_test(the_p99_agrees_with_a_sorted_list_of_values_of_every_size),
		cmocka_unit_test(one_late_run_of_a_hundred_does_not_move_the_p99_two_do),
		cmocka_unit_test(
			values_of_the_last_four_minutes_count_and_older_ones_are_forgotten),
		cmocka_unit_test(a_slot_that_comes_round_again_starts_empty),
	};

	return cmocka_run_group_tests_name("lateness", tests, NULL, NULL);
}
