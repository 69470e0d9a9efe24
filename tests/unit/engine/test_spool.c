/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The spool with real files in a folder of each test's own. What is behind the intake is the
 * test itself: it notes what is submitted, and says when that is stored.
 */
#include "spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "checks.h"
#include "clock.h"
#include "spool_folder.h"
#include "store_wait.h"
#include "util.h"

#define DEADLINE_NS (20 * NS_PER_S)

#define NEVER_MS    3600000
#define OFTEN_MS    20

struct world {
	struct event_base *base;
	struct store_waits waits;
	struct intake intake;
	struct spool *spool;
	char folder[64];
	bool is_held;   /* the store does not say yet whether it is stored */
	bool is_failed; /* the store has failed */
	size_t count;
	char log[4096]; /* "NAME=STATUS:OUTPUT;" of each */
	mode_t old_umask;
};

static int
submit(void *arg, const struct submission *submission)
{
	struct world *world = arg;
	size_t len = strlen(world->log);

	if (strcmp(submission->name, "unknown") == 0)
		return -ENOENT;
	world->count++;
	if (len < sizeof(world->log) - 256)
		snprintf(world->log + len, sizeof(world->log) - len, "%s=%d:%.*s;",
			submission->name, submission->status, (int)submission->len,
			submission->output);
	return 0;
}

static struct store_wait *
when_stored(void *arg, store_wait_fn told, void *told_arg)
{
	struct world *world = arg;

	return store_waits_add(&world->waits,
		world->is_held ? STORE_WAIT_WRITING : STORE_WAIT_DUE, !world->is_failed, told,
		told_arg);
}

static void
start(struct world *world, int64_t period_ms)
{
	world->spool = spool_new(world->base, &world->intake, period_ms);
	spool_set(world->spool, world->folder);
}

static int
set_up(void **state)
{
	struct world *world = xcalloc(1, sizeof(*world));

	world->old_umask = umask(022);
	world->base = event_base_new();
	world->intake = (struct intake){submit, when_stored, world};
	store_waits_init(&world->waits, world->base);
	snprintf(world->folder, sizeof(world->folder), "/tmp/checkd-test-XXXXXX");
	assert_non_null(mkdtemp(world->folder));
	*state = world;
	return 0;
}

static int
remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

static int
tear_down(void **state)
{
	struct world *world = *state;

	spool_free(world->spool);
	store_waits_deinit(&world->waits);
	event_base_free(world->base);
	nftw(world->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	umask(world->old_umask);
	free(world);
	return 0;
}

/* A file of a program that knows the rules; age_s is how old it looks. */
static void
put(struct world *world, const char *name, const char *text, int age_s)
{
	CLEANUP_FREE char *hidden = xasprintf("%s/.new-%s", world->folder, name);
	CLEANUP_FREE char *path = xasprintf("%s/%s", world->folder, name);
	CLEANUP_CLOSE int fd = open(hidden, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	const struct timespec when = {.tv_sec = instant_now().wall.s - age_s};
	const struct timespec times[] = {when, when};

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(futimens(fd, times), 0);
	assert_int_equal(rename(hidden, path), 0);
}

static size_t
count_files(const struct world *world, const char *prefix)
{
	DIR *dir = opendir(world->folder);
	const struct dirent *entry;
	size_t count = 0;

	while ((entry = readdir(dir)) != NULL)
		count += entry->d_name[0] != '\0' && strcmp(entry->d_name, ".") != 0 &&
			 strcmp(entry->d_name, "..") != 0 &&
			 strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
	closedir(dir);
	return count;
}

static void
turn(struct world *world)
{
	const struct timeval tick = {.tv_usec = 2000};

	event_base_loopexit(world->base, &tick);
	event_base_loop(world->base, EVLOOP_ONCE);
}

/* Until so many were submitted, and so many files are left. */
static void
wait_for(struct world *world, size_t count, size_t files)
{
	int64_t deadline = monotime_now().ns + DEADLINE_NS;

	while (world->count < count || count_files(world, "") != files) {
		assert_true(monotime_now().ns < deadline);
		turn(world);
	}
	assert_int_equal(world->count, count);
}

/* For what must not happen: some looks go by. */
static void
let_time_pass(struct world *world)
{
	for (int64_t end = monotime_now().ns + 5 * OFTEN_MS * NS_PER_MS;
		monotime_now().ns < end;)
		turn(world);
}

static void
files_are_taken_in_the_order_of_their_age(void **state)
{
	struct world *world = *state;

	put(world, "a", "new\t0\tfine\n", 1);
	put(world, "b", "older\t1\thmm | x=1\nolder\t2\t\n", 100);
	put(world, "c", "oldest\t255\tno end", 1000);
	start(world, NEVER_MS);
	wait_for(world, 4, 0);
	assert_string_equal(
		world->log, "oldest=255:no end;older=1:hmm | x=1;older=2:;new=0:fine;");
}

static void
a_file_that_is_renamed_is_taken_at_once(void **state)
{
	struct world *world = *state;

	start(world, NEVER_MS);
	let_time_pass(world);
	put(world, "a", "one\t0\tx\n", 0);
	wait_for(world, 1, 0);
	put(world, "a", "two\t0\tx\n", 0);
	wait_for(world, 2, 0);
}

static void
a_file_is_kept_until_its_results_are_stored(void **state)
{
	struct world *world = *state;

	world->is_held = true;
	put(world, "a", "one\t0\tx\n", 0);
	start(world, OFTEN_MS);
	wait_for(world, 1, 1);
	let_time_pass(world);
	assert_int_equal(count_files(world, ".taken-"), 1);
	store_waits_written(&world->waits);
	wait_for(world, 1, 0);
}

static void
a_name_that_is_used_again_meanwhile_is_another_file(void **state)
{
	struct world *world = *state;

	world->is_held = true;
	put(world, "a", "one\t0\tx\n", 0);
	start(world, OFTEN_MS);
	wait_for(world, 1, 1);
	put(world, "a", "two\t0\tx\n", 0);
	world->is_held = false;
	store_waits_written(&world->waits);
	wait_for(world, 2, 0);
	assert_string_equal(world->log, "one=0:x;two=0:x;");
}

static void
what_a_dead_daemon_had_taken_is_taken_again(void **state)
{
	struct world *world = *state;

	world->is_held = true;
	put(world, "a", "one\t0\tx\n", 50);
	start(world, NEVER_MS);
	wait_for(world, 1, 1);
	spool_free(world->spool);
	put(world, "b", "two\t0\tx\n", 0);
	world->is_held = false;
	start(world, NEVER_MS);
	wait_for(world, 3, 0);
	assert_string_equal(world->log, "one=0:x;one=0:x;two=0:x;");
}

static void
in_failure_files_stay_and_are_submitted_once(void **state)
{
	struct world *world = *state;

	world->is_failed = true;
	put(world, "a", "one\t0\tx\n", 0);
	start(world, OFTEN_MS);
	wait_for(world, 1, 1);
	put(world, "b", "two\t0\tx\n", 0);
	wait_for(world, 2, 2);
	let_time_pass(world);
	assert_int_equal(world->count, 2);
	world->is_failed = false;
	wait_for(world, 2, 0);
}

static void
bad_lines_are_skipped_and_the_others_taken(void **state)
{
	struct world *world = *state;

	put(world, "a",
		"# a comment\n\nnothing\none "
		"tab\t0\nbad\tx\ty\nbad\t256\ty\nbad\t\ty\nbad\t-1\ty\n"
		"unknown\t0\ty\ngood\t0\ty\tz\n"
		"0123456789012345678901234567890123456789012345678901234567890123456789\t0\ty"
		"\n",
		0);
	start(world, NEVER_MS);
	wait_for(world, 2, 0);
	assert_non_null(strstr(world->log, "good=0:y\tz;"));
}

static void
hidden_files_are_left_alone(void **state)
{
	struct world *world = *state;

	put(world, ".hidden", "one\t0\tx\n", 0);
	start(world, OFTEN_MS);
	let_time_pass(world);
	assert_int_equal(count_files(world, ".hidden"), 1);
	assert_int_equal(world->count, 0);
}

static void
what_is_no_file_is_put_aside(void **state)
{
	struct world *world = *state;
	CLEANUP_FREE char *fifo = xasprintf("%s/fifo", world->folder);
	CLEANUP_FREE char *link = xasprintf("%s/link", world->folder);
	CLEANUP_FREE char *folder = xasprintf("%s/folder", world->folder);

	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(symlink("/etc/passwd", link), 0);
	assert_int_equal(mkdir(folder, 0700), 0);
	put(world, "good", "one\t0\tx\n", 0);
	start(world, NEVER_MS);
	wait_for(world, 1, 3);
	assert_int_equal(count_files(world, ".bad-fifo"), 1);
	assert_int_equal(count_files(world, ".bad-link"), 1);
	assert_int_equal(count_files(world, ".bad-folder"), 1);
}

static void
a_file_that_is_too_long_is_put_aside(void **state)
{
	struct world *world = *state;
	CLEANUP_FREE char *text = xcalloc(1, SPOOL_FILE_MAX + 2);

	memset(text, '\n', SPOOL_FILE_MAX + 1);
	put(world, "long", text, 0);
	text[SPOOL_FILE_MAX] = '\0';
	memcpy(text, "one\t0\tx", 7);
	put(world, "just-right", text, 0);
	start(world, NEVER_MS);
	wait_for(world, 1, 1);
	assert_int_equal(count_files(world, ".bad-long"), 1);
}

static void
more_files_than_a_look_takes_are_all_taken(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < SPOOL_LOOK_FILES + 200; i++) {
		char name[32];

		snprintf(name, sizeof(name), "f%d", i);
		put(world, name, "one\t0\tx\n", 0);
	}
	start(world, NEVER_MS);
	wait_for(world, SPOOL_LOOK_FILES + 200, 0);
}

static void
a_file_of_many_lines_takes_many_turns(void **state)
{
	struct world *world = *state;
	CLEANUP_FREE char *text = xcalloc(1, 8 * 5000 + 1);

	for (int i = 0; i < 5000; i++)
		memcpy(text + (size_t)i * 8, "one\t0\tx\n", 8);
	put(world, "many", text, 0);
	start(world, NEVER_MS);
	while (world->count == 0)
		event_base_loop(world->base, EVLOOP_ONCE);
	assert_true(world->count < 5000);
	wait_for(world, 5000, 0);
}

static void
a_folder_that_everybody_may_write_to_is_not_used_by_root(void **state)
{
	struct world *world = *state;

	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(world->folder, 01777), 0);
	put(world, "a", "one\t0\tx\n", 0);
	start(world, OFTEN_MS);
	let_time_pass(world);
	assert_int_equal(world->count, 0);
	assert_int_equal(chmod(world->folder, 0770), 0);
	wait_for(world, 1, 0);
}

static void
a_folder_may_come_later(void **state)
{
	struct world *world = *state;

	assert_int_equal(rmdir(world->folder), 0);
	start(world, OFTEN_MS);
	let_time_pass(world);
	assert_int_equal(mkdir(world->folder, 0700), 0);
	put(world, "a", "one\t0\tx\n", 0);
	wait_for(world, 1, 0);
}

static void
another_folder_may_take_its_place_and_none(void **state)
{
	struct world *world = *state;
	char first[sizeof(world->folder)];

	start(world, NEVER_MS);
	memcpy(first, world->folder, sizeof(first));
	snprintf(world->folder, sizeof(world->folder), "%.40s/.b", first);
	assert_int_equal(mkdir(world->folder, 0700), 0);
	spool_set(world->spool, world->folder);
	put(world, "a", "one\t0\tx\n", 0);
	wait_for(world, 1, 0);
	spool_set(world->spool, NULL);
	put(world, "a", "two\t0\tx\n", 0);
	let_time_pass(world);
	assert_int_equal(world->count, 1);
	memcpy(world->folder, first, sizeof(first));
}

static void
after_a_stop_what_was_taken_is_removed_and_nothing_more_is_taken(void **state)
{
	struct world *world = *state;

	world->is_held = true;
	put(world, "a", "one\t0\tx\n", 0);
	start(world, OFTEN_MS);
	wait_for(world, 1, 1);
	spool_stop(world->spool);
	put(world, "b", "two\t0\tx\n", 0);
	store_waits_written(&world->waits);
	wait_for(world, 1, 1);
	let_time_pass(world);
	assert_int_equal(count_files(world, "b"), 1);
	assert_int_equal(world->count, 1);
}

#define SPOOL_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SPOOL_TEST(files_are_taken_in_the_order_of_their_age),
		SPOOL_TEST(a_file_that_is_renamed_is_taken_at_once),
		SPOOL_TEST(a_file_is_kept_until_its_results_are_stored),
		SPOOL_TEST(a_name_that_is_used_again_meanwhile_is_another_file),
		SPOOL_TEST(what_a_dead_daemon_had_taken_is_taken_again),
		SPOOL_TEST(in_failure_files_stay_and_are_submitted_once),
		SPOOL_TEST(bad_lines_are_skipped_and_the_others_taken),
		SPOOL_TEST(hidden_files_are_left_alone),
		SPOOL_TEST(what_is_no_file_is_put_aside),
		SPOOL_TEST(a_file_that_is_too_long_is_put_aside),
		SPOOL_TEST(more_files_than_a_look_takes_are_all_taken),
		SPOOL_TEST(a_file_of_many_lines_takes_many_turns),
		SPOOL_TEST(a_folder_that_everybody_may_write_to_is_not_used_by_root),
		SPOOL_TEST(a_folder_may_come_later),
		SPOOL_TEST(another_folder_may_take_its_place_and_none),
		SPOOL_TEST(after_a_stop_what_was_taken_is_removed_and_nothing_more_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
