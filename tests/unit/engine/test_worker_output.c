/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker_output.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

#define LINE_MAX_LEN 8191
#define MANY         700 /* lines that a read brings at once, and more than two bursts */

struct fixture {
	struct event_base *base;
	struct worker_output output;
	int write_fd; /* -1: closed */
	unsigned lines;
	unsigned too_long;
	unsigned lost;
	unsigned close_at; /* it is closed at this line; 0: never */
};

/* Lines are numbers, from 1 on. */
static void
fixture_on_line(
	void *arg, enum line_kind kind, const char *line, size_t len, const struct instant *now)
{
	struct fixture *fixture = arg;
	char wanted[16];

	assert_int_equal(fixture->lost, 0);
	assert_true(now->mono.ns > 0);
	if (kind == LINE_TOO_LONG) {
		fixture->too_long++;
		return;
	}
	snprintf(wanted, sizeof(wanted), "%u", ++fixture->lines);
	assert_int_equal(len, strlen(wanted));
	assert_memory_equal(line, wanted, len);
	if (fixture->lines == fixture->close_at)
		worker_output_close(&fixture->output);
}

static void
fixture_on_lost(void *arg)
{
	struct fixture *fixture = arg;

	assert_int_equal(fixture->output.fd, -1);
	fixture->lost++;
}

static int
set_up(void **state)
{
	static const struct worker_output_callbacks callbacks = {
		.line = fixture_on_line,
		.lost = fixture_on_lost,
	};
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	fixture->write_fd = fds[1];
	fixture->base = event_base_new();
	worker_output_init(
		&fixture->output, fixture->base, fds[0], LINE_MAX_LEN, &callbacks, fixture);
	*state = fixture;
	return 0;
}

static void
hang_up(struct fixture *fixture)
{
	util_closep(&fixture->write_fd);
	fixture->write_fd = -1;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	worker_output_deinit(&fixture->output);
	hang_up(fixture);
	event_base_free(fixture->base);
	free(fixture);
	return 0;
}

static void
write_lines(struct fixture *fixture, unsigned count)
{
	for (unsigned i = 1; i <= count; i++)
		assert_true(dprintf(fixture->write_fd, "%u\n", i) > 0);
}

static void
turn(struct fixture *fixture)
{
	event_base_loop(fixture->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

static void
bursts_leave_the_loop_its_turns_and_nothing_behind(void **state)
{
	struct fixture *fixture = *state;
	unsigned before = 0;

	write_lines(fixture, MANY);
	for (int i = 0; fixture->lines < MANY; i++) {
		turn(fixture);
		assert_true(fixture->lines > before);
		assert_true(i > 0 || fixture->lines < MANY / 2);
		before = fixture->lines;
	}
	assert_int_equal(fixture->lost, 0);
}

static void
the_end_is_told_once_after_all_lines(void **state)
{
	struct fixture *fixture = *state;

	write_lines(fixture, MANY);
	hang_up(fixture);
	for (int i = 0; i < 10; i++)
		turn(fixture);
	assert_int_equal(fixture->lines, MANY);
	assert_int_equal(fixture->lost, 1);
}

static void
a_drain_tells_all_at_once(void **state)
{
	struct fixture *fixture = *state;

	write_lines(fixture, MANY);
	worker_output_drain(&fixture->output);
	assert_int_equal(fixture->lines, MANY);
	assert_int_equal(fixture->lost, 0);
	hang_up(fixture);
	worker_output_drain(&fixture->output);
	worker_output_drain(&fixture->output);
	assert_int_equal(fixture->lost, 1);
}

static void
who_has_closed_it_is_told_no_more(void **state)
{
	struct fixture *fixture = *state;

	fixture->close_at = 3;
	write_lines(fixture, MANY);
	turn(fixture);
	worker_output_drain(&fixture->output);
	turn(fixture);
	assert_int_equal(fixture->lines, 3);
	assert_int_equal(fixture->lost, 0);
}

static void
a_line_that_is_too_long_is_told_as_such(void **state)
{
	struct fixture *fixture = *state;
	char text[LINE_MAX_LEN + 1];

	memset(text, 'x', sizeof(text));
	assert_int_equal(write(fixture->write_fd, text, sizeof(text)), sizeof(text));
	assert_int_equal(write(fixture->write_fd, "\n1\n", 3), 3);
	worker_output_drain(&fixture->output);
	assert_int_equal(fixture->too_long, 1);
	assert_int_equal(fixture->lines, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			bursts_leave_the_loop_its_turns_and_nothing_behind, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_end_is_told_once_after_all_lines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_drain_tells_all_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			who_has_closed_it_is_told_no_more, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_line_that_is_too_long_is_told_as_such, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
