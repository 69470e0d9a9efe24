/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is remembered of checks that no configuration has, in a real store.
 */
#include "memory.h"

#include "store_fixture.h"

#include "util.h"

#define DAYS(n) ((uint64_t)(n)*24 * 3600)

static struct store_check *
known_check(const char *name)
{
	struct store_check *known = xcalloc(1, sizeof(*known));

	known->name = xstrdup(name);
	check_init(&known->check);
	known->missed_runs = 7;
	return known;
}

static struct memory *
open_memory(struct store_fixture *fixture, uint64_t lived_s)
{
	struct memory *memory = memory_new();

	store_fixture_open(fixture);
	memory_open(memory, fixture->store, lived_s);
	for (size_t i = 0; i < fixture->content.check_count; i++)
		memory_load(memory, STEAL(fixture->content.checks[i]));
	return memory;
}

static bool
is_known(struct memory *memory, const char *name)
{
	struct store_check *known = memory_claim(memory, name);
	bool is_there = known != NULL;

	store_check_free(known);
	return is_there;
}

static void
what_is_known_can_be_claimed_once(void **state)
{
	struct store_fixture *fixture = *state;
	struct memory *memory = open_memory(fixture, 1);
	struct store_check *known;

	memory_keep(memory, known_check("gone"));
	assert_null(memory_claim(memory, "other"));
	known = memory_claim(memory, "gone");
	assert_int_equal(known->missed_runs, 7);
	assert_null(memory_claim(memory, "gone"));
	store_check_free(known);
	memory_free(memory);
}

static void
a_removed_check_is_known_after_a_restart(void **state)
{
	struct store_fixture *fixture = *state;
	struct memory *memory = open_memory(fixture, 1);

	memory_keep(memory, known_check("gone"));
	store_fixture_stop(fixture);
	memory_free(memory);
	memory = open_memory(fixture, 100);
	assert_true(is_known(memory, "gone"));
	memory_free(memory);
}

static void
a_removed_check_is_forgotten_after_thirty_days_of_checkd_s_life(void **state)
{
	struct store_fixture *fixture = *state;
	struct memory *memory = open_memory(fixture, DAYS(100));

	memory_keep(memory, known_check("gone"));
	memory_age(memory, DAYS(130));
	memory_keep(memory, known_check("gone-later"));
	memory_age(memory, DAYS(130) + 1);
	assert_false(is_known(memory, "gone"));
	store_fixture_stop(fixture);
	memory_free(memory);
	memory = open_memory(fixture, DAYS(131));
	assert_int_equal(fixture->content.check_count, 1);
	assert_true(is_known(memory, "gone-later"));
	memory_free(memory);
}

static void
what_nobody_claims_after_a_start_counts_as_removed_then(void **state)
{
	struct store_fixture *fixture = *state;
	struct memory *memory;

	store_fixture_open(fixture);
	store_fixture_keep(fixture, "claimed", 1);
	store_fixture_keep(fixture, "unclaimed", 1);
	store_fixture_stop(fixture);
	memory = open_memory(fixture, DAYS(5));
	assert_true(is_known(memory, "claimed"));
	memory_keep(memory, memory_take_unclaimed(memory));
	assert_null(memory_take_unclaimed(memory));
	memory_age(memory, DAYS(35));
	assert_int_equal(memory_count(memory), 1);
	memory_age(memory, DAYS(35) + 1);
	assert_int_equal(memory_count(memory), 0);
	memory_free(memory);
}

#define MEMORY_TEST(name)                                                                      \
	cmocka_unit_test_setup_teardown(name, store_fixture_set_up, store_fixture_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		MEMORY_TEST(what_is_known_can_be_claimed_once),
		MEMORY_TEST(a_removed_check_is_known_after_a_restart),
		MEMORY_TEST(a_removed_check_is_forgotten_after_thirty_days_of_checkd_s_life),
		MEMORY_TEST(what_nobody_claims_after_a_start_counts_as_removed_then),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
