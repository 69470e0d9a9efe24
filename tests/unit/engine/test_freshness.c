/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "freshness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "util.h"

#define START_S  1000000
#define ITEM_MAX 4

/* Items whose owner puts them back where their time has not come. */
struct world {
	struct freshness *freshness;
	struct freshness_item items[ITEM_MAX];
	int64_t when_s[ITEM_MAX];
	int64_t told_s[ITEM_MAX]; /* when its time had come; 0: not yet */
	unsigned looks;
};

static void
freshness_on_due(void *arg, struct freshness_item *item, struct boottime now)
{
	struct world *world = arg;
	size_t index = (size_t)(item - world->items);

	world->looks++;
	if (now.ms < world->when_s[index] * 1000)
		freshness_put(
			world->freshness, item, (struct boottime){world->when_s[index] * 1000});
	else
		world->told_s[index] = now.ms / 1000;
}

static int
set_up(void **state)
{
	struct world *world = xcalloc(1, sizeof(*world));

	world->freshness =
		freshness_new((struct boottime){START_S * 1000}, freshness_on_due, world);
	*state = world;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < ITEM_MAX; i++)
		freshness_remove(&world->items[i]);
	freshness_free(world->freshness);
	free(world);
	return 0;
}

static void
put(struct world *world, size_t index, int64_t after_s)
{
	world->when_s[index] = START_S + after_s;
	freshness_put(world->freshness, &world->items[index],
		(struct boottime){(START_S + after_s) * 1000});
}

static void
advance(struct world *world, int64_t to_s)
{
	freshness_advance(world->freshness, (struct boottime){(START_S + to_s) * 1000});
}

static void
each_is_told_in_its_second(void **state)
{
	struct world *world = *state;

	put(world, 0, 3);
	put(world, 1, 1);
	put(world, 2, 4000);
	for (int64_t s = 1; s <= 4000; s++)
		advance(world, s);
	assert_int_equal(world->told_s[0], START_S + 3);
	assert_int_equal(world->told_s[1], START_S + 1);
	assert_int_equal(world->told_s[2], START_S + 4000);
	assert_int_equal(world->looks, 3);
}

static void
a_time_beyond_the_wheel_is_reached_in_turns(void **state)
{
	struct world *world = *state;

	put(world, 0, 30 * 86400);
	for (int64_t s = 1; s < 30 * 86400; s += 7)
		advance(world, s);
	assert_int_equal(world->told_s[0], 0);
	advance(world, 30 * 86400);
	assert_int_equal(world->told_s[0], START_S + 30 * 86400);
}

static void
a_time_that_has_passed_is_told_in_the_next_second(void **state)
{
	struct world *world = *state;

	put(world, 0, -50);
	put(world, 1, 0);
	advance(world, 0);
	assert_int_equal(world->looks, 0);
	advance(world, 1);
	assert_int_equal(world->told_s[0], START_S + 1);
	assert_int_equal(world->told_s[1], START_S + 1);
}

static void
a_jump_of_days_tells_all_whose_time_has_come(void **state)
{
	struct world *world = *state;

	put(world, 0, 10);
	put(world, 1, 4090);
	put(world, 2, 200000);
	advance(world, 100000);
	assert_int_equal(world->told_s[0], START_S + 100000);
	assert_int_equal(world->told_s[1], START_S + 100000);
	assert_int_equal(world->told_s[2], 0);
}

static void
what_is_removed_or_put_off_is_not_told(void **state)
{
	struct world *world = *state;

	put(world, 0, 5);
	put(world, 1, 5);
	freshness_remove(&world->items[0]);
	put(world, 1, 8);
	for (int64_t s = 1; s <= 7; s++)
		advance(world, s);
	assert_int_equal(world->looks, 0);
	advance(world, 8);
	assert_int_equal(world->told_s[1], START_S + 8);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_is_told_in_its_second),
		TEST(a_time_beyond_the_wheel_is_reached_in_turns),
		TEST(a_time_that_has_passed_is_told_in_the_next_second),
		TEST(a_jump_of_days_tells_all_whose_time_has_come),
		TEST(what_is_removed_or_put_off_is_not_told),
	};

	return cmocka_run_group_tests_name("freshness", tests, NULL, NULL);
}
