/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is kept of an output, what is shown of it, and that no amount of it hurts.
 */
#include "runner.h"

#include "run_fixture.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "clock.h"
#include "util.h"

static void
assert_shown(struct fixture *fixture, const char *script, const char *wanted)
{
	struct observed observed;

	fixture_run_script(fixture, script, &observed);
	assert_string_equal(observed.output, wanted);
}

static void
the_first_line_that_is_not_blank_is_shown(void **state)
{
	assert_shown(*state, "printf '\\n  \\nfirst\\nsecond\\n'", "first");
	assert_shown(*state, "printf 'no newline'", "no newline");
	assert_shown(*state, ":", "");
}

static void
standard_error_is_shown_where_standard_output_is_blank(void **state)
{
	assert_shown(*state, "echo out; echo err >&2", "out");
	assert_shown(*state, "echo; echo err >&2", "err");
}

static void
what_is_shown_is_clean_and_of_bounded_length(void **state)
{
	struct observed observed;

	assert_shown(*state, "printf 'a\\001b\\r\\n'", "a b");
	assert_shown(*state, "printf 'a\\377b'",
		"a\xef\xbf\xbd"
		"b");
	fixture_run_script(*state, "head -c 3000 /dev/zero | tr '\\0' x", &observed);
	assert_int_equal(strlen(observed.output), CHECK_OUTPUT_MAX);
}

static void
output_that_comes_piece_by_piece_is_put_together(void **state)
{
	assert_shown(*state, "for i in 1 2 3; do printf $i; sleep 0.05; done", "123");
}

static void
what_exceeds_the_limit_is_read_and_dropped(void **state)
{
	struct observed observed;

	fixture_run_script(*state,
		"echo first; head -c 3000000 /dev/zero;"
		" head -c 3000000 /dev/zero >&2; exit 3",
		&observed);
	assert_int_equal(observed.result.status, 3);
	assert_string_equal(observed.output, "first");
}

/* Which nobody watches yet: the script waits for the room in the pipe, and then goes on. */
static void
a_script_that_fills_the_pipe_at_once_soon_goes_on(void **state)
{
	struct observed observed;

	fixture_run_script(*state,
		"echo first; head -c 1000000 /dev/zero; echo err >&2; exit 3", &observed);
	assert_int_equal(observed.result.outcome, CHECK_OUTCOME_EXITED);
	assert_int_equal(observed.result.status, 3);
	assert_true(observed.result.is_truncated);
	assert_string_equal(observed.output, "first");
}

static void
all_of_a_short_run_is_read_at_its_end(void **state)
{
	struct observed observed;

	fixture_run(*state, check_of_argv((const char *const[]){"/bin/echo", "at once", NULL}),
		&observed);
	assert_string_equal(observed.output, "at once");
	assert_shown(*state, "exec >&-; sleep 0.1; echo err >&2", "err");
}

/*
 * The script ends once its child has left the group, which is killed with it. What lives on may
 * be late on a busy machine, but not each time.
 */
static void
what_a_grandchild_writes_soon_after_a_short_run_is_read(void **state)
{
	struct observed observed;
	unsigned tries = 0;

	do {
		fixture_run_script(*state,
			"setsid sh -c 'sleep 0.03; printf late' &"
			" while read -r pid name state parent group session rest "
			"</proc/$!/stat &&"
			" [ $session != $! ]; do :; done; printf 'early '",
			&observed);
		assert_memory_equal(observed.output, "early", 5);
	} while (strcmp(observed.output, "early late") != 0 && ++tries < 100);
	assert_string_equal(observed.output, "early late");
}

static void
the_limit_can_be_changed_for_the_runs_to_come(void **state)
{
	struct fixture *fixture = *state;

	runner_set_output_limit(fixture->runner, 4);
	assert_shown(fixture, "echo 123456", "1234");
	runner_set_output_limit(fixture->runner, 0);
	assert_shown(fixture, "echo 123456", "");
}

static void
assert_measured(
	struct fixture *fixture, const char *script, const char *text, const char *perfdata)
{
	struct observed observed;

	fixture_run_script(fixture, script, &observed);
	assert_string_equal(observed.output, text);
	assert_string_equal(observed.perfdata, perfdata);
}

static void
metrics_are_taken_out_of_what_is_shown(void **state)
{
	assert_measured(
		*state, "echo 'OK - fine | a=1.50s;2;3;; b=2'", "OK - fine", "a=1.5s;2;3 b=2");
	assert_measured(*state, "printf 'OK\\nlong | a=1\\nb=2'", "OK", "a=1 b=2");
	assert_measured(*state, "echo 'left | right'", "left | right", "");
	assert_measured(*state, "echo fine", "fine", "");
}

static void
metrics_without_a_text_leave_standard_error_to_be_shown(void **state)
{
	assert_measured(*state, "echo '|a=1'; echo 'err|b=2' >&2", "err|b=2", "a=1");
}

static void
a_number_that_was_cut_off_is_no_metric(void **state)
{
	struct fixture *fixture = *state;

	runner_set_output_limit(fixture->runner, 9);
	assert_measured(fixture, "echo '|a=1 b=1234'", "", "a=1");
	assert_measured(fixture, "printf '|a=1 b=1'", "", "a=1 b=1");
}

static void
what_a_script_was_at_writing_when_it_was_killed_is_no_metric(void **state)
{
	assert_measured(*state, "printf 'OK|a=1 b=2'; kill -9 $$", "OK", "a=1");
	assert_measured(*state, "printf 'OK|a=1 b=2\\n'; kill -9 $$", "OK", "a=1 b=2");
}

static void
a_run_that_did_not_start_has_no_metrics(void **state)
{
	struct observed observed;

	fixture_run(
		*state, check_of_argv((const char *const[]){"/no/such|a=1", NULL}), &observed);
	assert_int_equal(observed.result.outcome, CHECK_OUTCOME_START_FAILED);
	assert_string_equal(observed.perfdata, "");
}

static void
plugins_of_debian_are_measured(void **state)
{
	static const char load[] = "/usr/lib/nagios/plugins/check_load";
	static const char disk[] = "/usr/lib/nagios/plugins/check_disk";
	struct observed observed;

	if (access(load, X_OK) != 0 || access(disk, X_OK) != 0)
		skip();
	fixture_run(*state,
		check_of_argv((const char *const[]){
			load, "-w", "999,998,997", "-c", "999,998,997", NULL}),
		&observed);
	assert_int_equal(observed.result.status, 0);
	assert_null(strchr(observed.output, '|'));
	assert_non_null(strstr(observed.perfdata, "load1="));
	assert_non_null(strstr(observed.perfdata, ";998.000;998.000;0 load15="));
	fixture_run(*state,
		check_of_argv(
			(const char *const[]){disk, "-w", "1%", "-c", "1%", "-p", "/", NULL}),
		&observed);
	assert_null(strchr(observed.output, '|'));
	assert_memory_equal(observed.perfdata, "/=", 2);
}

/* The longest time between two ticks of a timer that is due all the time. */
struct pulse {
	int64_t last_ns;
	int64_t longest_ns;
};

static void
pulse_on_timeout(evutil_socket_t fd, short what, void *arg)
{
	struct pulse *pulse = arg;
	int64_t now = monotime_now().ns;

	(void)fd;
	(void)what;
	if (pulse->last_ns != 0 && now - pulse->last_ns > pulse->longest_ns)
		pulse->longest_ns = now - pulse->last_ns;
	pulse->last_ns = now;
}

static long
peak_memory_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static void
a_flood_takes_neither_memory_nor_the_event_loop(void **state)
{
	struct fixture *fixture = *state;
	struct observed observed;
	struct pulse pulse = {0};
	const struct timeval interval = {.tv_usec = 1000};
	struct definition *definition = check_of_script("yes & yes >&2");
	struct event *timer =
		event_new(fixture->base, -1, EV_PERSIST, pulse_on_timeout, &pulse);
	long before = peak_memory_kib();

	definition->timeout_ms = 1000;
	event_add(timer, &interval);
	fixture_run(fixture, definition, &observed);
	event_free(timer);
	assert_int_equal(observed.result.outcome, CHECK_OUTCOME_TIMED_OUT);
	assert_string_equal(observed.output, "y");
	assert_in_range(observed.result.duration_ms, 990, 10000);
	assert_in_range(peak_memory_kib() - before, 0, 16 * 1024);
	assert_in_range(pulse.longest_ns, 0, 500 * NS_PER_MS);
}

#define CASE(function)                                                                         \
	cmocka_unit_test_setup_teardown(function, fixture_set_up, fixture_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_first_line_that_is_not_blank_is_shown),
		CASE(standard_error_is_shown_where_standard_output_is_blank),
		CASE(what_is_shown_is_clean_and_of_bounded_length),
		CASE(output_that_comes_piece_by_piece_is_put_together),
		CASE(what_exceeds_the_limit_is_read_and_dropped),
		CASE(a_script_that_fills_the_pipe_at_once_soon_goes_on),
		CASE(all_of_a_short_run_is_read_at_its_end),
		CASE(what_a_grandchild_writes_soon_after_a_short_run_is_read),
		CASE(the_limit_can_be_changed_for_the_runs_to_come),
		CASE(metrics_are_taken_out_of_what_is_shown),
		CASE(metrics_without_a_text_leave_standard_error_to_be_shown),
		CASE(a_number_that_was_cut_off_is_no_metric),
		CASE(what_a_script_was_at_writing_when_it_was_killed_is_no_metric),
		CASE(a_run_that_did_not_start_has_no_metrics),
		CASE(plugins_of_debian_are_measured),
		CASE(a_flood_takes_neither_memory_nor_the_event_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
