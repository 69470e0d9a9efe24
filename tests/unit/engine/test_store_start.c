/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a life of checkd finds of the one before, whether it can believe it, and when it
 * must not begin.
 */
#include "store.h"

#include "store_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "store_page.h"
#include "store_table.h"
#include "store_timing.h"
#include "util.h"

#define STRANGER_UID 54321

static const struct store_timing impatient = {
	.behind_ms = 50, .failed_ms = 150, .give_up_ms = 100};

/* Nobody vouches any more, as after a boot. */
static void
lose_page(struct store_fixture *fixture)
{
	CLEANUP_FREE char *path = xasprintf("%s-lock", fixture->path);
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct store_page_word word;
	struct store_page *page;
	bool is_found;

	assert_int_equal(store_page_open(fixture->path, fd, &page, &word, &is_found), 0);
	assert_true(is_found);
	store_page_remove(page);
}

static bool
has_page(struct store_fixture *fixture)
{
	CLEANUP_FREE char *path = xasprintf("%s-lock", fixture->path);
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct store_page_word word;
	struct store_page *page;
	bool is_found;

	assert_int_equal(store_page_open(fixture->path, fd, &page, &word, &is_found), 0);
	if (is_found)
		store_page_close(page);
	else
		store_page_remove(page);
	return is_found;
}

/* A life with one check and one event, stored. */
static void
live(struct store_fixture *fixture)
{
	store_fixture_open(fixture);
	struct kept *kept = store_fixture_keep(fixture, "a-check", 5);
	store_fixture_add_event(fixture, 1, "a-check");
	store_fixture_wait_stored(fixture, kept);
}

/* The same, and then another process has the lock, until it is closed. */
static sqlite3 *
live_and_lock(struct store_fixture *fixture)
{
	live(fixture);
	store_set_timing(fixture->store, &impatient);

	sqlite3 *other = store_fixture_connect(fixture);
	sqlite3_busy_timeout(other, DEADLINE_MS);
	assert_int_equal(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	return other;
}

static void
a_new_database_begins_with_the_second_it_was_made(void **state)
{
	struct store_fixture *fixture = *state;
	uint32_t now = instant_now().wall.s;

	store_fixture_open(fixture);
	assert_true(fixture->content.state_epoch >= now);
	assert_true(fixture->content.state_epoch <= now + 60);
	assert_true(fixture->content.is_vouched);
	assert_int_equal(fixture->content.check_count, 0);
	assert_int_equal(store_status(fixture->store), WIRE_STORE_OK);
}

static void
a_clean_end_is_vouched_for_and_leaves_no_page(void **state)
{
	struct store_fixture *fixture = *state;

	live(fixture);
	uint32_t epoch = fixture->content.state_epoch;
	store_fixture_stop(fixture);
	assert_false(has_page(fixture));
	store_fixture_open(fixture);
	assert_true(fixture->content.is_vouched);
	assert_int_equal(fixture->content.state_epoch, epoch);
}

static void
after_a_kill_the_page_vouches_and_nothing_is_lost(void **state)
{
	struct store_fixture *fixture = *state;

	live(fixture);
	uint32_t epoch = fixture->content.state_epoch;
	store_fixture_kill(fixture);
	store_fixture_open(fixture);
	assert_true(fixture->content.is_vouched);
	assert_int_equal(fixture->content.state_epoch, epoch);
	assert_int_equal(fixture->content.figures.untold_lost_last, 0);
	assert_int_equal(store_fixture_loaded(fixture, "a-check")->check.runs, 5);
	assert_int_equal(fixture->content.event_count, 1);
}

static void
a_real_kill_loses_nothing_that_was_told_as_stored(void **state)
{
	struct store_fixture *fixture = *state;
	int status;

	pid_t pid = fork();
	if (pid == 0) {
		live(fixture);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	store_fixture_open(fixture);
	assert_true(fixture->content.is_vouched);
	assert_int_equal(store_fixture_loaded(fixture, "a-check")->check.runs, 5);
	assert_int_equal(fixture->content.event_count, 1);
}

static void
a_page_of_another_path_says_nothing(void **state)
{
	struct store_fixture *fixture = *state;
	CLEANUP_FREE char *lock = xasprintf("%s-lock", fixture->path);
	CLEANUP_FREE char *other = xasprintf("%s/other.db", fixture->folder);
	CLEANUP_FREE char *other_lock = xasprintf("%s-lock", other);

	/* Its lock's number comes again: the same file under another name. */
	live(fixture);
	store_fixture_kill(fixture);
	assert_int_equal(rename(lock, other_lock), 0);
	fixture->settings.path = other;
	store_fixture_open(fixture);
	assert_true(fixture->content.is_vouched);
	assert_int_equal(fixture->content.check_count, 0);
	store_fixture_stop(fixture);
}

static void
without_a_page_a_kill_makes_the_epoch_grow(void **state)
{
	struct store_fixture *fixture = *state;

	live(fixture);
	uint32_t epoch = fixture->content.state_epoch;
	store_fixture_kill(fixture);
	lose_page(fixture);
	store_fixture_open(fixture);
	assert_false(fixture->content.is_vouched);
	assert_true(fixture->content.state_epoch > epoch);
	assert_int_equal(store_fixture_loaded(fixture, "a-check")->check.runs, 5);
	/* And that epoch is stored. */
	epoch = fixture->content.state_epoch;
	store_fixture_kill(fixture);
	store_fixture_open(fixture);
	assert_true(fixture->content.is_vouched);
	assert_int_equal(fixture->content.state_epoch, epoch);
}

static void
a_kill_in_failure_is_not_vouched_for_and_tells_which_events_it_forgot(void **state)
{
	struct store_fixture *fixture = *state;
	sqlite3 *other = live_and_lock(fixture);
	uint32_t epoch = fixture->content.state_epoch;

	store_fixture_add_event(fixture, 2, "a-check");
	store_fixture_wait_status(fixture, WIRE_STORE_FAILED);
	store_fixture_add_event(fixture, 3, "a-check");
	store_fixture_kill(fixture);
	sqlite3_close(other);
	store_fixture_open(fixture);
	assert_false(fixture->content.is_vouched);
	assert_true(fixture->content.state_epoch > epoch);
	assert_int_equal(fixture->content.figures.untold_lost_first, 2);
	assert_int_equal(fixture->content.figures.untold_lost_last, 3);
	assert_int_equal(fixture->content.figures.last_event, 3);
	/* They are counted once, however often it is killed. */
	store_fixture_kill(fixture);
	store_fixture_open(fixture);
	assert_true(fixture->content.is_vouched);
	assert_int_equal(fixture->content.figures.untold_lost_first, 2);
	assert_int_equal(fixture->content.figures.untold_lost_last, 3);
	assert_int_equal(fixture->content.figures.lost, 2);
	store_fixture_flush(fixture);
	store_fixture_kill(fixture);
	store_fixture_open(fixture);
	assert_int_equal(fixture->content.figures.untold_lost_last, 3);
	assert_int_equal(fixture->content.figures.lost, 2);
	assert_int_equal(fixture->content.figures.last_event, 3);
}

static void
a_kill_after_a_failure_that_is_over_is_vouched_for(void **state)
{
	struct store_fixture *fixture = *state;
	sqlite3 *other = live_and_lock(fixture);

	store_fixture_add_event(fixture, 2, "a-check");
	store_fixture_wait_status(fixture, WIRE_STORE_FAILED);
	store_fixture_add_event(fixture, 3, "a-check");
	sqlite3_close(other);
	store_fixture_wait_status(fixture, WIRE_STORE_OK);
	assert_int_equal(fixture->stored_event, 3);
	store_fixture_kill(fixture);
	store_fixture_open(fixture);
	assert_true(fixture->content.is_vouched);
	assert_int_equal(fixture->content.figures.untold_lost_last, 0);
	assert_int_equal(fixture->content.event_count, 3);
}

static void
a_stop_in_failure_gives_up_soon_and_vouches_for_nothing(void **state)
{
	struct store_fixture *fixture = *state;
	sqlite3 *other = live_and_lock(fixture);

	store_fixture_add_event(fixture, 2, "a-check");
	store_fixture_stop(fixture);
	sqlite3_close(other);
	store_fixture_open(fixture);
	assert_false(fixture->content.is_vouched);
}

static void
a_locked_database_is_read_and_used_once_it_is_free(void **state)
{
	struct store_fixture *fixture = *state;
	sqlite3 *other = live_and_lock(fixture);

	store_fixture_kill(fixture);
	store_fixture_open(fixture);
	assert_int_equal(store_status(fixture->store), WIRE_STORE_FAILED);
	assert_false(fixture->content.is_vouched);
	assert_int_equal(store_fixture_loaded(fixture, "a-check")->check.runs, 5);
	uint32_t epoch = fixture->content.state_epoch;
	struct kept *kept = store_fixture_keep(fixture, "a-check", 6);
	sqlite3_close(other);
	store_fixture_wait_stored(fixture, kept);
	store_fixture_wait_status(fixture, WIRE_STORE_OK);
	assert_int_equal(fixture->emptied_count, 0);
	store_fixture_kill(fixture);
	store_fixture_open(fixture);
	assert_true(fixture->content.is_vouched);
	assert_int_equal(fixture->content.state_epoch, epoch);
	assert_int_equal(store_fixture_loaded(fixture, "a-check")->check.runs, 6);
}

static void
store_times(struct store_fixture *fixture, int64_t ran_boot_ms, uint32_t ran_wall_s)
{
	CLEANUP_FREE char *sql = xasprintf("UPDATE checks SET last_ran_boot_ms = %jd, "
					   "last_ran_epoch = %u",
		(intmax_t)ran_boot_ms, ran_wall_s);

	live(fixture);
	store_fixture_stop(fixture);
	store_fixture_exec(fixture, sql);
}

static int64_t
age_ms(struct store_fixture *fixture)
{
	return boottime_now().ms -
	       store_fixture_loaded(fixture, "a-check")->check.last_ran_boot.ms;
}

static void
times_of_this_boot_are_taken_as_they_are(void **state)
{
	struct store_fixture *fixture = *state;
	struct instant now = instant_now();

	store_times(fixture, now.boot.ms - 7000, now.wall.s - 900);
	store_fixture_open(fixture);
	assert_int_equal(store_fixture_loaded(fixture, "a-check")->check.last_ran_boot.ms,
		now.boot.ms - 7000);
}

static void
times_of_another_boot_count_by_the_wall_clock(void **state)
{
	struct store_fixture *fixture = *state;
	struct instant now = instant_now();

	store_times(fixture, now.boot.ms - 7000, now.wall.s - 900);
	store_fixture_exec(fixture, "UPDATE meta SET boot_id = 'another'");
	store_fixture_open(fixture);
	assert_in_range(age_ms(fixture), 900000, 960000);
	/* That row was not written since, and a second life in this boot knows it. */
	store_fixture_stop(fixture);
	store_fixture_open(fixture);
	assert_in_range(age_ms(fixture), 900000, 960000);
}

static void
a_wall_clock_that_went_back_makes_no_age_below_0(void **state)
{
	struct store_fixture *fixture = *state;
	struct instant now = instant_now();

	store_times(fixture, now.boot.ms - 7000, now.wall.s + 900);
	store_fixture_exec(fixture, "UPDATE meta SET boot_id = 'another'");
	store_fixture_open(fixture);
	assert_in_range(age_ms(fixture), 0, 60000);
}

static void
what_never_ran_stays_so(void **state)
{
	struct store_fixture *fixture = *state;

	store_times(fixture, 0, 0);
	store_fixture_exec(fixture, "UPDATE meta SET boot_id = 'another'");
	store_fixture_open(fixture);
	assert_int_equal(store_fixture_loaded(fixture, "a-check")->check.last_ran_boot.ms, 0);
}

static void
a_second_checkd_is_refused_and_told_who_has_it(void **state)
{
	struct store_fixture *fixture = *state, second = *fixture;
	CLEANUP_FREE char *reason = NULL;
	CLEANUP_FREE char *expected =
		xasprintf("%s: another checkd (pid %d) has it; end that one, or set `state` in "
			  "the configuration to another file",
			fixture->path, (int)getpid());

	store_fixture_open(fixture);
	assert_int_equal(store_fixture_try(&second, &reason), -EWOULDBLOCK);
	assert_string_equal(reason, expected);
}

static void
a_link_to_the_database_is_the_same_database(void **state)
{
	struct store_fixture *fixture = *state, second = *fixture;
	CLEANUP_FREE char *reason = NULL;
	CLEANUP_FREE char *link = xasprintf("%s/link.db", fixture->folder);

	store_fixture_open(fixture);
	assert_int_equal(symlink(fixture->path, link), 0);
	second.settings.path = link;
	assert_int_equal(store_fixture_try(&second, &reason), -EWOULDBLOCK);
}

static void
a_folder_is_made_where_its_last_part_is_missing(void **state)
{
	struct store_fixture *fixture = *state;
	CLEANUP_FREE char *folder = xasprintf("%s/made", fixture->folder);
	CLEANUP_FREE char *path = xasprintf("%s/x.db", folder);
	mode_t mask = umask(077);
	struct stat status;

	fixture->settings.path = path;
	store_fixture_open(fixture);
	umask(mask);
	assert_int_equal(stat(folder, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0711);
	store_fixture_stop(fixture);
}

static void
assert_refused(struct store_fixture *fixture, const char *path, int expected)
{
	CLEANUP_FREE char *reason = NULL;

	fixture->settings.path = path;
	assert_int_equal(store_fixture_try(fixture, &reason), expected);
	assert_non_null(strstr(reason, "set `state` in the configuration"));
}

static void
a_folder_that_cannot_be_made_is_refused(void **state)
{
	struct store_fixture *fixture = *state;
	CLEANUP_FREE char *path = xasprintf("%s/a/b/x.db", fixture->folder);

	assert_refused(fixture, path, -ENOENT);
}

static void
a_folder_that_is_a_file_is_refused(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	store_fixture_stop(fixture);
	CLEANUP_FREE char *path = xasprintf("%s/x.db", fixture->path);
	assert_refused(fixture, path, -ENOTDIR);
}

static void
a_path_that_is_too_long_is_refused(void **state)
{
	struct store_fixture *fixture = *state;
	char name[240];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	CLEANUP_FREE char *path = xasprintf("%s/%s", fixture->folder, name);
	assert_refused(fixture, path, -ENAMETOOLONG);
}

static void
a_folder_that_this_user_may_not_write_is_refused(void **state)
{
	struct store_fixture *fixture = *state;
	int status;

	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(fixture->folder, 0755), 0);
	pid_t pid = fork();
	if (pid == 0) {
		char *reason = NULL;

		if (setresuid(STRANGER_UID, STRANGER_UID, STRANGER_UID) != 0)
			_exit(2);
		_exit(store_fixture_try(fixture, &reason) == -EACCES ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* The whole file, to be freed. */
static char *
read_file(const char *path, size_t *ret_len)
{
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &status), 0);
	char *content = xcalloc(1, (size_t)status.st_size + 1);
	*ret_len = (size_t)read(fd, content, (size_t)status.st_size);
	assert_int_equal(*ret_len, status.st_size);
	return content;
}

/* It is opened, tried to be written, and found as it was. */
static void
assert_left_alone(struct store_fixture *fixture)
{
	size_t len_before, len_after;
	CLEANUP_FREE char *before = read_file(fixture->path, &len_before);

	store_fixture_open(fixture);
	assert_int_equal(store_status(fixture->store), WIRE_STORE_FAILED);
	assert_int_equal(fixture->content.check_count, 0);
	store_fixture_keep(fixture, "a-check", 1);
	store_set_timing(fixture->store, &impatient);
	store_fixture_stop(fixture);

	CLEANUP_FREE char *after = read_file(fixture->path, &len_after);
	assert_int_equal(len_before, len_after);
	assert_memory_equal(before, after, len_before);
}

static void
a_newer_database_is_left_alone(void **state)
{
	struct store_fixture *fixture = *state;

	live(fixture);
	store_fixture_stop(fixture);
	store_fixture_exec(fixture, "PRAGMA user_version = 1000; PRAGMA wal_checkpoint");
	assert_left_alone(fixture);
}

/* Takes from a table what version 2 has brought. */
static void
drop_columns(struct store_fixture *fixture, const struct store_table *table)
{
	for (size_t i = 0; i < table->column_count; i++) {
		const struct store_column *column = &table->columns[i];
		CLEANUP_FREE char *sql = xasprintf(
			"ALTER TABLE \"%s\" DROP COLUMN \"%s\"", table->name, column->name);

		if (column->since > 1)
			store_fixture_exec(fixture, sql);
	}
}

static void
a_database_of_version_1_is_taken_over(void **state)
{
	struct store_fixture *fixture = *state;
	struct kept *kept;

	store_fixture_open(fixture);
	kept = store_fixture_keep(fixture, "a-check", 3);
	kept->check.state = CHECK_STATE_CRITICAL;
	kept->check.last_outcome = CHECK_OUTCOME_EXITED;
	kept->check.last_status = 2;
	store_fixture_add_event(fixture, 1, "a-check");
	store_fixture_wait_stored(fixture, kept);
	store_fixture_stop(fixture);
	drop_columns(fixture, &store_table_checks);
	drop_columns(fixture, &store_table_events);
	store_fixture_exec(
		fixture, "DROP TABLE orders; PRAGMA user_version = 1; PRAGMA wal_checkpoint");

	store_fixture_open(fixture);
	assert_int_equal(store_status(fixture->store), WIRE_STORE_OK);
	assert_int_equal(fixture->content.check_count, 1);
	assert_int_equal(fixture->content.event_count, 1);
	const struct check *check = &fixture->content.checks[0]->check;

	assert_int_equal(check->runs, 3);
	assert_string_equal(check->last_perfdata, "");
	assert_int_equal(check->told.state, CHECK_STATE_CRITICAL);
	assert_int_equal(check->told.outcome, CHECK_OUTCOME_EXITED);
	assert_int_equal(check->told.status, 2);
	assert_int_equal(fixture->content.events[0].suppression, CHECK_SUPPRESSION_NONE);
	assert_int_equal(
		fixture->content.events[0].last_ran_epoch, fixture->content.events[0].epoch);
	assert_int_equal(
		store_fixture_number(fixture, "PRAGMA user_version"), STORE_TABLE_VERSION);
}

static void
put_order(struct store_fixture *fixture, const char *name, uint32_t disabled_s)
{
	struct order *order = order_new(name);

	order_set_disabled(order, (struct walltime){disabled_s}, 7, "moved");
	store_put_order(fixture->store, order);
	order_free(order);
}

static void
orders_are_kept_until_they_are_empty(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	put_order(fixture, "here", 1000);
	put_order(fixture, "gone", 2000);
	store_fixture_stop(fixture);
	store_fixture_open(fixture);
	assert_int_equal(fixture->content.order_count, 2);
	put_order(fixture, "gone", 0);
	store_fixture_stop(fixture);
	store_fixture_open(fixture);
	assert_int_equal(fixture->content.order_count, 1);
	const struct order *order = fixture->content.orders[0];

	assert_string_equal(order->name, "here");
	assert_int_equal(order->disabled_since.s, 1000);
	assert_int_equal(order->disabled_by, 7);
	assert_string_equal(order->disabled_reason, "moved");
	assert_false(order_is_maintained(order, (struct walltime){1}));
}

static void
another_programs_database_is_left_alone(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_exec(fixture, "CREATE TABLE songs (title)");
	assert_left_alone(fixture);
}

static void
no_regular_file_is_touched(void **state)
{
	struct store_fixture *fixture = *state;
	struct stat status;

	assert_int_equal(mkfifo(fixture->path, 0600), 0);
	store_fixture_open(fixture);
	assert_int_equal(store_status(fixture->store), WIRE_STORE_FAILED);
	assert_int_equal(stat(fixture->path, &status), 0);
	assert_true(S_ISFIFO(status.st_mode));
}

static void
a_database_that_is_put_right_is_used_at_last(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_exec(fixture, "CREATE TABLE songs (title)");
	store_fixture_open(fixture);
	struct kept *kept = store_fixture_keep(fixture, "a-check", 1);
	store_fixture_wait_status(fixture, WIRE_STORE_FAILED);
	assert_int_equal(unlink(fixture->path), 0);
	store_fixture_wait_stored(fixture, kept);
	store_fixture_wait_status(fixture, WIRE_STORE_OK);
	assert_int_equal(fixture->emptied_count, 0);
}

static void
what_is_on_a_file_system_that_cannot_be_written_is_read(void **state)
{
	struct store_fixture *fixture = *state;

	if (mount("tmpfs", fixture->folder, "tmpfs", 0, "size=64m") != 0)
		skip();
	live(fixture);
	store_fixture_kill(fixture);
	assert_int_equal(mount(NULL, fixture->folder, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	store_fixture_open(fixture);
	assert_int_equal(store_status(fixture->store), WIRE_STORE_FAILED);
	assert_false(fixture->content.is_vouched);
	assert_int_equal(store_fixture_loaded(fixture, "a-check")->check.runs, 5);
	struct kept *kept = store_fixture_keep(fixture, "a-check", 6);
	assert_int_equal(mount(NULL, fixture->folder, NULL, MS_REMOUNT, NULL), 0);
	store_fixture_wait_stored(fixture, kept);
	store_fixture_wait_status(fixture, WIRE_STORE_OK);
	assert_int_equal(fixture->emptied_count, 0);
	store_fixture_stop(fixture);
	umount2(fixture->folder, MNT_DETACH);
}

int
main(void)
{
#define TEST(name)                                                                             \
	cmocka_unit_test_setup_teardown(name, store_fixture_set_up, store_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_new_database_begins_with_the_second_it_was_made),
		TEST(a_clean_end_is_vouched_for_and_leaves_no_page),
		TEST(after_a_kill_the_page_vouches_and_nothing_is_lost),
		TEST(a_real_kill_loses_nothing_that_was_told_as_stored),
		TEST(a_page_of_another_path_says_nothing),
		TEST(without_a_page_a_kill_makes_the_epoch_grow),
		TEST(a_kill_in_failure_is_not_vouched_for_and_tells_which_events_it_forgot),
		TEST(a_kill_after_a_failure_that_is_over_is_vouched_for),
		TEST(a_stop_in_failure_gives_up_soon_and_vouches_for_nothing),
		TEST(a_locked_database_is_read_and_used_once_it_is_free),
		TEST(times_of_this_boot_are_taken_as_they_are),
		TEST(times_of_another_boot_count_by_the_wall_clock),
		TEST(a_wall_clock_that_went_back_makes_no_age_below_0),
		TEST(what_never_ran_stays_so),
		TEST(a_second_checkd_is_refused_and_told_who_has_it),
		TEST(a_link_to_the_database_is_the_same_database),
		TEST(a_folder_is_made_where_its_last_part_is_missing),
		TEST(a_folder_that_cannot_be_made_is_refused),
		TEST(a_folder_that_is_a_file_is_refused),
		TEST(a_path_that_is_too_long_is_refused),
		TEST(a_folder_that_this_user_may_not_write_is_refused),
		TEST(a_newer_database_is_left_alone),
		TEST(a_database_of_version_1_is_taken_over),
		TEST(orders_are_kept_until_they_are_empty),
		TEST(another_programs_database_is_left_alone),
		TEST(no_regular_file_is_touched),
		TEST(a_database_that_is_put_right_is_used_at_last),
		TEST(what_is_on_a_file_system_that_cannot_be_written_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
