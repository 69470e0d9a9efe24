/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The types file and process, and ping where this system lets us: all that needs no server.
 */
#include "probe_fixture.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util.h"

static struct definition *
probe_of_file(const char *path)
{
	struct definition *definition = probe_of(CHECK_TYPE_FILE);

	set_text(&definition->probe->path, path);
	return definition;
}

static struct definition *
probe_of_text(struct fixture *fixture, const char *text)
{
	CLEANUP_FREE char *path = fixture_write(fixture, "file", text, 0644);

	return probe_of_file(path);
}

static void
a_file_that_is_there_is_ok(void **state)
{
	struct observed observed;

	fixture_run(*state, probe_of_text(*state, "12345"), &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_OK);
	ASSERT_SAYS(observed, "has 5 octets");
	ASSERT_MEASURES(observed, "age=0.");
	ASSERT_MEASURES(observed, " size=5B;");
	assert_metrics(&observed, 2);
}

static void
a_file_that_is_not_there_is_absent(void **state)
{
	struct observed observed;

	fixture_run(*state, probe_of_file("/nonexistent/file"), &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_ABSENT);
}

static void
a_file_that_should_not_be_there_is_present(void **state)
{
	struct observed observed;
	struct definition *definition = probe_of_text(*state, "x");

	definition->probe->is_absent = true;
	fixture_run(*state, definition, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_PRESENT);
}

static void
one_that_should_not_be_there_and_is_not_is_ok(void **state)
{
	struct observed observed;
	struct definition *definition = probe_of_file("/nonexistent/file");

	definition->probe->is_absent = true;
	fixture_run(*state, definition, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_OK);
}

static void
an_old_file_is_beyond_its_threshold(void **state)
{
	struct observed observed;
	struct definition *definition = probe_of_text(*state, "x");
	const struct timespec times[2] = {
		{.tv_nsec = UTIME_OMIT}, {.tv_sec = time(NULL) - 3600}};

	definition->probe->warning_age_ms = 1800 * 1000;
	definition->probe->critical_age_ms = 7200 * 1000;
	assert_int_equal(utimensat(0, definition->probe->path, times, 0), 0);
	fixture_run(*state, definition, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_WARNING);
}

static void
a_size_outside_of_its_range_is_critical(void **state)
{
	struct observed observed;
	struct definition *definition = probe_of_text(*state, "");

	set_text(&definition->probe->critical_size, "1-");
	fixture_run(*state, definition, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_CRITICAL);
}

static void
match(struct fixture *fixture, const char *text, unsigned lines, enum probe_status wanted)
{
	struct observed observed;
	struct definition *definition = probe_of_text(fixture, text);

	definition->probe->lines = lines;
	set_pattern(definition->probe, "^done$");
	fixture_run(fixture, definition, &observed);
	ASSERT_STATUS(observed, wanted);
}

static void
a_pattern_is_looked_for_in_the_last_lines(void **state)
{
	match(*state, "a\ndone\nb\nc\n", 3, PROBE_STATUS_OK);
	match(*state, "a\ndone\nb\nc", 3, PROBE_STATUS_OK);
	match(*state, "done", 1, PROBE_STATUS_OK);
}

static void
a_pattern_before_the_last_lines_does_not_count(void **state)
{
	match(*state, "a\ndone\nb\nc\n", 2, PROBE_STATUS_UNEXPECTED);
	match(*state, "", 2, PROBE_STATUS_UNEXPECTED);
}

static void
a_fifo_holds_nobody_up(void **state)
{
	struct observed observed;
	CLEANUP_FREE char *path = fixture_path(*state, "fifo");

	assert_int_equal(mkfifo(path, 0600), 0);
	struct definition *definition = probe_of_file(path);
	set_pattern(definition->probe, "x");
	fixture_run(*state, definition, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_UNREADABLE);
}

static struct definition *
probe_of_process(const char *name)
{
	struct definition *definition = probe_of(CHECK_TYPE_PROCESS);

	if (name != NULL)
		set_text(&definition->probe->process, name);
	return definition;
}

static void
a_process_is_counted_by_its_name(void **state)
{
	struct observed observed;

	fixture_run(*state, probe_of_process("test_probe_local"), &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_OK);
}

static void
none_is_critical_where_nothing_else_is_said(void **state)
{
	struct observed observed;

	fixture_run(*state, probe_of_process("no-such-process"), &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_CRITICAL);
	ASSERT_SAYS(observed, "0 processes, expected 1-");
	ASSERT_MEASURES(observed, "processes=0;;;0");
	assert_metrics(&observed, 1);
}

static void
too_many_are_a_warning(void **state)
{
	struct observed observed;
	struct definition *definition = probe_of_process("test_probe_local");

	set_text(&definition->probe->warning_count, "0");
	fixture_run(*state, definition, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_WARNING);
}

static void
a_process_of_another_user_does_not_count(void **state)
{
	struct observed observed;
	struct definition *definition = probe_of_process("test_probe_local");

	set_text(&definition->probe->owner, "stranger");
	definition->probe->owner_uid = STRANGER_UID;
	fixture_run(*state, definition, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_CRITICAL);
}

static struct definition *
probe_of_pid_file(struct fixture *fixture, int pid)
{
	struct definition *definition = probe_of_process(NULL);
	CLEANUP_FREE char *number = xasprintf("%d\n", pid);

	definition->probe->pid_file = fixture_write(fixture, "pid", number, 0644);
	return definition;
}

static void
a_pid_file_of_a_living_process_is_ok(void **state)
{
	struct observed observed;

	fixture_run(*state, probe_of_pid_file(*state, getpid()), &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_OK);
}

static void
a_pid_file_of_a_dead_process_is_critical(void **state)
{
	struct observed observed;

	fixture_run(*state, probe_of_pid_file(*state, 99999999), &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_CRITICAL);
}

static void
a_pid_file_that_is_not_there_is_absent(void **state)
{
	struct observed observed;
	struct definition *definition = probe_of_process(NULL);

	set_text(&definition->probe->pid_file, "/nonexistent/pid");
	fixture_run(*state, definition, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_ABSENT);
}

static void
an_empty_pid_file_names_no_process(void **state)
{
	struct observed observed;
	struct definition *definition = probe_of_process(NULL);

	definition->probe->pid_file = fixture_write(*state, "pid", "\n", 0644);
	fixture_run(*state, definition, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_CRITICAL);
}

static void
a_pid_file_without_a_number_is_unreadable(void **state)
{
	struct observed observed;
	struct definition *definition = probe_of_process(NULL);

	definition->probe->pid_file = fixture_write(*state, "pid", "none\n", 0644);
	fixture_run(*state, definition, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_UNREADABLE);
}

static void
a_ping_of_the_loopback_is_ok_or_says_what_to_do(void **state)
{
	struct observed observed;
	struct definition *definition = probe_of(CHECK_TYPE_PING);

	set_text(&definition->probe->host, "127.0.0.1");
	definition->probe->spacing_ms = 10;
	fixture_run(*state, definition, &observed);
	if (observed.result.outcome == CHECK_OUTCOME_START_FAILED) {
		ASSERT_SAYS(observed, "net.ipv4.ping_group_range");
		return;
	}
	ASSERT_STATUS(observed, PROBE_STATUS_OK);
	ASSERT_SAYS(observed, "answered 3 of 3 packets");
	assert_metrics(&observed, 4);
}

static bool
is_done(void *arg)
{
	return ((const struct observed *)arg)->done_count > 0;
}

static bool
is_gone(void *arg)
{
	return ((const struct observed *)arg)->gone_count > 0;
}

/* The open of the file hangs until fanotify is answered, as one on a dead server does. */
static void
a_file_that_hangs_is_late_and_gone_once_it_is_let_go(void **state)
{
	struct fixture *fixture = *state;
	struct observed observed = {0};
	CLEANUP_FREE char *path = fixture_write(fixture, "hung", "x\n", 0644);
	int hold = hold_open(path);
	struct definition *definition = probe_of_file(path);

	set_pattern(definition->probe, "x");
	definition->timeout_ms = 200;
	prober_start(fixture->prober, definition, &observing, &observed);
	definition_unref(definition);
	assert_true(fixture_wait(fixture, is_done, &observed));
	ASSERT_STATUS(observed, PROBE_STATUS_LATE);
	assert_int_equal(observed.gone_count, 0);
	close(hold);
	assert_true(fixture_wait(fixture, is_gone, &observed));
	assert_int_equal(observed.done_count, 1);
}

#define LOCAL_TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOCAL_TEST(a_file_that_is_there_is_ok),
		LOCAL_TEST(a_file_that_is_not_there_is_absent),
		LOCAL_TEST(a_file_that_should_not_be_there_is_present),
		LOCAL_TEST(one_that_should_not_be_there_and_is_not_is_ok),
		LOCAL_TEST(an_old_file_is_beyond_its_threshold),
		LOCAL_TEST(a_size_outside_of_its_range_is_critical),
		LOCAL_TEST(a_pattern_is_looked_for_in_the_last_lines),
		LOCAL_TEST(a_pattern_before_the_last_lines_does_not_count),
		LOCAL_TEST(a_fifo_holds_nobody_up),
		LOCAL_TEST(a_process_is_counted_by_its_name),
		LOCAL_TEST(none_is_critical_where_nothing_else_is_said),
		LOCAL_TEST(too_many_are_a_warning),
		LOCAL_TEST(a_process_of_another_user_does_not_count),
		LOCAL_TEST(a_pid_file_of_a_living_process_is_ok),
		LOCAL_TEST(a_pid_file_of_a_dead_process_is_critical),
		LOCAL_TEST(a_pid_file_that_is_not_there_is_absent),
		LOCAL_TEST(an_empty_pid_file_names_no_process),
		LOCAL_TEST(a_pid_file_without_a_number_is_unreadable),
		LOCAL_TEST(a_ping_of_the_loopback_is_ok_or_says_what_to_do),
		LOCAL_TEST(a_file_that_hangs_is_late_and_gone_once_it_is_let_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
