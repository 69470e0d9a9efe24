/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A database that is damaged, gone or another: it is moved aside, never deleted, and
 * another is made, of a later epoch.
 */
#include "store.h"

#include "store_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "util.h"

/* A life that ends cleanly, with enough in it that its pages are many. */
static uint32_t
live(struct store_fixture *fixture)
{
	store_fixture_open(fixture);
	uint32_t epoch = fixture->content.state_epoch;
	store_fixture_keep(fixture, "a-check", 5);
	for (uint64_t number = 1; number <= 200; number++)
		store_fixture_add_event(fixture, number, "a-check");
	store_fixture_stop(fixture);
	return epoch;
}

static void
overwrite(const char *path, off_t offset, size_t len)
{
	CLEANUP_CLOSE int fd = open(path, O_WRONLY | O_CLOEXEC);
	CLEANUP_FREE char *junk = xcalloc(1, len);

	memset(junk, 0xa5, len);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, junk, len, offset), len);
}

/* The WAL has it all once more. */
static void
remove_wal(struct store_fixture *fixture)
{
	CLEANUP_FREE char *path = xasprintf("%s-wal", fixture->path);

	assert_int_equal(unlink(path), 0);
}

static void
assert_begins_anew(struct store_fixture *fixture, uint32_t epoch)
{
	char aside[256];

	store_fixture_open(fixture);
	assert_int_equal(
		store_fixture_count_files(fixture, ".damaged-", aside, sizeof(aside)), 1);
	assert_int_equal(store_status(fixture->store), WIRE_STORE_OK);
	assert_false(fixture->content.is_vouched);
	assert_int_equal(fixture->content.check_count, 0);
	assert_int_equal(fixture->content.event_count, 0);
	assert_true(fixture->content.state_epoch > epoch);
	struct kept *kept = store_fixture_keep(fixture, "a-check", 1);
	store_fixture_wait_stored(fixture, kept);
}

static void
what_is_no_database_is_moved_aside(void **state)
{
	struct store_fixture *fixture = *state;
	uint32_t epoch = live(fixture);

	remove_wal(fixture);
	overwrite(fixture->path, 0, 100);
	/* Nothing of it can be read, not even the epoch. */
	(void)epoch;
	assert_begins_anew(fixture, 0);
}

static void
damage_in_the_middle_is_moved_aside_and_the_numbers_go_on(void **state)
{
	struct store_fixture *fixture = *state;
	uint32_t epoch = live(fixture);
	off_t page = store_fixture_number(
		fixture, "SELECT max(pageno) FROM dbstat WHERE name = 'events'");

	remove_wal(fixture);
	overwrite(fixture->path, (page - 1) * 4096, 4096);
	assert_begins_anew(fixture, epoch);
	assert_int_equal(fixture->content.figures.last_event, 200);
}

static void
a_file_that_was_cut_is_moved_aside(void **state)
{
	struct store_fixture *fixture = *state;
	uint32_t epoch = live(fixture);

	remove_wal(fixture);
	assert_int_equal(truncate(fixture->path, 8192), 0);
	(void)epoch;
	assert_begins_anew(fixture, 0);
}

static void
assert_value_is_damage(struct store_fixture *fixture, const char *sql)
{
	uint32_t epoch = live(fixture);

	store_fixture_exec(fixture, sql);
	assert_begins_anew(fixture, epoch);
}

static void
a_state_that_there_is_not_is_damage(void **state)
{
	assert_value_is_damage(*state, "UPDATE checks SET state = 6");
}

static void
a_text_that_is_no_line_is_damage(void **state)
{
	assert_value_is_damage(
		*state, "UPDATE checks SET last_output = 'a' || char(10) || 'b'");
}

static void
a_text_that_is_too_long_is_damage(void **state)
{
	assert_value_is_damage(*state, "UPDATE checks SET last_output = printf('%256c', 'x')");
}

static void
a_kind_of_event_that_there_is_not_is_damage(void **state)
{
	assert_value_is_damage(*state, "UPDATE events SET kind = 11 WHERE number = 7");
}

static void
a_table_that_is_missing_is_damage(void **state)
{
	assert_value_is_damage(*state, "DROP TABLE events");
}

static void
damage_after_a_kill_is_found_though_no_row_shows_it(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	struct kept *kept = store_fixture_keep(fixture, "a-check", 5);
	store_fixture_wait_stored(fixture, kept);
	uint32_t epoch = fixture->content.state_epoch;
	store_fixture_kill(fixture);
	store_fixture_exec(fixture, "PRAGMA wal_checkpoint(TRUNCATE)");
	off_t page = store_fixture_number(
		fixture, "SELECT max(pageno) FROM dbstat WHERE name LIKE 'sqlite_autoindex%'");
	overwrite(fixture->path, (page - 1) * 4096, 4096);
	assert_begins_anew(fixture, epoch);
}

static void
what_was_moved_aside_is_never_replaced(void **state)
{
	struct store_fixture *fixture = *state;
	char aside[256];

	for (size_t i = 1; i <= 3; i++) {
		live(fixture);
		remove_wal(fixture);
		overwrite(fixture->path, 0, 100);
		store_fixture_open(fixture);
		assert_int_equal(
			store_fixture_count_files(fixture, "damaged-", aside, sizeof(aside)),
			i);
		store_fixture_stop(fixture);
	}
}

static void
a_file_of_no_octets_is_a_new_database(void **state)
{
	struct store_fixture *fixture = *state;
	char aside[256];

	close(open(fixture->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	store_fixture_open(fixture);
	assert_int_equal(
		store_fixture_count_files(fixture, "damaged", aside, sizeof(aside)), 0);
	assert_int_equal(store_status(fixture->store), WIRE_STORE_OK);
}

static bool
is_emptied(struct store_fixture *fixture)
{
	return fixture->emptied_count > 0;
}

/* It comes again under a later epoch, complete. */
static void
assert_given_again(struct store_fixture *fixture, uint32_t epoch)
{
	store_fixture_run(&fixture->kept[0], 6);
	store_fixture_wait(fixture, is_emptied);
	assert_int_equal(fixture->emptied_count, 1);
	assert_true(fixture->emptied_epoch > epoch);
	store_fixture_wait_status(fixture, WIRE_STORE_OK);
	epoch = fixture->emptied_epoch;
	store_fixture_kill(fixture);
	store_fixture_open(fixture);
	assert_true(fixture->content.is_vouched);
	assert_int_equal(fixture->content.state_epoch, epoch);
	assert_int_equal(store_fixture_loaded(fixture, "a-check")->check.runs, 6);
	assert_int_equal(store_fixture_loaded(fixture, "other")->check.runs, 7);
}

static void
open_with_two(struct store_fixture *fixture)
{
	store_fixture_open(fixture);
	store_fixture_keep(fixture, "a-check", 5);
	struct kept *kept = store_fixture_keep(fixture, "other", 7);
	store_fixture_wait_stored(fixture, kept);
}

static void
a_database_that_is_removed_while_it_runs_is_made_again(void **state)
{
	struct store_fixture *fixture = *state;

	open_with_two(fixture);
	assert_int_equal(unlink(fixture->path), 0);
	assert_given_again(fixture, fixture->content.state_epoch);
}

static void
a_database_that_is_replaced_while_it_runs_is_moved_aside(void **state)
{
	struct store_fixture *fixture = *state;
	CLEANUP_FREE char *copy = xasprintf("%s.copy", fixture->path);
	CLEANUP_FREE char *sql = xasprintf("VACUUM INTO '%s'", copy);
	char aside[256];

	open_with_two(fixture);
	store_fixture_exec(fixture, sql);
	assert_int_equal(rename(copy, fixture->path), 0);
	assert_given_again(fixture, fixture->content.state_epoch);
	assert_int_equal(
		store_fixture_count_files(fixture, ".unread-", aside, sizeof(aside)), 1);
}

static void
damage_while_it_runs_is_moved_aside(void **state)
{
	struct store_fixture *fixture = *state;
	char aside[256];

	open_with_two(fixture);
	uint32_t epoch = fixture->content.state_epoch;
	/* Another process drops the table under it. */
	store_fixture_exec(fixture, "PRAGMA wal_checkpoint(TRUNCATE)");
	off_t page = store_fixture_number(
		fixture, "SELECT rootpage FROM sqlite_master WHERE name = 'checks'");
	overwrite(fixture->path, (page - 1) * 4096, 4096);
	/* So that the pages that SQLite has in its memory are not believed. */
	store_fixture_exec(fixture, "UPDATE meta SET lost = lost");
	assert_given_again(fixture, epoch);
	assert_true(store_fixture_count_files(fixture, ".damaged-", aside, sizeof(aside)) == 1);
}

static void
the_whole_folder_may_come_back_empty(void **state)
{
	struct store_fixture *fixture = *state;
	CLEANUP_FREE char *away = xasprintf("%s/away", fixture->folder);
	CLEANUP_FREE char *folder = xasprintf("%s/here", fixture->folder);
	CLEANUP_FREE char *path = xasprintf("%s/x.db", folder);
	const char *original = fixture->settings.path;

	fixture->settings.path = path;
	open_with_two(fixture);
	assert_int_equal(rename(folder, away), 0);
	store_fixture_run(&fixture->kept[0], 6);
	store_fixture_wait_status(fixture, WIRE_STORE_FAILED);
	assert_int_equal(mkdir(folder, 0700), 0);
	store_fixture_wait(fixture, is_emptied);
	store_fixture_wait_status(fixture, WIRE_STORE_OK);
	store_fixture_stop(fixture);
	store_fixture_open(fixture);
	assert_int_equal(store_fixture_loaded(fixture, "other")->check.runs, 7);
	store_fixture_stop(fixture);
	fixture->settings.path = original;
}

int
main(void)
{
#define TEST(name)                                                                             \
	cmocka_unit_test_setup_teardown(name, store_fixture_set_up, store_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_is_no_database_is_moved_aside),
		TEST(damage_in_the_middle_is_moved_aside_and_the_numbers_go_on),
		TEST(a_file_that_was_cut_is_moved_aside),
		TEST(a_state_that_there_is_not_is_damage),
		TEST(a_text_that_is_no_line_is_damage),
		TEST(a_text_that_is_too_long_is_damage),
		TEST(a_kind_of_event_that_there_is_not_is_damage),
		TEST(a_table_that_is_missing_is_damage),
		TEST(damage_after_a_kill_is_found_though_no_row_shows_it),
		TEST(what_was_moved_aside_is_never_replaced),
		TEST(a_file_of_no_octets_is_a_new_database),
		TEST(a_database_that_is_removed_while_it_runs_is_made_again),
		TEST(a_database_that_is_replaced_while_it_runs_is_moved_aside),
		TEST(damage_while_it_runs_is_moved_aside),
		TEST(the_whole_folder_may_come_back_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
