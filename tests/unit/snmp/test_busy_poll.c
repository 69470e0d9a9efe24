/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When the next request is looked for without sleeping, and when it is not.
 */
#include "busy_poll.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define WINDOW_US 50
#define WINDOW_NS (WINDOW_US * INT64_C(1000))
#define SLOW_NS   (2 * BUSY_POLL_QUICK_NS)

static unsigned processors;
static unsigned times_counted;
static struct busy_poll busy_poll;
static struct monotime now;

static unsigned
count_processors(void)
{
	times_counted++;
	return processors;
}

static int
set_up(void **state)
{
	(void)state;
	processors = 2;
	times_counted = 0;
	now.ns = NS_PER_S;
	busy_poll_init(&busy_poll, WINDOW_US, count_processors);
	return 0;
}

/* A request so long after the one before it, which is answered at once. */
static bool
ask_after(int64_t ns)
{
	now.ns += ns;
	busy_poll_request(&busy_poll, now);
	return busy_poll_begin(&busy_poll, now);
}

/* Returns how many requests, each so long after the other, pass until it polls. */
static unsigned
count_until_polling(int64_t ns)
{
	unsigned count = 1;

	while (!ask_after(ns))
		assert_in_range(++count, 1, 1000);
	return count;
}

static void
wait_in_vain(void)
{
	now.ns += WINDOW_NS;
	assert_false(busy_poll_continue(&busy_poll, now));
}

static void
it_polls_from_the_eighth_request_in_quick_succession(void **state)
{
	(void)state;
	assert_int_equal(count_until_polling(NS_PER_MS / 10), BUSY_POLL_QUICK_MIN);
	assert_true(ask_after(NS_PER_MS / 10));
}

static void
requests_now_and_then_never_begin_it(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		assert_false(ask_after(i % (BUSY_POLL_QUICK_MIN - 1) == 0 ? SLOW_NS : 0));
	assert_int_equal(times_counted, 0);
}

static void
it_looks_until_the_window_is_over(void **state)
{
	(void)state;
	count_until_polling(0);
	now.ns += WINDOW_NS - 1;
	assert_true(busy_poll_continue(&busy_poll, now));
	now.ns += 1;
	assert_false(busy_poll_continue(&busy_poll, now));
	now.ns -= 1;
	assert_false(busy_poll_continue(&busy_poll, now));
}

static void
a_request_ends_the_looking_for_it(void **state)
{
	(void)state;
	count_until_polling(0);
	busy_poll_request(&busy_poll, now);
	assert_false(busy_poll_continue(&busy_poll, now));
}

#define VAIN_MAX (BUSY_POLL_CREDIT_MAX / BUSY_POLL_VAIN_COST)

/* In vain until it pauses. */
static void
wait_until_it_pauses(void)
{
	for (int i = 1; i < VAIN_MAX; i++) {
		wait_in_vain();
		assert_true(ask_after(0));
	}
	wait_in_vain();
}

static void
in_vain_four_times_in_succession_it_pauses(void **state)
{
	(void)state;
	count_until_polling(0);
	wait_until_it_pauses();
	assert_int_equal(count_until_polling(0), 2 * BUSY_POLL_QUICK_MIN);
}

/* Each time: one in vain, and the next ones in time. Returns whether it ever pauses. */
static bool
pauses_with(unsigned in_time_for_each_in_vain)
{
	count_until_polling(0);
	for (int i = 0; i < 100; i++) {
		wait_in_vain();
		if (!ask_after(0))
			return true;
		for (unsigned j = 0; j < in_time_for_each_in_vain; j++)
			assert_true(ask_after(0));
	}
	return false;
}

static void
one_in_vain_for_ten_in_time_is_good_enough(void **state)
{
	(void)state;
	assert_false(pauses_with(9));
}

static void
it_pauses_where_a_third_is_in_vain(void **state)
{
	(void)state;
	assert_true(pauses_with(2));
}

static void
each_pause_is_longer_up_to_a_bound(void **state)
{
	(void)state;
	for (unsigned needed = BUSY_POLL_QUICK_MIN; needed <= 4 * BUSY_POLL_QUICK_MAX;
		needed *= 2) {
		assert_int_equal(count_until_polling(0),
			needed < BUSY_POLL_QUICK_MAX ? needed : BUSY_POLL_QUICK_MAX);
		wait_until_it_pauses();
	}
}

static void
another_walk_begins_anew(void **state)
{
	(void)state;
	each_pause_is_longer_up_to_a_bound(state);
	assert_false(ask_after(SLOW_NS));
	assert_int_equal(count_until_polling(0), BUSY_POLL_QUICK_MIN - 1);
}

static void
it_never_polls_with_one_processor_and_asks_for_their_number_once_a_succession(void **state)
{
	(void)state;
	processors = 1;
	for (int i = 0; i < 1000; i++)
		assert_false(ask_after(0));
	assert_int_equal(times_counted, 1);
	processors = 2;
	assert_false(ask_after(SLOW_NS));
	count_until_polling(0);
	assert_int_equal(times_counted, 2);
}

static void
a_window_of_0_is_never(void **state)
{
	(void)state;
	busy_poll_init(&busy_poll, 0, count_processors);
	for (int i = 0; i < 1000; i++)
		assert_false(ask_after(0));
	assert_int_equal(times_counted, 0);
}

static void
there_is_at_least_one_processor(void **state)
{
	(void)state;
	assert_in_range(busy_poll_count_processors(), 1, 1024);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			it_polls_from_the_eighth_request_in_quick_succession, set_up),
		cmocka_unit_test_setup(requests_now_and_then_never_begin_it, set_up),
		cmocka_unit_test_setup(it_looks_until_the_window_is_over, set_up),
		cmocka_unit_test_setup(a_request_ends_the_looking_for_it, set_up),
		cmocka_unit_test_setup(in_vain_four_times_in_succession_it_pauses, set_up),
		cmocka_unit_test_setup(one_in_vain_for_ten_in_time_is_good_enough, set_up),
		cmocka_unit_test_setup(it_pauses_where_a_third_is_in_vain, set_up),
		cmocka_unit_test_setup(each_pause_is_longer_up_to_a_bound, set_up),
		cmocka_unit_test_setup(another_walk_begins_anew, set_up),
		cmocka_unit_test_setup(
			it_never_polls_with_one_processor_and_asks_for_their_number_once_a_succession,
			set_up),
		cmocka_unit_test_setup(a_window_of_0_is_never, set_up),
		cmocka_unit_test(there_is_at_least_one_processor),
	};

	return cmocka_run_group_tests_name("busy_poll", tests, NULL, NULL);
}
