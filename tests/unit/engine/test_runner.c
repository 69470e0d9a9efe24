/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How runs end: by themselves, by their time limit, by being stopped, or hardly.
 */
#include "runner.h"

#include "run_fixture.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "util.h"

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

static bool
is_written(void *path)
{
	return read_pid(path) > 0;
}

static bool
is_dead(void *pid)
{
	return !is_alive(*(pid_t *)pid);
}

static struct definition *
check_of_time(const char *script, uint64_t timeout_ms, uint64_t grace_ms)
{
	struct definition *definition = check_of_script(script);

	definition->timeout_ms = timeout_ms;
	definition->command->grace_ms = grace_ms;
	return definition;
}

static struct run *
start(struct fixture *fixture, struct definition *definition, struct observed *observed)
{
	struct run *run = runner_start(fixture->runner, definition, &observing, observed);

	definition_unref(definition);
	return run;
}

/* Starts a script that writes its pid to $FILE when it is ready, and waits for that. */
static struct run *
start_and_await(
	struct fixture *fixture, const char *script, struct observed *observed, pid_t *ret_pid)
{
	CLEANUP_FREE char *path = fixture_path(fixture, "pid");
	CLEANUP_FREE char *whole = xasprintf("FILE=%s; %s", path, script);
	struct run *run = start(fixture, check_of_time(whole, 20000, 200), observed);

	assert_true(fixture_wait(fixture, is_written, path));
	*ret_pid = read_pid(path);
	return run;
}

static void
an_exit_code_is_reported_as_it_is(void **state)
{
	static const int codes[] = {0, 1, 2, 3, 64, 75, 126, 127, 128, 137, 254, 255};
	struct observed observed;

	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		CLEANUP_FREE char *script = xasprintf("exit %d", codes[i]);
		fixture_run_script(*state, script, &observed);
		assert_int_equal(observed.result.outcome, CHECK_OUTCOME_EXITED);
		assert_int_equal(observed.result.status, codes[i]);
		assert_int_equal(observed.result.signal, 0);
	}
}

static void
a_death_by_a_signal_is_reported_with_its_number(void **state)
{
	static const int signals[] = {SIGHUP, SIGKILL, SIGSEGV, SIGTERM, SIGPIPE};
	struct observed observed;

	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		CLEANUP_FREE char *script = xasprintf("ulimit -c 0; kill -%d $$", signals[i]);
		fixture_run_script(*state, script, &observed);
		assert_int_equal(observed.result.outcome, CHECK_OUTCOME_SIGNALED);
		assert_int_equal(observed.result.status, CHECK_STATUS_NONE);
		assert_int_equal(observed.result.signal, signals[i]);
	}
}

static void
the_times_of_a_run_are_reported(void **state)
{
	struct observed observed;
	int64_t before = monotime_now().ns;

	fixture_run_script(*state, "sleep 0.2", &observed);
	assert_true(observed.result.started.mono.ns >= before);
	assert_true(observed.result.finished.mono.ns <= monotime_now().ns);
	assert_true(observed.result.finished.wall.s >= observed.result.started.wall.s);
	assert_in_range(observed.result.duration_ms, 150, DEADLINE_MS);
}

static void
a_run_over_its_time_is_ended_by_sigterm(void **state)
{
	struct observed observed;

	fixture_run(*state, check_of_time("echo alive; sleep 60", 300, 10000), &observed);
	assert_int_equal(observed.done_count, 1);
	assert_int_equal(observed.result.outcome, CHECK_OUTCOME_TIMED_OUT);
	assert_int_equal(observed.result.status, CHECK_STATUS_NONE);
	assert_int_equal(observed.result.signal, 0);
	assert_string_equal(observed.output, "alive");
	assert_in_range(observed.result.duration_ms, 290, 9000);
}

static void
a_run_that_exits_0_on_sigterm_has_timed_out_all_the_same(void **state)
{
	struct observed observed;

	fixture_run(*state,
		check_of_time("trap 'exit 0' TERM; while :; do sleep 0.05; done", 300, 10000),
		&observed);
	assert_int_equal(observed.result.outcome, CHECK_OUTCOME_TIMED_OUT);
	assert_int_equal(observed.result.status, CHECK_STATUS_NONE);
}

static void
a_run_that_ignores_sigterm_is_killed_after_the_grace(void **state)
{
	struct observed observed;

	fixture_run(*state, check_of_time("trap '' TERM; while :; do sleep 60; done", 200, 300),
		&observed);
	assert_int_equal(observed.result.outcome, CHECK_OUTCOME_TIMED_OUT);
	assert_int_equal(observed.result.signal, 0);
	assert_in_range(observed.result.duration_ms, 490, 10000);
}

static void
a_stopped_run_is_continued_to_take_its_sigterm(void **state)
{
	struct observed observed;

	fixture_run(*state,
		check_of_time("trap 'echo took TERM; exit' TERM; kill -STOP $$; sleep 60", 300,
			10000),
		&observed);
	assert_int_equal(observed.result.outcome, CHECK_OUTCOME_TIMED_OUT);
	assert_string_equal(observed.output, "took TERM");
	assert_in_range(observed.result.duration_ms, 290, 9000);
}

static void
a_grandchild_that_holds_the_pipe_does_not_delay_the_end(void **state)
{
	struct observed observed;

	fixture_run_script(*state, "sleep 60 & echo hello; exit 4", &observed);
	assert_int_equal(observed.result.status, 4);
	assert_string_equal(observed.output, "hello");
	assert_in_range(observed.result.duration_ms, 0, 5000);
}

static void
a_grandchild_that_ignores_sigterm_dies_with_the_group(void **state)
{
	struct fixture *fixture = *state;
	struct observed observed = {0};
	pid_t pid;

	start_and_await(fixture,
		"sh -c 'trap \"\" TERM HUP; echo $$ >$0; sleep 60; :' $FILE &"
		" until test -s $FILE; do sleep 0.01; done",
		&observed, &pid);
	assert_true(fixture_wait(fixture, is_gone, &observed));
	assert_int_equal(observed.result.outcome, CHECK_OUTCOME_EXITED);
	assert_true(fixture_wait(fixture, is_dead, &pid));
}

static void
a_daemon_that_left_the_group_delays_the_end_by_a_short_time_only(void **state)
{
	struct fixture *fixture = *state;
	struct observed observed = {0};
	pid_t pid;

	start_and_await(fixture,
		"setsid sh -c 'echo $$ >$0; exec sleep 60' $FILE &"
		" until test -s $FILE; do sleep 0.01; done; echo hello; exit 6",
		&observed, &pid);
	assert_true(fixture_wait(fixture, is_gone, &observed));
	assert_true(is_alive(pid));
	kill(pid, SIGKILL);
	assert_int_equal(observed.result.status, 6);
	assert_string_equal(observed.output, "hello");
	assert_in_range(observed.result.duration_ms, 0, 10000);
}

static void
a_script_that_closes_its_output_and_goes_on_is_still_running(void **state)
{
	struct observed observed;

	fixture_run_script(*state, "exec >&- 2>&-; sleep 0.4; exit 7", &observed);
	assert_int_equal(observed.result.status, 7);
	assert_in_range(observed.result.duration_ms, 390, DEADLINE_MS);
}

/*
 * A process that died under a tracer is not its parent's before the tracer lets it go:
 * the one way to a process that SIGKILL does not end which needs no broken hardware.
 */
static pid_t
start_tracer(pid_t pid)
{
	int fds[2];
	char ready = 0;

	assert_int_equal(pipe(fds), 0);
	pid_t tracer = fork();
	if (tracer == 0) {
		ready = ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0 ? 'y' : 'n';
		if (write(fds[1], &ready, 1) == 1)
			pause();
		_exit(0);
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], &ready, 1), 1);
	close(fds[0]);
	assert_int_equal(ready, 'y');
	return tracer;
}

static void
a_process_that_sigkill_does_not_end_is_done_long_before_it_is_gone(void **state)
{
	struct fixture *fixture = *state;
	struct observed observed = {0};
	CLEANUP_FREE char *path = fixture_path(fixture, "pid");
	CLEANUP_FREE char *script = xasprintf("echo $$ >%s; exec sleep 60", path);

	start(fixture, check_of_time(script, 1000, 100), &observed);
	assert_true(fixture_wait(fixture, is_written, path));
	pid_t tracer = start_tracer(read_pid(path));
	assert_true(fixture_wait(fixture, is_done, &observed));
	assert_int_equal(observed.result.outcome, CHECK_OUTCOME_TIMED_OUT);
	assert_in_range(observed.result.duration_ms, 3000, 20000);
	assert_int_equal(observed.gone_count, 0);
	assert_int_equal(runner_count(fixture->runner), 1);
	kill(tracer, SIGKILL);
	waitpid(tracer, NULL, 0);
	assert_true(fixture_wait(fixture, is_gone, &observed));
	assert_int_equal(observed.done_count, 1);
	assert_int_equal(runner_count(fixture->runner), 0);
}

static void
assert_stopped(struct fixture *fixture, struct run *run, struct observed *observed)
{
	run_stop(run);
	assert_int_equal(observed->gone_count, 0);
	assert_true(fixture_wait(fixture, is_gone, observed));
	assert_int_equal(observed->done_count, 0);
	assert_int_equal(observed->gone_count, 1);
	assert_int_equal(runner_count(fixture->runner), 0);
}

static void
a_run_that_is_stopped_has_no_result(void **state)
{
	struct observed observed = {0};
	pid_t pid;
	struct run *run = start_and_await(
		*state, "echo $$ >$FILE; echo hello; exec sleep 60", &observed, &pid);

	assert_stopped(*state, run, &observed);
	assert_false(is_alive(pid));
}

static void
a_run_that_is_stopped_and_ignores_sigterm_is_killed(void **state)
{
	struct observed observed = {0};
	pid_t pid;
	struct run *run = start_and_await(*state,
		"trap '' TERM; echo $$ >$FILE; while :; do sleep 60; done", &observed, &pid);

	assert_stopped(*state, run, &observed);
	assert_false(is_alive(pid));
}

static void
a_run_that_is_stopped_while_it_is_started_has_no_result(void **state)
{
	struct observed observed = {0};
	struct run *run = start(*state, check_of_script("sleep 60"), &observed);

	assert_stopped(*state, run, &observed);
}

static void
a_run_that_cannot_start_and_is_stopped_has_no_result(void **state)
{
	struct observed observed = {0};
	struct definition *definition =
		check_of_argv((const char *const[]){"/nowhere/x", NULL});
	struct run *run = start(*state, definition, &observed);

	assert_stopped(*state, run, &observed);
}

static void
a_run_that_timed_out_can_be_stopped(void **state)
{
	struct observed observed = {0};
	CLEANUP_FREE char *path = fixture_path(*state, "pid");
	CLEANUP_FREE char *script =
		xasprintf("trap 'echo 1 >%s' TERM; while :; do sleep 0.05; done", path);
	struct run *run = start(*state, check_of_time(script, 200, 500), &observed);

	assert_true(fixture_wait(*state, is_written, path));
	assert_stopped(*state, run, &observed);
}

/* A run whose callback stops it. */
struct stopped {
	struct observed observed;
	struct run *run;
};

static void
stopped_on_done(void *arg, const struct run_result *result)
{
	struct stopped *stopped = arg;

	observing.done(&stopped->observed, result);
	run_stop(stopped->run);
}

static void
stopped_on_gone(void *arg)
{
	observing.gone(&((struct stopped *)arg)->observed);
}

static void
stop_when_done(struct fixture *fixture, struct definition *definition)
{
	static const struct run_callbacks stopping = {
		.done = stopped_on_done, .gone = stopped_on_gone};
	struct stopped stopped = {0};

	stopped.run = runner_start(fixture->runner, definition, &stopping, &stopped);
	definition_unref(definition);
	assert_true(fixture_wait(fixture, is_gone, &stopped.observed));
	assert_int_equal(stopped.observed.done_count, 1);
	assert_int_equal(stopped.observed.gone_count, 1);
}

static void
a_run_can_be_stopped_by_who_is_told_of_its_end(void **state)
{
	stop_when_done(*state, check_of_script(":"));
	stop_when_done(*state, check_of_argv((const char *const[]){"/nowhere/x", NULL}));
	stop_when_done(*state, check_of_time("sleep 60", 100, 100));
}

static bool
are_all_gone(void *runner)
{
	return runner_count(runner) == 0;
}

static void
many_runs_at_once_each_have_their_own_result(void **state)
{
	struct fixture *fixture = *state;
	static struct observed observed[500];

	memset(observed, 0, sizeof(observed));
	for (size_t i = 0; i < ARRAY_LEN(observed); i++) {
		CLEANUP_FREE char *script = xasprintf("echo %zu; exit %zu", i, i % 256);
		start(fixture, check_of_script(script), &observed[i]);
	}
	assert_int_equal(runner_count(fixture->runner), ARRAY_LEN(observed));
	assert_true(fixture_wait(fixture, are_all_gone, fixture->runner));
	for (size_t i = 0; i < ARRAY_LEN(observed); i++) {
		CLEANUP_FREE char *output = xasprintf("%zu", i);
		assert_int_equal(observed[i].done_count, 1);
		assert_int_equal(observed[i].gone_count, 1);
		assert_int_equal(observed[i].result.status, i % 256);
		assert_string_equal(observed[i].output, output);
	}
}

static void
what_still_runs_dies_with_the_runner(void **state)
{
	struct fixture *fixture = *state;
	struct observed running = {0}, starting = {0};
	pid_t pid;

	start_and_await(fixture, "trap '' TERM; echo $$ >$FILE; while :; do sleep 60; done",
		&running, &pid);
	start(fixture, check_of_script("sleep 60"), &starting);
	runner_free(fixture->runner);
	fixture->runner = NULL;
	assert_false(is_alive(pid));
	assert_int_equal(running.done_count + running.gone_count, 0);
	assert_int_equal(starting.done_count + starting.gone_count, 0);
}

/* Something that is dead, an orphan, and therefore ours as a subreaper's. */
static pid_t
make_stranger(struct fixture *fixture)
{
	struct observed observed = {0};
	pid_t pid;

	start_and_await(fixture,
		"setsid sh -c 'echo $$ >$0; exec sleep 60' $FILE &"
		" until test -s $FILE; do sleep 0.01; done",
		&observed, &pid);
	assert_true(fixture_wait(fixture, is_gone, &observed));
	kill(pid, SIGKILL);
	assert_true(fixture_wait(fixture, is_dead, &pid));
	return pid;
}

static void
only_children_that_nobody_knows_are_reaped_as_strangers(void **state)
{
	struct fixture *fixture = *state;
	struct observed observed = {0};
	pid_t pid;

	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	pid_t stranger = make_stranger(fixture);
	CLEANUP_FREE char *path = fixture_path(fixture, "pid");
	unlink(path);
	start_and_await(fixture, "echo $$ >$FILE; exit 8", &observed, &pid);
	assert_true(fixture_wait(fixture, is_dead, &pid) || observed.gone_count > 0);
	runner_reap_strangers(fixture->runner, 0);
	assert_int_equal(kill(stranger, 0), -1);
	assert_int_equal(errno, ESRCH);
	assert_true(fixture_wait(fixture, is_gone, &observed));
	assert_int_equal(observed.result.status, 8);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}

static void
another_childs_end_is_left_to_who_waits_for_it(void **state)
{
	struct fixture *fixture = *state;
	pid_t other = fork();

	if (other == 0)
		_exit(3);
	assert_true(fixture_wait(fixture, is_dead, &other));
	runner_reap_strangers(fixture->runner, other);
	assert_int_equal(waitpid(other, NULL, WNOHANG), other);
}

#define CASE(function)                                                                         \
	cmocka_unit_test_setup_teardown(function, fixture_set_up, fixture_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_exit_code_is_reported_as_it_is),
		CASE(a_death_by_a_signal_is_reported_with_its_number),
		CASE(the_times_of_a_run_are_reported),
		CASE(a_run_over_its_time_is_ended_by_sigterm),
		CASE(a_run_that_exits_0_on_sigterm_has_timed_out_all_the_same),
		CASE(a_run_that_ignores_sigterm_is_killed_after_the_grace),
		CASE(a_stopped_run_is_continued_to_take_its_sigterm),
		CASE(a_grandchild_that_holds_the_pipe_does_not_delay_the_end),
		CASE(a_grandchild_that_ignores_sigterm_dies_with_the_group),
		CASE(a_daemon_that_left_the_group_delays_the_end_by_a_short_time_only),
		CASE(a_script_that_closes_its_output_and_goes_on_is_still_running),
		CASE(a_process_that_sigkill_does_not_end_is_done_long_before_it_is_gone),
		CASE(a_run_that_is_stopped_has_no_result),
		CASE(a_run_that_is_stopped_and_ignores_sigterm_is_killed),
		CASE(a_run_that_is_stopped_while_it_is_started_has_no_result),
		CASE(a_run_that_cannot_start_and_is_stopped_has_no_result),
		CASE(a_run_that_timed_out_can_be_stopped),
		CASE(a_run_can_be_stopped_by_who_is_told_of_its_end),
		CASE(many_runs_at_once_each_have_their_own_result),
		CASE(what_still_runs_dies_with_the_runner),
		CASE(only_children_that_nobody_knows_are_reaped_as_strangers),
		CASE(another_childs_end_is_left_to_who_waits_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
