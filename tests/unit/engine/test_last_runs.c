/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "last_runs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
add(struct last_runs **runs, size_t capacity, uint64_t number, const char *output)
{
	const struct check_result result = {
		.outcome = CHECK_OUTCOME_EXITED,
		.status = (int)number,
		.finished = {.wall = {1000}},
		.output = output,
	};

	last_runs_add(runs, capacity, number, &result);
}

static void
assert_runs(const struct last_runs *runs, uint64_t newest, size_t count)
{
	struct last_run run;

	assert_int_equal(last_runs_count(runs), count);
	for (size_t i = 0; i < count; i++) {
		last_runs_read(runs, i, &run);
		assert_int_equal(run.number, newest - i);
		assert_int_equal(run.status, newest - i);
	}
}

static void
the_last_ones_are_remembered_the_newest_first(void **state)
{
	struct last_runs *runs = NULL;

	(void)state;
	assert_int_equal(last_runs_count(runs), 0);
	for (uint64_t i = 1; i <= 7; i++)
		add(&runs, 3, i, i % 2 == 0 ? "even" : "odd");
	assert_runs(runs, 7, 3);
	last_runs_free(runs);
}

static void
an_output_that_comes_again_is_shared(void **state)
{
	struct last_runs *runs = NULL;
	struct last_run newest, before;

	(void)state;
	add(&runs, 2, 1, "fine");
	add(&runs, 2, 2, "fine");
	last_runs_read(runs, 0, &newest);
	last_runs_read(runs, 1, &before);
	assert_ptr_equal(newest.output, before.output);
	add(&runs, 2, 3, "bad");
	add(&runs, 2, 4, "bad");
	last_runs_read(runs, 1, &before);
	assert_string_equal(before.output, "bad");
	last_runs_free(runs);
}

static void
a_smaller_memory_keeps_the_newest(void **state)
{
	struct last_runs *runs = NULL;

	(void)state;
	for (uint64_t i = 1; i <= 5; i++)
		add(&runs, 4, i, "same");
	last_runs_set_capacity(&runs, 2);
	assert_runs(runs, 5, 2);
	last_runs_set_capacity(&runs, 9);
	add(&runs, 9, 6, "more");
	assert_runs(runs, 6, 3);
	last_runs_set_capacity(&runs, 0);
	assert_null(runs);
}

static void
where_there_is_no_room_nothing_is_made(void **state)
{
	struct last_runs *runs = NULL;

	(void)state;
	add(&runs, 0, 1, "fine");
	assert_null(runs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_ones_are_remembered_the_newest_first),
		cmocka_unit_test(an_output_that_comes_again_is_shared),
		cmocka_unit_test(a_smaller_memory_keeps_the_newest),
		cmocka_unit_test(where_there_is_no_room_nothing_is_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
