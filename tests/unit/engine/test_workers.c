/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workers with real processes, which are shell scripts: who is asked, and what becomes of
 * requests whatever the process does.
 */
#include "workers.h"

#include "run_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

#define ASKED_MAX 300

/* Answers each request with its name, one after the other. */
#define ECHO "while read -r n t name args; do echo \"$n 0 $name\"; done"

struct asked {
	struct worker_request request;
	struct observed observed;
};

struct world {
	struct fixture *fixture;
	struct workers *workers;
	struct worker *worker;
	struct asked asked[ASKED_MAX];
	size_t count;
	unsigned rooms; /* how often room was told of */
	unsigned wanted_rooms;
};

static int
set_up(void **state)
{
	struct world *world = xcalloc(1, sizeof(*world));

	signal(SIGPIPE, SIG_IGN);
	world->fixture = fixture_new();
	world->workers = workers_new(world->fixture->base, world->fixture->runner);
	*state = world;
	return 0;
}

static bool
is_nothing_running(void *arg)
{
	return runner_count(((const struct world *)arg)->fixture->runner) == 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < world->count; i++) {
		if (world->asked[i].observed.gone_count == 0)
			worker_stop_request(&world->asked[i].request);
	}
	workers_stop(world->workers);
	assert_true(fixture_wait(world->fixture, is_nothing_running, world));
	workers_free(world->workers);
	fixture_free(world->fixture);
	free(world);
	return 0;
}

static void
worker_on_room(void *arg)
{
	((struct world *)arg)->rooms++;
}

/* A worker of a shell script, with these settings. */
static struct worker_definition *
define(const char *script, unsigned processes, unsigned in_flight)
{
	struct worker_definition *definition = worker_definition_new();

	definition_unref(definition->process);
	definition->process = check_of_script(script);
	free(definition->process->name);
	definition->process->name = xstrdup("w0");
	definition->process->command->grace_ms = 200;
	definition->processes = processes;
	definition->in_flight = in_flight;
	definition->patience_ms = 100;
	return definition;
}

/* Takes it into use, with all its references. */
static void
apply(struct world *world, struct worker_definition *definition)
{
	workers_apply(world->workers, &definition, 1);
	workers_retire(world->workers);
	worker_definition_unref(definition);
	world->worker = workers_find(world->workers, "w0");
	worker_set_client(world->worker, worker_on_room, world);
}

static struct observed *
ask_for(struct world *world, const char *name, uint64_t timeout_ms)
{
	struct definition *check = definition_new();
	struct asked *asked = &world->asked[world->count++];

	assert_true(world->count <= ASKED_MAX);
	check->name = xstrdup(name);
	check->timeout_ms = timeout_ms;
	assert_true(worker_has_room(world->worker));
	worker_start(world->worker, &asked->request, check, &observing, &asked->observed);
	definition_unref(check);
	assert_int_equal(asked->observed.done_count + asked->observed.gone_count, 0);
	return &asked->observed;
}

static struct observed *
ask(struct world *world, const char *name)
{
	return ask_for(world, name, 20000);
}

static bool
has_room(void *arg)
{
	return worker_has_room(((const struct world *)arg)->worker);
}

static bool
is_gone(void *arg)
{
	return ((const struct observed *)arg)->gone_count > 0;
}

static void
wait_for(struct world *world, const struct observed *observed)
{
	assert_true(fixture_wait(world->fixture, is_gone, (void *)(uintptr_t)observed));
	assert_int_equal(observed->gone_count, 1);
	assert_true(observed->is_gone_last);
}

static void
must_answer(
	struct world *world, const struct observed *observed, int status, const char *output)
{
	wait_for(world, observed);
	assert_int_equal(observed->done_count, 1);
	assert_string_equal(observed->output, output);
	assert_int_equal(observed->result.outcome, CHECK_OUTCOME_EXITED);
	assert_int_equal(observed->result.status, status);
}

static void
must_fail(struct world *world, const struct observed *observed, const char *reason)
{
	wait_for(world, observed);
	assert_int_equal(observed->done_count, 1);
	assert_string_equal(observed->output, reason);
	assert_int_equal(observed->result.outcome, CHECK_OUTCOME_START_FAILED);
	assert_int_equal(observed->result.status, CHECK_STATUS_NONE);
}

static void
must_time_out(struct world *world, const struct observed *observed)
{
	wait_for(world, observed);
	assert_int_equal(observed->done_count, 1);
	assert_int_equal(observed->result.outcome, CHECK_OUTCOME_TIMED_OUT);
	assert_int_equal(observed->result.status, CHECK_STATUS_NONE);
}

static void
an_answer_is_the_result(void **state)
{
	struct world *world = *state;

	apply(world,
		define("read -r n t name; printf '%s 2 \\tno \\001go|a=1s;2\\r\\n' $n; cat", 1,
			1));
	const struct observed *observed = ask(world, "first");
	must_answer(world, observed, 2, "no  go");
	assert_string_equal(observed->perfdata, "a=1s;2");
	assert_int_equal(observed->result.signal, 0);
}

static void
one_process_answers_again_and_again(void **state)
{
	struct world *world = *state;

	apply(world, define("i=0; while read -r n t; do i=$((i+1)); echo $n 0 $i; done", 1, 4));
	must_answer(world, ask(world, "a0"), 0, "1");
	must_answer(world, ask(world, "b0"), 0, "2");
	must_answer(world, ask(world, "c0"), 0, "3");
	assert_int_equal(runner_count(world->fixture->runner), 1);
}

static void
answers_may_come_in_any_order(void **state)
{
	struct world *world = *state;

	apply(world,
		define("read -r a x; read -r b x; read -r c x;"
		       "echo $b 0 second; echo $c 1 third; sleep 0.1; echo $a 2 first; cat",
			1, 3));
	const struct observed *first = ask(world, "a0");
	const struct observed *second = ask(world, "b0");
	const struct observed *third = ask(world, "c0");
	must_answer(world, second, 0, "second");
	must_answer(world, third, 1, "third");
	must_answer(world, first, 2, "first");
}

static void
a_process_owes_no_more_than_it_may(void **state)
{
	struct world *world = *state;

	apply(world, define("read -r n x; sleep 0.2; echo $n 0; cat >/dev/null", 1, 3));
	const struct observed *first = ask(world, "a0");
	ask(world, "b0");
	ask(world, "c0");
	assert_false(worker_has_room(world->worker));
	assert_int_equal(world->rooms, 0);
	wait_for(world, first);
	assert_int_equal(world->rooms, 1);
	assert_true(worker_has_room(world->worker));
}

static void
several_processes_share_the_load(void **state)
{
	struct world *world = *state;

	apply(world, define("while read -r n x; do echo $n 0 $$; done", 3, 4));
	const struct observed *observed[3];
	for (size_t i = 0; i < ARRAY_LEN(observed); i++)
		observed[i] = ask(world, "a0");
	for (size_t i = 0; i < ARRAY_LEN(observed); i++)
		wait_for(world, observed[i]);
	assert_string_not_equal(observed[0]->output, observed[1]->output);
	assert_string_not_equal(observed[0]->output, observed[2]->output);
	assert_string_not_equal(observed[1]->output, observed[2]->output);
}

static void
a_late_answer_is_dropped_and_the_next_one_counts(void **state)
{
	struct world *world = *state;
	struct worker_definition *definition = define(
		"read -r a x; sleep 0.3; echo $a 0 late; read -r b x; echo $b 0 new; cat", 1,
		1);

	definition->patience_ms = 20000;
	apply(world, definition);
	const struct observed *late = ask_for(world, "a0", 100);
	must_time_out(world, late);
	assert_string_equal(late->output, "no answer within 0.1 s");
	assert_false(worker_has_room(world->worker));
	assert_true(fixture_wait(world->fixture, has_room, world));
	must_answer(world, ask(world, "b0"), 0, "new");
	assert_int_equal(late->done_count, 1);
}

static void
whoever_waits_for_a_process_that_dies_has_failed_to_start(void **state)
{
	struct world *world = *state;

	apply(world, define("read -r a x; read -r b x; echo $b 0 still; exit 3", 1, 4));
	const struct observed *first = ask(world, "a0");
	const struct observed *second = ask(world, "b0");
	const struct observed *third = ask(world, "c0");
	must_fail(world, first, "worker w0 died: exit 3");
	must_answer(world, second, 0, "still");
	must_fail(world, third, "worker w0 died: exit 3");
}

static void
the_signal_that_killed_it_is_told(void **state)
{
	struct world *world = *state;

	apply(world, define("read -r a x; kill -SEGV $$", 1, 4));
	must_fail(world, ask(world, "a0"), "worker w0 died: signal 11 (SEGV)");
}

/* More than its pipe and one read take. */
static void
all_that_a_process_said_before_it_died_counts(void **state)
{
	struct world *world = *state;
	const struct observed *observed[ASKED_MAX];

	apply(world, define("i=0; all=$(while [ $i -lt 300 ]; do read -r n x;"
			    "printf '%s 0 same%900s\\n' $n ''; i=$((i+1)); done); echo "
			    "\"$all\"; exit 1",
			     1, ASKED_MAX));
	for (size_t i = 0; i < ASKED_MAX; i++)
		observed[i] = ask(world, "same");
	for (size_t i = 0; i < ASKED_MAX; i++)
		must_answer(world, observed[i], 0, "same");
}

static void
what_cannot_be_started_fails_those_who_wait_and_those_who_come(void **state)
{
	struct world *world = *state;
	struct worker_definition *definition = define("", 2, 4);
	const char *reason = "worker w0 did not start: /nowhere: No such file or directory";

	free(definition->process->command->argv[0]);
	definition->process->command->argv[0] = xstrdup("/nowhere/x");
	apply(world, definition);
	must_fail(world, ask(world, "a0"), reason);
	assert_true(fixture_wait(world->fixture, is_nothing_running, world));
	must_fail(world, ask(world, "b0"), reason);
}

static bool
is_one_running(void *arg)
{
	return runner_count(((const struct world *)arg)->fixture->runner) == 1;
}

static void
a_process_that_died_is_started_again_and_answers(void **state)
{
	struct world *world = *state;
	CLEANUP_FREE char *marker = fixture_path(world->fixture, "marker");
	CLEANUP_FREE char *script =
		xasprintf("read -r a x; [ -e %s ] || { : >%s; exit 1; }; echo $a 0 up; cat",
			marker, marker);

	apply(world, define(script, 1, 1));
	must_fail(world, ask(world, "a0"), "worker w0 died: exit 1");
	must_fail(world, ask(world, "b0"), "worker w0 died: exit 1");
	assert_true(fixture_wait(world->fixture, is_one_running, world));
	must_answer(world, ask(world, "c0"), 0, "up");
}

static void
each_start_after_a_failure_waits_longer(void **state)
{
	struct world *world = *state;
	int64_t waited_ms[3];

	apply(world, define("read -r a x; exit 1", 1, 1));
	for (size_t i = 0; i < ARRAY_LEN(waited_ms); i++) {
		must_fail(world, ask(world, "a0"), "worker w0 died: exit 1");
		struct monotime died = monotime_now();
		assert_true(fixture_wait(world->fixture, is_one_running, world));
		waited_ms[i] = monotime_ms_between(died, monotime_now());
	}
	assert_true(waited_ms[0] >= 80);
	assert_true(waited_ms[1] >= 180);
	assert_true(waited_ms[2] >= 380);
}

static bool
has_had_rooms(void *arg)
{
	const struct world *world = arg;

	return world->rooms >= world->wanted_rooms;
}

static void
a_process_that_ends_when_it_owes_nothing_is_replaced_at_once(void **state)
{
	struct world *world = *state;

	apply(world, define("read -r n x; echo $n 0 $$", 1, 1));
	for (int i = 0; i < 5; i++) {
		/* Room is told of after the answer, and when the next process can be asked. */
		world->wanted_rooms += 2;
		const struct observed *observed = ask(world, "a0");
		assert_true(fixture_wait(world->fixture, has_had_rooms, world));
		assert_int_equal(observed->result.outcome, CHECK_OUTCOME_EXITED);
	}
}

static void
a_process_that_is_silent_after_a_timeout_is_killed(void **state)
{
	struct world *world = *state;

	/* It reads nothing either. */
	apply(world, define("trap '' TERM; sleep 30 & wait", 1, 2));
	const struct observed *first = ask_for(world, "a0", 100);
	const struct observed *second = ask(world, "b0");
	must_time_out(world, first);
	must_fail(world, second, "worker w0 was killed: it answers nothing any more");
}

static void
a_process_that_answers_others_is_not_killed_for_one_timeout(void **state)
{
	struct world *world = *state;

	apply(world, define("read -r lost x; " ECHO, 1, 2));
	const struct observed *lost = ask_for(world, "a0", 300);
	must_answer(world, ask(world, "b0"), 0, "b0");
	must_time_out(world, lost);
	const struct observed *late = ask_for(world, "c0", 20000);
	must_answer(world, late, 0, "c0");
	assert_int_equal(runner_count(world->fixture->runner), 1);
}

static void
requests_beyond_what_its_pipe_takes_are_kept(void **state)
{
	struct world *world = *state;
	const struct observed *observed[ASKED_MAX];
	char name[1001];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	apply(world, define("sleep 0.3; while read -r n t name; do echo $n 0 ${#name}; done", 1,
			     ASKED_MAX));
	for (size_t i = 0; i < ASKED_MAX; i++)
		observed[i] = ask(world, name);
	for (size_t i = 0; i < ASKED_MAX; i++)
		must_answer(world, observed[i], 0, "1000");
}

static void
rubbish_between_answers_does_no_harm(void **state)
{
	struct world *world = *state;

	apply(world,
		define("while read -r n x; do echo hello; echo; echo 99999 0 x; echo $n 256 x;"
		       "printf '\\000\\377\\n'; echo $n 0 fine; echo $n 0 twice; done",
			1, 1));
	for (int i = 0; i < 30; i++)
		must_answer(world, ask(world, "a0"), 0, "fine");
	assert_int_equal(runner_count(world->fixture->runner), 1);
}

static void
a_process_that_says_nothing_but_rubbish_is_killed(void **state)
{
	struct world *world = *state;

	apply(world, define("yes", 1, 1));
	must_fail(world, ask(world, "a0"), "worker w0 was killed: what it says are no answers");
}

static void
a_process_that_never_ends_its_line_is_killed(void **state)
{
	struct world *world = *state;

	apply(world, define("tr '\\000' x </dev/zero", 1, 1));
	must_fail(world, ask(world, "a0"), "worker w0 was killed: what it says are no answers");
}

static void
a_process_that_closes_its_output_is_ended(void **state)
{
	struct world *world = *state;

	apply(world, define("exec >&-; sleep 30", 1, 1));
	must_fail(
		world, ask(world, "a0"), "worker w0 was killed: it closed its input or output");
}

static bool
is_there(void *path)
{
	return access(path, F_OK) == 0;
}

static void
a_process_that_closes_its_input_is_ended_when_it_is_asked(void **state)
{
	struct world *world = *state;
	CLEANUP_FREE char *marker = fixture_path(world->fixture, "marker");
	CLEANUP_FREE char *script = xasprintf("exec <&-; : >%s; sleep 30", marker);

	apply(world, define(script, 1, 2));
	const struct observed *first = ask(world, "a0");
	assert_true(fixture_wait(world->fixture, is_there, marker));
	const struct observed *second = ask(world, "b0");
	must_fail(world, first, "worker w0 was killed: it closed its input or output");
	must_fail(world, second, "worker w0 was killed: it closed its input or output");
}

static void
a_stopped_request_is_gone_without_a_result(void **state)
{
	struct world *world = *state;

	apply(world, define("read -r a x; sleep 0.2; echo $a 0 a; " ECHO, 1, 1));
	const struct observed *stopped = ask(world, "a0");
	worker_stop_request(&world->asked[0].request);
	assert_int_equal(stopped->gone_count, 0);
	wait_for(world, stopped);
	assert_int_equal(stopped->done_count, 0);
	/* Its answer is still owed. */
	assert_false(worker_has_room(world->worker));
	assert_true(fixture_wait(world->fixture, has_room, world));
	must_answer(world, ask(world, "b0"), 0, "b0");
	assert_int_equal(stopped->done_count, 0);
}

static void
an_equal_definition_leaves_the_process_alone(void **state)
{
	struct world *world = *state;

	apply(world, define("while read -r n x; do echo $n 0 $$; done", 1, 1));
	const struct observed *first = ask(world, "a0");
	wait_for(world, first);
	apply(world, define("while read -r n x; do echo $n 0 $$; done", 1, 1));
	must_answer(world, ask(world, "b0"), 0, first->output);
}

static void
after_a_change_the_old_process_answers_what_it_owes_and_ends(void **state)
{
	struct world *world = *state;

	apply(world, define("read -r a x; sleep 0.3; echo $a 0 old; cat", 1, 1));
	const struct observed *old = ask(world, "a0");
	apply(world, define(ECHO, 1, 1));
	must_answer(world, ask(world, "new"), 0, "new");
	assert_int_equal(old->gone_count, 0);
	assert_int_equal(runner_count(world->fixture->runner), 2);
	must_answer(world, old, 0, "old");
	assert_true(fixture_wait(world->fixture, is_one_running, world));
}

static void
a_process_that_does_not_leave_is_made_to(void **state)
{
	struct world *world = *state;

	apply(world, define("read -r a x; echo $a 0; trap '' TERM; sleep 30", 1, 1));
	must_answer(world, ask(world, "a0"), 0, "");
	apply(world, define(ECHO, 1, 1));
	assert_true(fixture_wait(world->fixture, is_nothing_running, world));
}

static void
a_worker_may_go_while_a_request_is_on_its_way_out(void **state)
{
	struct world *world = *state;

	apply(world, define("cat >/dev/null", 1, 1));
	const struct observed *stopped = ask(world, "a0");
	worker_stop_request(&world->asked[0].request);
	worker_set_client(world->worker, NULL, NULL);
	workers_apply(world->workers, NULL, 0);
	workers_retire(world->workers);
	wait_for(world, stopped);
	assert_int_equal(stopped->done_count, 0);
	assert_true(fixture_wait(world->fixture, is_nothing_running, world));
}

static void
its_environment_is_that_of_a_check_of_its_name(void **state)
{
	struct world *world = *state;

	apply(world,
		define("read -r n x; echo $n 0 $CHECKD_NAME $LANG $HOME $(ls /proc/self/fd | "
		       "wc -w); cat",
			1, 1));
	/* ls has one open for the folder. */
	must_answer(world, ask(world, "a0"), 0, "w0 C.UTF-8 4");
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(an_answer_is_the_result),
		WITH_WORLD(one_process_answers_again_and_again),
		WITH_WORLD(answers_may_come_in_any_order),
		WITH_WORLD(a_process_owes_no_more_than_it_may),
		WITH_WORLD(several_processes_share_the_load),
		WITH_WORLD(a_late_answer_is_dropped_and_the_next_one_counts),
		WITH_WORLD(whoever_waits_for_a_process_that_dies_has_failed_to_start),
		WITH_WORLD(the_signal_that_killed_it_is_told),
		WITH_WORLD(all_that_a_process_said_before_it_died_counts),
		WITH_WORLD(what_cannot_be_started_fails_those_who_wait_and_those_who_come),
		WITH_WORLD(a_process_that_died_is_started_again_and_answers),
		WITH_WORLD(each_start_after_a_failure_waits_longer),
		WITH_WORLD(a_process_that_ends_when_it_owes_nothing_is_replaced_at_once),
		WITH_WORLD(a_process_that_is_silent_after_a_timeout_is_killed),
		WITH_WORLD(a_process_that_answers_others_is_not_killed_for_one_timeout),
		WITH_WORLD(requests_beyond_what_its_pipe_takes_are_kept),
		WITH_WORLD(rubbish_between_answers_does_no_harm),
		WITH_WORLD(a_process_that_says_nothing_but_rubbish_is_killed),
		WITH_WORLD(a_process_that_never_ends_its_line_is_killed),
		WITH_WORLD(a_process_that_closes_its_output_is_ended),
		WITH_WORLD(a_process_that_closes_its_input_is_ended_when_it_is_asked),
		WITH_WORLD(a_stopped_request_is_gone_without_a_result),
		WITH_WORLD(an_equal_definition_leaves_the_process_alone),
		WITH_WORLD(after_a_change_the_old_process_answers_what_it_owes_and_ends),
		WITH_WORLD(a_process_that_does_not_leave_is_made_to),
		WITH_WORLD(a_worker_may_go_while_a_request_is_on_its_way_out),
		WITH_WORLD(its_environment_is_that_of_a_check_of_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
