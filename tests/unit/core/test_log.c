/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log to stderr: levels, form, and that a full one is told of and never waited for.
 */
#include "log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* stderr is a pipe while a test runs; its other end and the real stderr are kept here. */
static struct {
	int read_fd;
	int real_stderr_fd;
} capture;

static int
begin_capture(void **state)
{
	int fds[2];

	(void)state;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return -1;
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	capture.read_fd = fds[0];
	capture.real_stderr_fd = dup(STDERR_FILENO);
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	return 0;
}

static int
end_capture(void **state)
{
	(void)state;
	log_close();
	dup2(capture.real_stderr_fd, STDERR_FILENO);
	close(capture.real_stderr_fd);
	close(capture.read_fd);
	return 0;
}

/* What was logged since the last call. */
static const char *
captured(void)
{
	static char text[8192];
	ssize_t len = read(capture.read_fd, text, sizeof(text) - 1);

	text[len > 0 ? len : 0] = '\0';
	return text;
}

/* Fills the pipe to its last octet, as a reader does that does not read. */
static void
fill_pipe(void)
{
	int flags = fcntl(STDERR_FILENO, F_GETFL);
	char block[4096];

	memset(block, '.', sizeof(block));
	fcntl(STDERR_FILENO, F_SETFL, flags | O_NONBLOCK);
	while (write(STDERR_FILENO, block, sizeof(block)) > 0)
		continue;
	while (write(STDERR_FILENO, block, 1) > 0)
		continue;
	fcntl(STDERR_FILENO, F_SETFL, flags);
}

static void
drain_pipe(void)
{
	char block[4096];

	while (read(capture.read_fd, block, sizeof(block)) > 0)
		continue;
}

static void
a_line_names_the_program_and_the_severity(void **state)
{
	(void)state;
	log_open("checkd", LOG_TARGET_STDERR, LOG_LEVEL_DEBUG);
	log_error("e %d", 1);
	assert_string_equal(captured(), "checkd: error: e 1\n");
	log_warning("w");
	assert_string_equal(captured(), "checkd: warning: w\n");
	log_notice("n");
	assert_string_equal(captured(), "checkd: n\n");
	log_info("i");
	assert_string_equal(captured(), "checkd: i\n");
	log_debug("d");
	assert_string_equal(captured(), "checkd: debug: d\n");
}

static void
lines_above_the_level_are_not_written(void **state)
{
	(void)state;
	log_open("checkd", LOG_TARGET_STDERR, LOG_LEVEL_NOTICE);
	log_info("i");
	log_debug("d");
	assert_string_equal(captured(), "");
	log_notice("n");
	assert_string_equal(captured(), "checkd: n\n");
	assert_true(log_is_enabled(LOG_LEVEL_ERROR));
	assert_true(log_is_enabled(LOG_LEVEL_NOTICE));
	assert_false(log_is_enabled(LOG_LEVEL_INFO));
}

static void
a_line_too_long_is_cut_and_still_ends(void **state)
{
	char text[5000];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	log_open("checkd", LOG_TARGET_STDERR, LOG_LEVEL_NOTICE);
	log_notice("%s", text);
	const char *line = captured();

	assert_in_range(strlen(line), 500, 2048);
	assert_int_equal(line[strlen(line) - 1], '\n');
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

/* Were it to block, this test would never end. */
static void
a_full_log_drops_lines_and_the_next_line_says_how_many(void **state)
{
	(void)state;
	log_open("checkd", LOG_TARGET_STDERR, LOG_LEVEL_NOTICE);
	fill_pipe();
	for (int i = 0; i < 5; i++)
		log_notice("lost %d", i);
	drain_pipe();
	log_notice("seen");
	assert_string_equal(captured(),
		"checkd: warning: 5 log lines were dropped: the log was full\ncheckd: seen\n");
	log_notice("once");
	assert_string_equal(captured(), "checkd: once\n");
}

static void
lines_above_the_level_are_not_counted_as_dropped(void **state)
{
	(void)state;
	log_open("checkd", LOG_TARGET_STDERR, LOG_LEVEL_NOTICE);
	fill_pipe();
	log_debug("unwanted");
	drain_pipe();
	log_notice("seen");
	assert_string_equal(captured(), "checkd: seen\n");
}

#define captured_test(function)                                                                \
	cmocka_unit_test_setup_teardown(function, begin_capture, end_capture)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		captured_test(a_line_names_the_program_and_the_severity),
		captured_test(lines_above_the_level_are_not_written),
		captured_test(a_line_too_long_is_cut_and_still_ends),
		captured_test(a_full_log_drops_lines_and_the_next_line_says_how_many),
		captured_test(lines_above_the_level_are_not_counted_as_dropped),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
