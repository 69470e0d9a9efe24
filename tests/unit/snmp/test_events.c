/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The publisher's copy of the event log: found by index and walked in its order, whatever
 * came and went, also where the numbers pass 2^32.
 */
#include "events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sample.h"
#include "util.h"

#define WRAP (UINT64_C(1) << 32)

static void
put(struct events *events, uint64_t number)
{
	struct check_event event = sample_event(number, "disk");

	events_put(events, &event);
	check_event_deinit(&event);
}

static void
put_range(struct events *events, uint64_t first, uint64_t last)
{
	for (uint64_t number = first; number <= last; number++)
		put(events, number);
}

static void
remove_range(struct events *events, uint64_t first, uint64_t last)
{
	for (uint64_t number = first; number <= last; number++)
		events_remove(events, number);
}

/* Walks all and asserts that exactly these indices are there, and are found. */
static void
assert_indices(const struct events *events, const uint32_t *expected, size_t count)
{
	const struct events_row *row = events_next(events, NULL, 0, false);

	for (size_t i = 0; i < count; i++) {
		assert_non_null(row);
		assert_int_equal(row->index, expected[i]);
		assert_ptr_equal(events_find(events, expected[i]), row);
		row = events_next(events, &(oid){row->index}, 1, false);
	}
	assert_null(row);
}

static void
assert_range(const struct events *events, uint32_t first, uint32_t last)
{
	size_t count = last - first + 1;
	uint32_t *expected CLEANUP_FREE = xcalloc(count, sizeof(*expected));

	for (size_t i = 0; i < count; i++)
		expected[i] = first + (uint32_t)i;
	assert_indices(events, expected, count);
}

static void
a_row_has_what_its_event_has(void **state)
{
	struct events *events = events_new();
	struct check_event event = sample_event(WRAP + 7, "disk");

	(void)state;
	events_put(events, &event);

	const struct events_row *row = events_find(events, 7);

	assert_int_equal(row->index, 7);
	assert_int_equal(row->state_epoch, event.state_epoch);
	assert_int_equal(row->from_status, event.from_status);
	assert_int_equal(row->to_status, event.to_status);
	assert_int_equal(row->epoch, event.epoch);
	assert_int_equal(row->held_s, event.held_s);
	assert_int_equal(row->kind, event.kind);
	assert_int_equal(row->delivery, event.delivery);
	assert_int_equal(row->from_outcome, event.from_outcome);
	assert_int_equal(row->to_outcome, event.to_outcome);
	assert_int_equal(row->from_state, event.from_state);
	assert_int_equal(row->to_state, event.to_state);
	assert_string_equal(row->name, event.name);
	assert_string_equal(row->meaning, event.meaning);
	assert_string_equal(row->output, event.output);
	assert_ptr_not_equal(row->output, event.output);
	check_event_deinit(&event);
	events_free(events);
}

static void
an_event_put_again_is_replaced(void **state)
{
	struct events *events = events_new();
	struct check_event event = sample_event(2, "disk");

	(void)state;
	put_range(events, 1, 3);
	event.delivery = CHECK_DELIVERY_ACCEPTED;
	events_put(events, &event);
	check_event_deinit(&event);
	assert_int_equal(events_find(events, 1)->delivery, CHECK_DELIVERY_PENDING);
	assert_int_equal(events_find(events, 2)->delivery, CHECK_DELIVERY_ACCEPTED);
	assert_range(events, 1, 3);
	events_free(events);
}

static void
nothing_is_found_where_there_are_no_events(void **state)
{
	struct events *events = events_new();

	(void)state;
	events_remove(events, 1);
	assert_null(events_find(events, 0));
	assert_null(events_next(events, NULL, 0, true));
	put(events, 5);
	events_remove(events, 4);
	events_remove(events, 5);
	assert_null(events_next(events, NULL, 0, true));
	events_free(events);
}

static void
an_index_that_is_none_finds_the_row_after_it(void **state)
{
	static const struct {
		oid index[2];
		size_t len;
		bool is_inclusive;
		uint32_t expected; /* 0: none */
	} cases[] = {
		{{0}, 0, false, 5},
		{{0}, 1, false, 5},
		{{4}, 1, false, 5},
		{{4, 9}, 2, true, 5},
		{{5}, 1, true, 5},
		{{5}, 1, false, 9},
		{{5, 0}, 2, false, 9},
		{{5, 0}, 2, true, 9},
		{{6}, 1, true, 9},
		{{8, 4294967295}, 2, false, 9},
		{{9}, 1, false, UINT32_MAX},
		{{UINT32_MAX}, 1, true, UINT32_MAX},
		{{UINT32_MAX}, 1, false, 0},
		{{UINT32_MAX, 0}, 2, true, 0},
		{{(oid)UINT32_MAX + 1}, 1, true, 0},
		{{(oid)-1}, 1, false, 0},
	};
	struct events *events = events_new();

	(void)state;
	put(events, 5);
	put(events, 9);
	put(events, UINT32_MAX);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct events_row *row = events_next(
			events, cases[i].index, cases[i].len, cases[i].is_inclusive);

		assert_int_equal(row != NULL ? row->index : 0, cases[i].expected);
	}
	events_free(events);
}

static void
a_log_that_moves_on_keeps_what_it_has(void **state)
{
	struct events *events = events_new();

	(void)state;
	put_range(events, 1, 1000);
	for (uint64_t number = 1001; number <= 20000; number++) {
		put(events, number);
		events_remove(events, number - 1000);
	}
	assert_range(events, 19001, 20000);
	events_free(events);
}

static void
events_leave_from_anywhere(void **state)
{
	static const uint32_t left[] = {1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 99, 100};
	struct events *events = events_new();

	(void)state;
	put_range(events, 1, 100);
	remove_range(events, 3, 4);
	remove_range(events, 13, 14);
	remove_range(events, 17, 98);
	assert_indices(events, left, ARRAY_LEN(left));
	remove_range(events, 1, 100);
	assert_null(events_next(events, NULL, 0, true));
	put_range(events, 101, 300);
	assert_range(events, 101, 300);
	events_free(events);
}

static void
numbers_beyond_2_to_the_32_begin_the_walk_anew(void **state)
{
	static const uint32_t both[] = {0, 1, 2, UINT32_MAX - 1, UINT32_MAX};
	struct events *events = events_new();

	(void)state;
	put_range(events, WRAP - 3, WRAP + 2);
	events_remove(events, WRAP - 3);
	assert_indices(events, both, ARRAY_LEN(both));
	remove_range(events, WRAP - 2, WRAP);
	assert_range(events, 1, 2);
	events_free(events);
}

/* The simplest thing that can be right, to hold the array against. */
#define NUMBERS 300

static void
a_random_life_leaves_what_a_plain_set_has(void **state)
{
	struct events *events = events_new();
	bool is_there[NUMBERS] = {false};
	uint32_t seed = 2412;

	(void)state;
	for (int step = 0; step < 50000; step++) {
		seed = seed * 1664525 +
		       1013904223; /* a linear generator, "Numerical Recipes" */

		uint32_t number = (seed >> 16) % NUMBERS;
		bool is_put = (seed >> 8 & 0xff) < (step / 5000 % 2 == 0 ? 200 : 60);

		if (is_put)
			put(events, number);
		else
			events_remove(events, number);
		is_there[number] = is_put;
		number = (number + 1) % NUMBERS;
		assert_int_equal(events_find(events, number) != NULL, is_there[number]);
	}

	uint32_t expected[NUMBERS];
	size_t count = 0;

	for (uint32_t number = 0; number < NUMBERS; number++) {
		if (is_there[number])
			expected[count++] = number;
	}
	assert_indices(events, expected, count);
	events_free(events);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_has_what_its_event_has),
		cmocka_unit_test(an_event_put_again_is_replaced),
		cmocka_unit_test(nothing_is_found_where_there_are_no_events),
		cmocka_unit_test(an_index_that_is_none_finds_the_row_after_it),
		cmocka_unit_test(a_log_that_moves_on_keeps_what_it_has),
		cmocka_unit_test(events_leave_from_anywhere),
		cmocka_unit_test(numbers_beyond_2_to_the_32_begin_the_walk_anew),
		cmocka_unit_test(a_random_life_leaves_what_a_plain_set_has),
	};

	return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
