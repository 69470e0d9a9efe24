/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "line_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

#define SIZE 16

struct fixture {
	struct line_reader reader;
	int read_fd;
	int write_fd;
};

static int
set_up(void **state)
{
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	fixture->read_fd = fds[0];
	fixture->write_fd = fds[1];
	line_reader_init(&fixture->reader, SIZE);
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	line_reader_deinit(&fixture->reader);
	close(fixture->read_fd);
	util_closep(&fixture->write_fd);
	free(fixture);
	return 0;
}

static void
feed(struct fixture *fixture, const char *text)
{
	size_t len = strlen(text);

	assert_int_equal(write(fixture->write_fd, text, len), len);
	assert_true(line_reader_fill(&fixture->reader, fixture->read_fd) > 0);
}

static void
expect(struct fixture *fixture, enum line_kind kind, const char *text)
{
	char *line = NULL;
	size_t len = 0;

	assert_int_equal(line_reader_next(&fixture->reader, &line, &len), kind);
	if (kind == LINE_NONE)
		return;
	assert_int_equal(len, strlen(text));
	assert_memory_equal(line, text, len);
}

static void
lines_come_as_they_were_written(void **state)
{
	struct fixture *fixture = *state;

	expect(fixture, LINE_NONE, "");
	feed(fixture, "one\n\ntwo\nth");
	expect(fixture, LINE_WHOLE, "one");
	expect(fixture, LINE_WHOLE, "");
	expect(fixture, LINE_WHOLE, "two");
	expect(fixture, LINE_NONE, "");
	feed(fixture, "ree\n");
	expect(fixture, LINE_WHOLE, "three");
	expect(fixture, LINE_NONE, "");
}

static void
a_line_may_come_octet_by_octet(void **state)
{
	struct fixture *fixture = *state;

	for (const char *octet = "slow"; *octet != '\0'; octet++) {
		feed(fixture, (const char[]){*octet, '\0'});
		expect(fixture, LINE_NONE, "");
	}
	feed(fixture, "\n");
	expect(fixture, LINE_WHOLE, "slow");
}

static void
a_line_may_fill_the_buffer_and_no_more(void **state)
{
	struct fixture *fixture = *state;

	feed(fixture, "123456789012345\n");
	expect(fixture, LINE_WHOLE, "123456789012345");
	feed(fixture, "1234567890123456");
	expect(fixture, LINE_TOO_LONG, "1234567890123456");
	expect(fixture, LINE_NONE, "");
	feed(fixture, "rest\nnext\n");
	expect(fixture, LINE_WHOLE, "next");
	expect(fixture, LINE_NONE, "");
}

static void
of_an_endless_line_each_buffer_is_told(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < 3; i++) {
		feed(fixture, "abcdefghabcdefgh");
		expect(fixture, LINE_TOO_LONG, "abcdefghabcdefgh");
		expect(fixture, LINE_NONE, "");
	}
	feed(fixture, "\nx\n");
	expect(fixture, LINE_WHOLE, "x");
}

static void
the_end_and_an_empty_pipe_are_told_apart(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(line_reader_fill(&fixture->reader, fixture->read_fd), -EAGAIN);
	close(fixture->write_fd);
	fixture->write_fd = -1;
	assert_int_equal(line_reader_fill(&fixture->reader, fixture->read_fd), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			lines_come_as_they_were_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_line_may_come_octet_by_octet, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_line_may_fill_the_buffer_and_no_more, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			of_an_endless_line_each_buffer_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_end_and_an_empty_pipe_are_told_apart, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
