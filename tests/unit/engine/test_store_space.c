/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk on which no octet is free changes nothing: a real one, a tmpfs of its own. Takes
 * root.
 */
#include "store.h"

#include "store_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "store_space.h"
#include "util.h"

#define HISTORY 1000
#define MIB     (UINT64_C(1) << 20)

static void
need_disk(struct store_fixture *fixture, const char *options)
{
	if (mount("tmpfs", fixture->folder, "tmpfs", 0, options) != 0) {
		print_message("# to fill a disk takes root and a mount\n");
		skip();
	}
	fixture->settings.history = HISTORY;
	fixture->settings.backlog = 0;
}

/* To the last octet. */
static void
fill_disk(struct store_fixture *fixture)
{
	static char block[65536];
	CLEANUP_FREE char *path = xasprintf("%s/filler", fixture->folder);
	CLEANUP_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	struct statvfs status;

	assert_true(fd >= 0);
	for (size_t size = sizeof(block); size > 0;) {
		if (write(fd, block, size) < 0) {
			assert_int_equal(errno, ENOSPC);
			size /= 2;
		}
	}
	assert_int_equal(statvfs(fixture->folder, &status), 0);
	assert_int_equal(status.f_bfree, 0);
}

static void
make_room(struct store_fixture *fixture)
{
	CLEANUP_FREE char *path = xasprintf("%s/filler", fixture->folder);

	assert_int_equal(unlink(path), 0);
}

/* Each a commit of a check and an event, whose texts are long; the ring turns. */
static void
commit_often(struct store_fixture *fixture, unsigned count)
{
	struct check_event event = check_event_new(CHECK_EVENT_CHANGED);
	char text[101];

	memset(text, 'x', 100);
	text[100] = '\0';
	free(event.output);
	event.output = text;
	for (unsigned i = 0; i < count; i++) {
		event.number = ++fixture->figures.last_event;
		store_add_event(fixture->store, &event);
		if (event.number > HISTORY)
			store_remove_event(fixture->store, event.number - HISTORY);
		for (size_t j = 0; j < fixture->kept_count; j++)
			store_fixture_run(&fixture->kept[j], event.number);
		if (i % 10 == 0)
			store_fixture_flush(fixture);
		assert_int_equal(store_status(fixture->store), WIRE_STORE_OK);
	}
	event.output = NULL;
	check_event_deinit(&event);
	store_fixture_flush(fixture);
	assert_int_equal(store_status(fixture->store), WIRE_STORE_OK);
}

static void
open_with_checks(struct store_fixture *fixture)
{
	store_fixture_open(fixture);
	store_fixture_keep(fixture, "first", 1);
	store_fixture_keep(fixture, "second", 1);
	store_fixture_wait_stored(fixture, &fixture->kept[1]);
}

static void
commits_go_on_with_no_octet_free(void **state)
{
	struct store_fixture *fixture = *state;

	need_disk(fixture, "size=28m");
	open_with_checks(fixture);
	fill_disk(fixture);
	commit_often(fixture, 3 * HISTORY);
	assert_int_equal(store_fixture_number(fixture, "SELECT count(*) FROM events"), HISTORY);
}

static void
a_start_on_a_full_disk_goes_on_too_after_a_stop_and_after_a_kill(void **state)
{
	struct store_fixture *fixture = *state;

	need_disk(fixture, "size=28m");
	open_with_checks(fixture);
	store_fixture_stop(fixture);
	fill_disk(fixture);
	for (int i = 0; i < 3; i++) {
		open_with_checks(fixture);
		assert_int_equal(store_status(fixture->store), WIRE_STORE_OK);
		assert_true(fixture->content.is_vouched);
		commit_often(fixture, HISTORY);
		if (i == 1)
			store_fixture_stop(fixture);
		else
			store_fixture_kill(fixture);
	}
}

static void
a_disk_too_small_is_used_as_far_as_it_goes(void **state)
{
	struct store_fixture *fixture = *state;

	need_disk(fixture, "size=20m");
	open_with_checks(fixture);
	assert_int_equal(store_status(fixture->store), WIRE_STORE_OK);
	commit_often(fixture, HISTORY);
}

static void
a_start_without_any_room_fails_and_goes_on_once_there_is_some(void **state)
{
	struct store_fixture *fixture = *state;

	need_disk(fixture, "size=28m");
	fill_disk(fixture);
	store_fixture_open(fixture);
	assert_int_equal(store_status(fixture->store), WIRE_STORE_FAILED);
	struct kept *kept = store_fixture_keep(fixture, "first", 1);
	make_room(fixture);
	store_fixture_wait_stored(fixture, kept);
	store_fixture_wait_status(fixture, WIRE_STORE_OK);
	assert_int_equal(fixture->emptied_count, 0);
}

static void
the_file_keeps_its_size_when_it_is_checkpointed_and_opened_again(void **state)
{
	struct store_fixture *fixture = *state;
	struct stat status;

	fixture->settings.history = 20000;
	fixture->settings.backlog = 0;
	for (int i = 0; i < 2; i++) {
		open_with_checks(fixture);
		commit_often(fixture, 500);
		assert_int_equal(stat(fixture->path, &status), 0);
		assert_int_equal(status.st_size, 16 * MIB);
		assert_true(status.st_blocks * UINT64_C(512) >= 16 * MIB);
		store_fixture_stop(fixture);
		assert_int_equal(stat(fixture->path, &status), 0);
		assert_int_equal(status.st_size, 16 * MIB);
	}
	store_fixture_exec(fixture, "PRAGMA integrity_check");
}

static void
the_room_is_for_what_there_is_and_what_may_come(void **state)
{
	(void)state;
	assert_int_equal(store_space_chunk(0, 0), 4 * MIB);
	assert_int_equal(store_space_chunk(0, 110000), 52 * MIB);
	assert_int_equal(store_space_chunk(60 * MIB, 100), 68 * MIB);
	assert_int_equal(store_space_chunk(0, SIZE_MAX), 1024 * MIB);
	assert_int_equal(store_space_chunk(2000 * MIB, 0), 1024 * MIB);
}

static int
tear_down(void **state)
{
	struct store_fixture *fixture = *state;

	if (fixture->store != NULL)
		store_fixture_stop(fixture);
	umount2(fixture->folder, MNT_DETACH);
	return store_fixture_tear_down(state);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_fixture_set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(commits_go_on_with_no_octet_free),
		TEST(a_start_on_a_full_disk_goes_on_too_after_a_stop_and_after_a_kill),
		TEST(a_disk_too_small_is_used_as_far_as_it_goes),
		TEST(a_start_without_any_room_fails_and_goes_on_once_there_is_some),
		TEST(the_file_keeps_its_size_when_it_is_checkpointed_and_opened_again),
		TEST(the_room_is_for_what_there_is_and_what_may_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
