/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk that errs, hangs or is locked by another: what the store says of it, that it
 * blocks nobody, and that nothing is lost once it is well again.
 */
#include "store.h"

#include "store_fixture.h"
#include "store_vfs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "store_timing.h"
#include "util.h"

static const struct store_timing impatient = {
	.behind_ms = 50, .failed_ms = 150, .give_up_ms = 100};

/* Any error is told by itself, long before the clock tells. */
static const struct store_timing patient = {
	.behind_ms = 60000, .failed_ms = 120000, .give_up_ms = 100};

static void
begin(struct store_fixture *fixture, const struct store_timing *timing)
{
	fixture->settings.is_full = true; /* so that each commit syncs */
	store_fixture_open(fixture);
	store_set_timing(fixture->store, timing);
	struct kept *kept = store_fixture_keep(fixture, "a-check", 1);
	store_fixture_wait_stored(fixture, kept);
}

/* The first check, and three more, change in the failure that is to come. */
static void
change_all(struct store_fixture *fixture)
{
	store_fixture_run(&fixture->kept[0], 2);
	store_fixture_wait_status(fixture, WIRE_STORE_FAILED);
	store_fixture_keep(fixture, "second", 3);
	store_fixture_keep(fixture, "third", 3);
	store_fixture_run(&fixture->kept[0], 3);
	for (uint64_t number = 1; number <= 3000; number++)
		store_fixture_add_event(fixture, number, "a-check");
	assert_int_equal(store_status(fixture->store), WIRE_STORE_FAILED);
}

static void
assert_all_stored(struct store_fixture *fixture)
{
	store_fixture_wait_status(fixture, WIRE_STORE_OK);
	store_fixture_flush(fixture);
	assert_int_equal(fixture->event_count, 3000);
	assert_int_equal(fixture->emptied_count, 0);
	store_fixture_kill(fixture);
	store_fixture_open(fixture);
	assert_true(fixture->content.is_vouched);
	assert_int_equal(store_fixture_loaded(fixture, "a-check")->check.runs, 3);
	assert_int_equal(store_fixture_loaded(fixture, "third")->check.runs, 3);
	assert_int_equal(fixture->content.event_count, 3000);
}

static void
fail_and_recover(struct store_fixture *fixture, int code)
{
	begin(fixture, &patient);
	store_vfs_fail(code);
	change_all(fixture);
	store_vfs_fail(SQLITE_OK);
	assert_all_stored(fixture);
}

static void
an_error_is_failure_at_once_and_all_is_written_after_it(void **state)
{
	fail_and_recover(*state, SQLITE_IOERR_WRITE);
}

static void
a_full_disk_is_failure_at_once_and_all_is_written_after_it(void **state)
{
	fail_and_recover(*state, SQLITE_FULL);
}

static void
a_lock_is_behind_and_then_failure_and_all_is_written_after_it(void **state)
{
	struct store_fixture *fixture = *state;
	sqlite3 *other = store_fixture_connect(fixture);

	begin(fixture, &impatient);
	sqlite3_busy_timeout(other, DEADLINE_MS);
	assert_int_equal(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	change_all(fixture);
	assert_true(fixture->was_behind);
	sqlite3_close(other);
	assert_all_stored(fixture);
}

static void
a_disk_that_hangs_is_behind_and_then_failure_and_holds_nobody(void **state)
{
	struct store_fixture *fixture = *state;

	begin(fixture, &impatient);
	store_vfs_hang();
	struct monotime before = monotime_now();
	change_all(fixture);
	assert_true(fixture->was_behind);
	assert_true(monotime_ms_between(before, monotime_now()) < 10000);
	store_vfs_let_go();
	assert_all_stored(fixture);
}

static void
a_disk_that_is_slow_is_behind_and_shows_nothing_early(void **state)
{
	static const struct store_timing timing = {
		.behind_ms = 50, .failed_ms = 120000, .give_up_ms = 100};
	struct store_fixture *fixture = *state;

	begin(fixture, &timing);
	store_vfs_hang();
	store_fixture_run(&fixture->kept[0], 2);
	store_fixture_wait_status(fixture, WIRE_STORE_BEHIND);
	assert_int_equal(fixture->kept[0].stored_runs, 1);
	store_vfs_let_go();
	store_fixture_wait_status(fixture, WIRE_STORE_OK);
	assert_int_equal(fixture->kept[0].stored_runs, 2);
	assert_false(fixture->was_failed);
}

static void
a_stop_on_a_disk_that_hangs_gives_up_soon(void **state)
{
	struct store_fixture *fixture = *state;

	begin(fixture, &impatient);
	store_vfs_hang();
	store_fixture_run(&fixture->kept[0], 2);
	struct monotime before = monotime_now();
	store_fixture_stop(fixture);
	assert_true(monotime_ms_between(before, monotime_now()) < 10000);
	store_vfs_let_go();
}

static void
only_a_recovery_that_has_written_all_makes_it_well(void **state)
{
	struct store_fixture *fixture = *state;

	begin(fixture, &patient);
	store_vfs_fail(SQLITE_IOERR_FSYNC);
	change_all(fixture);
	fixture->was_behind = false;
	store_vfs_fail(SQLITE_OK);
	store_fixture_wait_status(fixture, WIRE_STORE_OK);
	/* 3,000 events take more than one batch, and what was shown was shown unstored. */
	assert_true(fixture->was_behind);
	assert_true(fixture->event_count >= 3000);
}

/* As long as it can be. */
static void
add_long_event(struct store_fixture *fixture, uint64_t number)
{
	struct check_event event = check_event_new(CHECK_EVENT_FAILED);
	char text[CHECK_OUTPUT_MAX + 1];

	memset(text, 'x', CHECK_OUTPUT_MAX);
	text[CHECK_OUTPUT_MAX] = '\0';
	free(event.output);
	free(event.description);
	event.number = number;
	event.output = xstrdup(text);
	event.description = xstrdup(text);
	store_add_event(fixture->store, &event);
	check_event_deinit(&event);
}

static void
a_reader_that_stays_makes_it_behind_and_not_failed(void **state)
{
	struct store_fixture *fixture = *state;
	sqlite3 *other = store_fixture_connect(fixture);
	uint64_t number = 0;

	begin(fixture, &patient);
	assert_int_equal(sqlite3_exec(other, "BEGIN; SELECT * FROM events", NULL, NULL, NULL),
		SQLITE_OK);
	/* 64 MiB of WAL. */
	while (store_status(fixture->store) == WIRE_STORE_OK && number < 500000) {
		for (int i = 0; i < 10000; i++)
			add_long_event(fixture, ++number);
		store_fixture_flush(fixture);
	}
	assert_int_equal(store_status(fixture->store), WIRE_STORE_BEHIND);
	sqlite3_close(other);
	store_fixture_add_event(fixture, ++number, "a-check");
	store_fixture_flush(fixture);
	store_fixture_add_event(fixture, ++number, "a-check");
	store_fixture_wait_status(fixture, WIRE_STORE_OK);
	assert_false(fixture->was_failed);
}

static int
tear_down(void **state)
{
	store_vfs_fail(SQLITE_OK);
	store_vfs_let_go();
	return store_fixture_tear_down(state);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_fixture_set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_error_is_failure_at_once_and_all_is_written_after_it),
		TEST(a_full_disk_is_failure_at_once_and_all_is_written_after_it),
		TEST(a_lock_is_behind_and_then_failure_and_all_is_written_after_it),
		TEST(a_disk_that_hangs_is_behind_and_then_failure_and_holds_nobody),
		TEST(a_disk_that_is_slow_is_behind_and_shows_nothing_early),
		TEST(a_stop_on_a_disk_that_hangs_gives_up_soon),
		TEST(only_a_recovery_that_has_written_all_makes_it_well),
		TEST(a_reader_that_stays_makes_it_behind_and_not_failed),
	};

	return cmocka_run_group_tests(tests, store_vfs_install, NULL);
}
