/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Those who wait until something is stored are told once, from the loop, and the truth.
 */
#include "store.h"

#include "store_fixture.h"
#include "store_vfs.h"

#include "store_timing.h"
#include "util.h"

static const struct store_timing timing = {
	.behind_ms = 100, .failed_ms = 300, .give_up_ms = 200};

/* What those who wait were told. */
static unsigned stored_count, unstored_count;
static uint64_t runs_when_told;
static struct store_wait *to_cancel;
static struct store *to_wait_again;

static int
set_up(void **state)
{
	stored_count = unstored_count = 0;
	runs_when_told = 0;
	to_cancel = NULL;
	to_wait_again = NULL;
	store_vfs_fail(SQLITE_OK);
	return store_fixture_set_up(state);
}

static int
tear_down(void **state)
{
	store_vfs_let_go();
	store_vfs_fail(SQLITE_OK);
	return store_fixture_tear_down(state);
}

static void
wait_on_told(void *arg, bool is_stored)
{
	const struct kept *kept = arg;

	stored_count += is_stored;
	unstored_count += !is_stored;
	if (kept != NULL)
		runs_when_told = kept->stored_runs;
	if (to_cancel != NULL)
		store_wait_cancel(STEAL(to_cancel));
	if (to_wait_again != NULL)
		store_when_stored(STEAL(to_wait_again), wait_on_told, NULL);
}

static bool
one_is_told(struct store_fixture *fixture)
{
	(void)fixture;
	return stored_count + unstored_count == 1;
}

static bool
two_are_told(struct store_fixture *fixture)
{
	(void)fixture;
	return stored_count + unstored_count == 2;
}

static bool
is_being_written(struct store_fixture *fixture)
{
	return fixture->kept[0].storable.item != NULL;
}

static void
what_was_gathered_is_stored_when_it_is_told(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	struct kept *kept = store_fixture_keep(fixture, "first", 7);
	store_when_stored(fixture->store, wait_on_told, kept);
	assert_int_equal(stored_count, 0);
	store_fixture_wait(fixture, one_is_told);
	assert_int_equal(stored_count, 1);
	assert_int_equal(runs_when_told, 7);
}

static void
what_comes_while_a_batch_is_written_waits_for_the_next(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	struct kept *kept = store_fixture_keep(fixture, "first", 1);
	store_fixture_wait(fixture, is_being_written);
	store_fixture_run(kept, 2);
	store_when_stored(fixture->store, wait_on_told, kept);
	store_fixture_wait(fixture, one_is_told);
	assert_int_equal(runs_when_told, 2);
}

static void
who_has_nothing_gathered_waits_for_the_batch_that_is_written(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	struct kept *kept = store_fixture_keep(fixture, "first", 1);
	store_fixture_wait(fixture, is_being_written);
	store_when_stored(fixture->store, wait_on_told, kept);
	store_fixture_wait(fixture, one_is_told);
	assert_int_equal(runs_when_told, 1);
	assert_int_equal(stored_count, 1);
}

static void
with_nothing_to_write_it_is_told_soon_but_not_at_once(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	store_when_stored(fixture->store, wait_on_told, NULL);
	assert_int_equal(stored_count, 0);
	store_fixture_wait(fixture, one_is_told);
	assert_int_equal(stored_count, 1);
}

static void
who_waits_for_what_has_gone_is_told_too(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	struct kept *kept = store_fixture_keep(fixture, "goes", 1);
	store_when_stored(fixture->store, wait_on_told, NULL);
	storable_deinit(&kept->storable);
	store_fixture_wait(fixture, one_is_told);
	assert_int_equal(stored_count, 1);
}

static void
a_wait_that_is_cancelled_is_not_told(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	struct kept *kept = store_fixture_keep(fixture, "first", 1);
	struct store_wait *wait = store_when_stored(fixture->store, wait_on_told, NULL);
	store_wait_cancel(wait);
	wait = store_when_stored(fixture->store, wait_on_told, NULL);
	store_fixture_wait(fixture, is_being_written);
	store_wait_cancel(wait);
	store_fixture_wait_stored(fixture, kept);
	store_when_stored(fixture->store, wait_on_told, NULL);
	store_fixture_wait(fixture, one_is_told);
	assert_int_equal(stored_count, 1);
}

static void
who_is_told_may_cancel_another_and_wait_again(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	store_when_stored(fixture->store, wait_on_told, NULL);
	to_cancel = store_when_stored(fixture->store, wait_on_told, NULL);
	to_wait_again = fixture->store;
	store_fixture_wait(fixture, two_are_told);
	assert_int_equal(stored_count, 2);
}

static void
in_failure_it_is_told_that_it_is_not_stored(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	store_set_timing(fixture->store, &timing);
	store_vfs_fail(SQLITE_IOERR_WRITE);
	store_fixture_keep(fixture, "first", 1);
	store_when_stored(fixture->store, wait_on_told, NULL);
	store_fixture_wait(fixture, one_is_told);
	assert_int_equal(unstored_count, 1);
	store_fixture_wait_status(fixture, WIRE_STORE_FAILED);
	store_when_stored(fixture->store, wait_on_told, NULL);
	assert_int_equal(unstored_count, 1);
	store_fixture_wait(fixture, two_are_told);
	assert_int_equal(unstored_count, 2);
}

static void
who_waits_on_a_disk_that_hangs_is_told_when_it_has_failed(void **state)
{
	struct store_fixture *fixture = *state;

	fixture->settings.is_full = true;
	store_fixture_open(fixture);
	store_set_timing(fixture->store, &timing);
	store_vfs_hang();
	store_fixture_keep(fixture, "first", 1);
	store_when_stored(fixture->store, wait_on_told, NULL);
	store_fixture_wait(fixture, one_is_told);
	assert_int_equal(unstored_count, 1);
}

static bool
is_stopped(struct store_fixture *fixture)
{
	return fixture->is_stopped;
}

static void
the_last_batch_is_told_before_the_stop(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	struct kept *kept = store_fixture_keep(fixture, "last", 3);
	store_when_stored(fixture->store, wait_on_told, kept);
	store_stop(fixture->store);
	while (!is_stopped(fixture))
		event_base_loop(fixture->base, EVLOOP_ONCE);
	assert_int_equal(stored_count, 1);
	assert_int_equal(runs_when_told, 3);
}

static void
a_stop_that_gives_up_says_that_it_is_not_stored(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	store_set_timing(fixture->store, &timing);
	store_vfs_fail(SQLITE_IOERR_WRITE);
	store_fixture_keep(fixture, "last", 1);
	store_when_stored(fixture->store, wait_on_told, NULL);
	store_stop(fixture->store);
	store_fixture_wait(fixture, is_stopped);
	assert_int_equal(unstored_count, 1);
}

static void
nobody_is_told_by_a_death(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	store_fixture_keep(fixture, "first", 1);
	store_when_stored(fixture->store, wait_on_told, NULL);
	store_fixture_kill(fixture);
	assert_int_equal(stored_count + unstored_count, 0);
}

#define WAIT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WAIT_TEST(what_was_gathered_is_stored_when_it_is_told),
		WAIT_TEST(what_comes_while_a_batch_is_written_waits_for_the_next),
		WAIT_TEST(who_has_nothing_gathered_waits_for_the_batch_that_is_written),
		WAIT_TEST(with_nothing_to_write_it_is_told_soon_but_not_at_once),
		WAIT_TEST(who_waits_for_what_has_gone_is_told_too),
		WAIT_TEST(a_wait_that_is_cancelled_is_not_told),
		WAIT_TEST(who_is_told_may_cancel_another_and_wait_again),
		WAIT_TEST(in_failure_it_is_told_that_it_is_not_stored),
		WAIT_TEST(who_waits_on_a_disk_that_hangs_is_told_when_it_has_failed),
		WAIT_TEST(the_last_batch_is_told_before_the_stop),
		WAIT_TEST(a_stop_that_gives_up_says_that_it_is_not_stored),
		WAIT_TEST(nobody_is_told_by_a_death),
	};

	return cmocka_run_group_tests(tests, store_vfs_install, NULL);
}
