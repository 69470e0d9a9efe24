/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agenda.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "util.h"

#define ITEMS 2000

struct thing {
	struct agenda_item item;
	unsigned told;
};

/* The callback has no argument of its own. */
static struct world {
	struct event_base *base;
	struct agenda *agenda;
	struct thing things[ITEMS];
	struct monotime last; /* the due time that was told last */
	size_t told_count;
	size_t early_count; /* told before their time */
	size_t disorder_count;
	int64_t again_ns; /* after so much each is put on again */
} world;

static void
agenda_on_due(struct agenda_item *item)
{
	struct thing *thing = (struct thing *)((char *)item - offsetof(struct thing, item));
	struct monotime now = monotime_now();

	assert_false(agenda_has(item));
	thing->told++;
	world.told_count++;
	world.early_count += item->due.ns > now.ns;
	world.disorder_count += item->due.ns < world.last.ns;
	world.last = item->due;
	if (world.again_ns > 0)
		agenda_put(
			world.agenda, item, (struct monotime){item->due.ns + world.again_ns});
}

static int
set_up(void **state)
{
	(void)state;
	world = (struct world){.base = event_base_new()};
	world.agenda = agenda_new(world.base, agenda_on_due);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < ITEMS; i++)
		agenda_remove(world.agenda, &world.things[i].item);
	agenda_free(world.agenda);
	event_base_free(world.base);
	return 0;
}

/* Turns the loop until so many were told, or nothing is left to wait for. */
static void
run_until_told(size_t count)
{
	while (world.told_count < count && event_base_loop(world.base, EVLOOP_ONCE) == 0)
		;
}

static void
put(size_t i, int64_t delay_us)
{
	struct monotime now = monotime_now();

	agenda_put(world.agenda, &world.things[i].item,
		(struct monotime){now.ns + delay_us * 1000});
}

static void
all_are_told_in_the_order_of_their_due_times(void **state)
{
	(void)state;
	srand(1);
	for (size_t i = 0; i < ITEMS; i++)
		put(i, rand() % 50000);
	run_until_told(ITEMS);
	assert_int_equal(world.told_count, ITEMS);
	assert_int_equal(world.early_count, 0);
	assert_int_equal(world.disorder_count, 0);
	for (size_t i = 0; i < ITEMS; i++)
		assert_int_equal(world.things[i].told, 1);
}

static void
one_that_is_moved_is_told_once_when_it_is_due_last(void **state)
{
	(void)state;
	for (size_t i = 0; i < 100; i++)
		put(i, 1000000);
	for (size_t i = 0; i < 100; i++)
		put(i, (int64_t)(i * 37 % 100) * 100);
	put(100, 20000);
	run_until_told(101);
	assert_int_equal(world.disorder_count, 0);
	assert_int_equal(world.things[100].told, 1);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(world.things[i].told, 1);
}

static void
one_that_is_removed_is_not_told(void **state)
{
	(void)state;
	srand(2);
	for (size_t i = 0; i < ITEMS; i++)
		put(i, rand() % 20000);
	for (size_t i = 0; i < ITEMS; i += 3)
		agenda_remove(world.agenda, &world.things[i].item);
	run_until_told(ITEMS - (ITEMS + 2) / 3);
	assert_int_equal(world.disorder_count, 0);
	for (size_t i = 0; i < ITEMS; i++)
		assert_int_equal(world.things[i].told, i % 3 != 0);
}

static void
the_others_come_in_time_when_the_first_is_removed(void **state)
{
	(void)state;
	put(0, 1000);
	put(1, 30000);
	agenda_remove(world.agenda, &world.things[0].item);
	run_until_told(1);
	assert_int_equal(world.things[0].told, 0);
	assert_int_equal(world.things[1].told, 1);
	assert_int_equal(world.early_count, 0);
}

static void
one_that_is_put_on_again_is_told_again(void **state)
{
	(void)state;
	world.again_ns = 1000000;
	for (size_t i = 0; i < 3; i++)
		put(i, (int64_t)i);
	run_until_told(30);
	assert_int_equal(world.early_count, 0);
	for (size_t i = 0; i < 3; i++)
		assert_true(world.things[i].told >= 9);
}

static void
event_on_turn(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	*(size_t *)arg = world.told_count;
}

static void
others_have_their_turn_while_many_are_due(void **state)
{
	(void)state;
	size_t told_before = ITEMS;
	struct event *other = event_new(world.base, -1, 0, event_on_turn, &told_before);

	for (size_t i = 0; i < ITEMS; i++)
		put(i, -1);
	event_base_loop(world.base, EVLOOP_ONCE);
	event_active(other, 0, 0);
	run_until_told(ITEMS);
	event_free(other);
	assert_int_equal(world.told_count, ITEMS);
	assert_true(told_before > 0 && told_before < ITEMS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			all_are_told_in_the_order_of_their_due_times, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			one_that_is_moved_is_told_once_when_it_is_due_last, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			one_that_is_removed_is_not_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_others_come_in_time_when_the_first_is_removed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			one_that_is_put_on_again_is_told_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			others_have_their_turn_while_many_are_due, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("agenda", tests, NULL, NULL);
}
