/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The schedule with real processes: who runs when, who waits, and what is counted.
 */
#include "scheduler.h"

#include "run_fixture.h"
#include "scheduler_parts.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "codes.h"
#include "probe.h"
#include "probe_status.h"
#include "util.h"
#include "workers.h"

struct world {
	struct fixture *fixture;
	struct workers *workers;
	struct worker_definition *hired[2];
	size_t hired_count;
	struct scheduler *scheduler;
	struct job *watched;
	size_t wanted;
	size_t due_count;        /* of aggregates */
	struct monotime started; /* the last run that finished */
	char order[64]; /* the first letters of the jobs that finished, in that order */
};

static void
scheduler_on_finished(void *arg, struct job *job, const struct check_result *result)
{
	struct world *world = arg;
	struct check_transition transition;
	size_t len = strlen(world->order);

	check_apply(&job->check, &job->definition->policy, result, &transition);
	world->started = result->started;
	if (len + 1 < sizeof(world->order))
		world->order[len] = job->definition->name[0];
}

static void
scheduler_on_changed(void *arg, struct job *job)
{
	(void)arg;
	(void)job;
}

static void
scheduler_on_due(void *arg, struct job *job)
{
	struct world *world = arg;

	(void)job;
	world->due_count++;
}

static void
set_limits(struct world *world, unsigned parallel, unsigned processes, unsigned probes)
{
	const struct scheduler_limits limits = {
		.parallel = parallel, .processes = processes, .probes = probes};

	scheduler_set_limits(world->scheduler, &limits);
}

static int
set_up(void **state)
{
	static const struct scheduler_callbacks callbacks = {
		.finished = scheduler_on_finished,
		.changed = scheduler_on_changed,
		.due = scheduler_on_due,
	};
	struct world *world = xcalloc(1, sizeof(*world));

	world->fixture = fixture_new();
	world->workers = workers_new(world->fixture->base, world->fixture->runner);
	world->scheduler = scheduler_new(world->fixture->base,
		&(const struct means){
			world->fixture->runner, world->fixture->prober, world->workers},
		&callbacks, world);
	set_limits(world, 64, 1000, 1000);
	*state = world;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;

	runner_free(world->fixture->runner);
	prober_free(world->fixture->prober);
	world->fixture->prober = NULL;
	world->fixture->runner = NULL;
	scheduler_free(world->scheduler);
	workers_free(world->workers);
	for (size_t i = 0; i < world->hired_count; i++)
		worker_definition_unref(world->hired[i]);
	world->fixture->runner = runner_new(world->fixture->base, world->fixture->spawner, 1);
	fixture_free(world->fixture);
	free(world);
	return 0;
}

/* A check of a shell script; interval and timeout are long, if the test says nothing. */
static struct definition *
define(const char *name, const char *script, uint64_t interval_ms)
{
	struct definition *definition = check_of_script(script);

	free(definition->name);
	definition->name = xstrdup(name);
	definition->is_enabled = true;
	definition->interval_ms = interval_ms;
	definition->retry_ms = interval_ms;
	definition->command->grace_ms = 100;
	definition->policy = (struct check_policy){
		.confirm = 1,
		.codes = codes_ref(codes_builtin("plugin")),
		.on_timeout = CHECK_STATE_CRITICAL,
		.on_signal = CHECK_STATE_CRITICAL,
		.on_start_failure = CHECK_STATE_UNKNOWN,
	};
	return definition;
}

static bool
has_run(void *arg)
{
	const struct world *world = arg;

	return world->watched->check.runs >= world->wanted;
}

static bool
has_missed(void *arg)
{
	const struct world *world = arg;

	return world->watched->missed_runs >= world->wanted;
}

static bool
has_finished(void *arg)
{
	const struct world *world = arg;

	return strlen(world->order) >= world->wanted;
}

static bool
is_running(void *arg)
{
	const struct world *world = arg;

	return world->watched->run_state == CHECK_RUN_STATE_RUNNING &&
	       world->watched->slot != NULL && runner_count(world->fixture->runner) > 0;
}

static bool
is_queued(void *arg)
{
	return ((const struct world *)arg)->watched->run_state == CHECK_RUN_STATE_QUEUED;
}

static bool
is_idle(void *arg)
{
	return ((const struct world *)arg)->watched->run_state == CHECK_RUN_STATE_IDLE;
}

static bool
is_work_begun(void *arg)
{
	return ((const struct world *)arg)->watched->run_state == CHECK_RUN_STATE_RUNNING;
}

static bool
is_nothing_running(void *arg)
{
	return runner_count(((const struct world *)arg)->fixture->runner) == 0;
}

static void
wait_for(struct world *world, struct job *job, bool (*condition)(void *arg), size_t wanted)
{
	world->watched = job;
	world->wanted = wanted;
	assert_true(fixture_wait(world->fixture, condition, world));
}

static void
a_check_runs_again_and_again_in_its_phase(void **state)
{
	struct world *world = *state;
	struct job job;

	job_init(&job, world->scheduler, define("often", "exit 0", 100), NULL);
	wait_for(world, &job, has_run, 1);
	int64_t first_due = job.upcoming.due.ns;
	wait_for(world, &job, has_run, 6);
	assert_int_equal((job.upcoming.due.ns - first_due) % (100 * NS_PER_MS), 0);
	assert_int_equal((job.upcoming.due.ns - job.schedule.phase_ns) % (100 * NS_PER_MS), 0);
	job_deinit(&job);
}

static void
due_times_during_a_run_are_missed_and_not_doubled(void **state)
{
	struct world *world = *state;
	struct job job;

	job_init(&job, world->scheduler, define("slow", "sleep 1", 100), NULL);
	wait_for(world, &job, has_run, 1);
	assert_in_range(job.missed_runs, 8, 11);
	assert_int_equal(
		scheduler_read(world->scheduler, monotime_now()).missed_runs, job.missed_runs);
	job_deinit(&job);
}

static void
no_more_than_the_limit_run_at_once_and_the_others_wait(void **state)
{
	struct world *world = *state;
	struct job jobs[3];
	struct scheduler_figures figures;

	set_limits(world, 1, 1, 1);
	job_init(&jobs[0], world->scheduler, define("a0", "sleep 0.5", 300), NULL);
	wait_for(world, &jobs[0], is_running, 0);
	job_init(&jobs[1], world->scheduler, define("b0", "exit 0", 100), NULL);
	wait_for(world, &jobs[1], is_queued, 0);
	job_init(&jobs[2], world->scheduler, define("c0", "exit 0", 100), NULL);
	wait_for(world, &jobs[2], is_queued, 0);
	figures = scheduler_read(world->scheduler, monotime_now());
	assert_int_equal(figures.running, 1);
	assert_int_equal(figures.queued, 2);
	wait_for(world, NULL, has_finished, 3);
	world->order[3] = '\0';
	assert_string_equal(world->order, "abc");
	for (int i = 0; i < 3; i++)
		job_deinit(&jobs[i]);
}

static void
a_due_time_that_passes_while_a_check_waits_is_missed(void **state)
{
	struct world *world = *state;
	struct job jobs[2];

	set_limits(world, 1, 1, 1);
	job_init(&jobs[0], world->scheduler, define("a0", "sleep 0.8", 300), NULL);
	wait_for(world, &jobs[0], is_running, 0);
	job_init(&jobs[1], world->scheduler, define("b0", "exit 0", 100), NULL);
	wait_for(world, &jobs[1], is_queued, 0);
	wait_for(world, &jobs[1], has_missed, 3);
	assert_int_equal(jobs[1].check.runs, 0);
	wait_for(world, &jobs[1], has_run, 1);
	assert_true(jobs[1].check.last_lateness_ms >= 200);
	for (int i = 0; i < 2; i++)
		job_deinit(&jobs[i]);
}

static void
a_run_that_lasts_longer_than_a_second_takes_no_slot_from_the_others(void **state)
{
	struct world *world = *state;
	struct job hung, quick;

	set_limits(world, 1, 10, 1);
	job_init(&hung, world->scheduler, define("hung", "sleep 15", 100), NULL);
	wait_for(world, &hung, is_running, 0);
	job_init(&quick, world->scheduler, define("quick", "exit 0", 100), NULL);
	wait_for(world, &quick, has_run, 3);
	assert_int_equal(hung.run_state, CHECK_RUN_STATE_RUNNING);
	job_deinit(&hung);
	job_deinit(&quick);
}

static void
a_check_that_is_wanted_now_runs_beside_its_schedule(void **state)
{
	struct world *world = *state;
	struct job job;

	job_init(&job, world->scheduler, define("seldom", "exit 0", 2592000000), NULL);
	struct monotime due = job.upcoming.due;

	job_run_now(&job);
	job_run_now(&job);
	wait_for(world, &job, is_idle, 0);
	assert_int_equal(job.check.runs, 1);
	assert_int_equal(job.upcoming.due.ns, due.ns);
	job_deinit(&job);
}

static void
a_check_that_is_wanted_while_it_runs_runs_again(void **state)
{
	struct world *world = *state;
	struct job job;

	job_init(&job, world->scheduler, define("seldom", "sleep 0.2", 2592000000), NULL);
	job_run_now(&job);
	wait_for(world, &job, is_running, 0);
	struct monotime wanted = monotime_now();

	job_run_now(&job);
	wait_for(world, &job, has_run, 2);
	assert_true(world->started.ns >= wanted.ns);
	wait_for(world, &job, is_idle, 0);
	assert_int_equal(job.check.runs, 2);
	job_deinit(&job);
}

/* A worker of a shell script, whose only reference is the workers'. */
static void
hire(struct world *world, const char *name, const char *script, unsigned in_flight)
{
	struct worker_definition *worker = worker_definition_new();

	definition_unref(worker->process);
	worker->process = define(name, script, 0);
	worker->processes = 1;
	worker->in_flight = in_flight;
	worker->patience_ms = 20000;
	world->hired[world->hired_count++] = worker;
	workers_apply(world->workers, world->hired, world->hired_count);
}

static struct definition *
define_worked(struct world *world, const char *name, size_t hired, uint64_t interval_ms)
{
	struct definition *definition = define(name, "", interval_ms);

	definition->type = CHECK_TYPE_WORKER;
	definition->worker = worker_definition_ref(world->hired[hired]);
	return definition;
}

static void
checks_of_a_worker_run_on_schedule(void **state)
{
	struct world *world = *state;
	struct job jobs[2];

	hire(world, "w0", "while read -r n x; do echo $n 1 ok; done", 1);
	for (int i = 0; i < 2; i++)
		job_init(&jobs[i], world->scheduler, define_worked(world, "a0", 0, 100), NULL);
	wait_for(world, &jobs[0], has_run, 3);
	wait_for(world, &jobs[1], has_run, 3);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(jobs[i].check.last_status, 1);
		assert_string_equal(jobs[i].check.last_output, "ok");
		job_deinit(&jobs[i]);
	}
	assert_int_equal(scheduler_read(world->scheduler, monotime_now()).running, 0);
}

static void
a_check_that_its_worker_has_no_room_for_waits_and_holds_up_no_other(void **state)
{
	struct world *world = *state;
	struct job slow, waiting, other;

	hire(world, "w0", "read -r n x; sleep 0.5; echo $n 0; cat", 1);
	hire(world, "w1", "while read -r n x; do echo $n 0; done", 1);
	job_init(&slow, world->scheduler, define_worked(world, "a0", 0, 2592000000), NULL);
	job_init(&waiting, world->scheduler, define_worked(world, "b0", 0, 100), NULL);
	job_init(&other, world->scheduler, define_worked(world, "c0", 1, 100), NULL);
	agenda_remove(world->scheduler->agenda, &waiting.upcoming);
	job_run_now(&slow);
	job_run_now(&waiting);
	wait_for(world, &other, has_run, 2);
	assert_int_equal(slow.run_state, CHECK_RUN_STATE_RUNNING);
	assert_int_equal(waiting.run_state, CHECK_RUN_STATE_QUEUED);
	assert_int_equal(scheduler_read(world->scheduler, monotime_now()).queued, 1);
	wait_for(world, &slow, has_run, 1);
	wait_for(world, &waiting, is_work_begun, 0);
	assert_true(monotime_ms_between(waiting.due, monotime_now()) >= 400);
	job_deinit(&slow);
	job_deinit(&waiting);
	job_deinit(&other);
}

static void
checks_of_a_worker_that_does_not_start_fail_on_schedule(void **state)
{
	struct world *world = *state;
	struct job job;

	hire(world, "w0", "", 1);
	free(world->hired[0]->process->command->argv[0]);
	world->hired[0]->process->command->argv[0] = xstrdup("/no/program");
	job_init(&job, world->scheduler, define_worked(world, "a0", 0, 100), NULL);
	wait_for(world, &job, has_run, 5);
	assert_int_equal(job.check.last_outcome, CHECK_OUTCOME_START_FAILED);
	assert_int_equal(job.check.state, CHECK_STATE_UNKNOWN);
	assert_int_equal(job.check.failures, job.check.runs);
	job_deinit(&job);
}

static void
a_redefined_check_goes_to_its_new_worker(void **state)
{
	struct world *world = *state;
	struct job job;

	hire(world, "w0", "cat >/dev/null", 1);
	hire(world, "w1", "while read -r n x; do echo $n 0 second; done", 1);
	job_init(&job, world->scheduler, define_worked(world, "a0", 0, 2592000000), NULL);
	job_run_now(&job);
	wait_for(world, &job, is_work_begun, 0);
	job_redefine(&job, define_worked(world, "a0", 1, 2592000000));
	wait_for(world, &job, is_idle, 0);
	assert_int_equal(job.check.runs, 0);
	job_run_now(&job);
	wait_for(world, &job, has_run, 1);
	assert_string_equal(job.check.last_output, "second");
	job_deinit(&job);
}

static void
a_check_that_is_wanted_soon_runs_within_a_minute_or_when_it_is_due(void **state)
{
	struct world *world = *state;
	struct check ran;
	struct job jobs[2];

	for (int i = 0; i < 2; i++) {
		check_init(&ran);
		ran.last_outcome = CHECK_OUTCOME_EXITED;
		ran.last_ran_boot = boottime_now();
		job_init(&jobs[i], world->scheduler,
			define("seldom", "exit 0", i == 0 ? 2592000000 : 1000), &ran);
		check_deinit(&ran);
	}
	struct monotime due = jobs[1].upcoming.due, now = monotime_now();

	job_run_soon(&jobs[0]);
	assert_true(jobs[0].upcoming.due.ns <= now.ns + 61 * NS_PER_S);
	job_run_soon(&jobs[1]);
	assert_true(jobs[1].upcoming.due.ns <= due.ns);
	for (int i = 0; i < 2; i++)
		job_deinit(&jobs[i]);
}

static bool
is_due_twice(void *arg)
{
	return ((const struct world *)arg)->due_count >= 2;
}

static void
an_aggregate_is_said_to_be_due_and_a_passive_check_never_is(void **state)
{
	struct world *world = *state;
	struct definition *definitions[] = {define("sum", "", 100), define("mail", "", 100)};
	struct job jobs[2];

	definitions[0]->type = CHECK_TYPE_AGGREGATE;
	definitions[1]->type = CHECK_TYPE_PASSIVE;
	for (int i = 0; i < 2; i++)
		job_init(&jobs[i], world->scheduler, definitions[i], NULL);
	assert_false(agenda_has(&jobs[1].upcoming));
	wait_for(world, &jobs[0], is_due_twice, 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(jobs[i].check.runs, 0);
		assert_int_equal(jobs[i].run_state, CHECK_RUN_STATE_IDLE);
		assert_false(job_is_runnable(&jobs[i]));
		job_deinit(&jobs[i]);
	}
}

static void
an_unconfirmed_result_brings_the_next_run_at_retry(void **state)
{
	struct world *world = *state;
	struct job job;
	struct definition *definition = define("retried", "exit 2", 60000);
	struct check_transition transition;
	struct check_result ok = {
		.outcome = CHECK_OUTCOME_EXITED, .finished = instant_now(), .output = ""};

	definition->policy.confirm = 3;
	definition->retry_ms = 100;
	/* Its state is ok before, so that each failure has to be confirmed. */
	job_init(&job, world->scheduler, definition, NULL);
	check_apply(&job.check, &definition->policy, &ok, &transition);
	agenda_put(world->scheduler->agenda, &job.upcoming, monotime_now());
	wait_for(world, &job, has_run, 4);
	assert_int_equal(job.check.state, CHECK_STATE_CRITICAL);
	assert_int_equal(job.check.attempt, 0);
	job_deinit(&job);
}

static void
a_disabled_check_does_not_run(void **state)
{
	struct world *world = *state;
	struct job off, other;
	struct definition *definition = define("off", "exit 0", 100);

	definition->is_enabled = false;
	job_init(&off, world->scheduler, definition, NULL);
	job_init(&other, world->scheduler, define("other", "exit 0", 100), NULL);
	wait_for(world, &other, has_run, 5);
	assert_int_equal(off.check.runs, 0);
	assert_int_equal(off.run_state, CHECK_RUN_STATE_IDLE);
	job_redefine(&off, define("off", "exit 0", 100));
	wait_for(world, &off, has_run, 1);
	job_deinit(&off);
	job_deinit(&other);
}

static void
a_new_definition_ends_the_run_without_a_result_and_keeps_the_counters(void **state)
{
	struct world *world = *state;
	struct job job;

	job_init(&job, world->scheduler, define("job", "exit 1", 100), NULL);
	wait_for(world, &job, has_run, 2);
	job_redefine(&job, define("job", "sleep 30", 100));
	wait_for(world, &job, is_running, 0);

	uint64_t runs = job.check.runs;

	job_redefine(&job, define("job", "exit 0", 60000));
	assert_int_equal(job.run_state, CHECK_RUN_STATE_STOPPING);
	wait_for(world, &job, is_idle, 0);
	assert_int_equal(job.check.runs, runs);
	assert_int_equal(job.check.last_status, 1);
	job_deinit(&job);
}

static void
a_job_that_leaves_ends_its_run(void **state)
{
	struct world *world = *state;
	struct job job;

	job_init(&job, world->scheduler, define("job", "sleep 30", 100), NULL);
	wait_for(world, &job, is_running, 0);
	job_deinit(&job);
	assert_true(fixture_wait(world->fixture, is_nothing_running, world));
	assert_string_equal(world->order, "");
	assert_int_equal(scheduler_read(world->scheduler, monotime_now()).running, 0);
}

static void
a_job_that_leaves_while_it_waits_is_not_started(void **state)
{
	struct world *world = *state;
	struct job jobs[2];

	set_limits(world, 1, 1, 1);
	job_init(&jobs[0], world->scheduler, define("a0", "sleep 0.3", 100), NULL);
	wait_for(world, &jobs[0], is_running, 0);
	job_init(&jobs[1], world->scheduler, define("b0", "exit 0", 100), NULL);
	wait_for(world, &jobs[1], is_queued, 0);
	job_deinit(&jobs[1]);
	wait_for(world, &jobs[0], has_run, 2);
	assert_null(strchr(world->order, 'b'));
	job_deinit(&jobs[0]);
}

/* A probe that takes its time: it waits for what nobody says. */
static struct definition *
define_waiting_probe(struct world *world, const char *name, int *ret_listener)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct definition *definition = define(name, "", 100);
	char *path = fixture_path(world->fixture, name);

	strcpy(address.sun_path, path);
	*ret_listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
		bind(*ret_listener, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(*ret_listener, 4), 0);
	definition->type = CHECK_TYPE_UNIX;
	definition->timeout_ms = 20000;
	definition->probe = probe_new();
	definition->probe->path = path;
	definition->probe->expect = xstrdup("what never comes");
	return definition;
}

static struct definition *
define_quick_probe(const char *name)
{
	struct definition *definition = define(name, "", 100);

	definition->type = CHECK_TYPE_UNIX;
	definition->probe = probe_new();
	definition->probe->path = xstrdup("/nonexistent/socket");
	return definition;
}

static bool
is_at_work(void *arg)
{
	return ((const struct world *)arg)->watched->run_state == CHECK_RUN_STATE_RUNNING;
}

static void
a_probe_waits_for_no_command(void **state)
{
	struct world *world = *state;
	struct job command, probe;

	set_limits(world, 1, 1, 1);
	job_init(&command, world->scheduler, define("command", "sleep 15", 100), NULL);
	wait_for(world, &command, is_running, 0);
	job_init(&probe, world->scheduler, define_quick_probe("probe"), NULL);
	wait_for(world, &probe, has_run, 3);
	assert_int_equal(probe.check.last_status, PROBE_STATUS_ABSENT);
	job_deinit(&command);
	job_deinit(&probe);
}

static void
no_more_probes_than_the_limit_are_at_work(void **state)
{
	struct world *world = *state;
	struct job waiting, queued;
	int listener;

	set_limits(world, 1, 1, 1);
	job_init(&waiting, world->scheduler, define_waiting_probe(world, "wait", &listener),
		NULL);
	wait_for(world, &waiting, is_at_work, 0);
	job_init(&queued, world->scheduler, define_quick_probe("queued"), NULL);
	wait_for(world, &queued, is_queued, 0);
	set_limits(world, 1, 1, 2);
	wait_for(world, &queued, has_run, 1);
	job_deinit(&waiting);
	job_deinit(&queued);
	close(listener);
}

static void
a_probe_may_become_a_command(void **state)
{
	struct world *world = *state;
	struct job job;
	int listener;

	job_init(&job, world->scheduler, define_waiting_probe(world, "both", &listener), NULL);
	wait_for(world, &job, is_at_work, 0);
	job_redefine(&job, define("both", "exit 3", 100));
	wait_for(world, &job, has_run, 1);
	assert_int_equal(job.check.last_status, 3);
	job_deinit(&job);
	close(listener);
}

#define SCHEDULER_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCHEDULER_TEST(a_check_runs_again_and_again_in_its_phase),
		SCHEDULER_TEST(due_times_during_a_run_are_missed_and_not_doubled),
		SCHEDULER_TEST(no_more_than_the_limit_run_at_once_and_the_others_wait),
		SCHEDULER_TEST(a_due_time_that_passes_while_a_check_waits_is_missed),
		SCHEDULER_TEST(
			a_run_that_lasts_longer_than_a_second_takes_no_slot_from_the_others),
		SCHEDULER_TEST(a_check_that_is_wanted_now_runs_beside_its_schedule),
		SCHEDULER_TEST(a_check_that_is_wanted_while_it_runs_runs_again),
		SCHEDULER_TEST(
			a_check_that_is_wanted_soon_runs_within_a_minute_or_when_it_is_due),
		SCHEDULER_TEST(checks_of_a_worker_run_on_schedule),
		SCHEDULER_TEST(
			a_check_that_its_worker_has_no_room_for_waits_and_holds_up_no_other),
		SCHEDULER_TEST(checks_of_a_worker_that_does_not_start_fail_on_schedule),
		SCHEDULER_TEST(a_redefined_check_goes_to_its_new_worker),
		SCHEDULER_TEST(an_aggregate_is_said_to_be_due_and_a_passive_check_never_is),
		SCHEDULER_TEST(an_unconfirmed_result_brings_the_next_run_at_retry),
		SCHEDULER_TEST(a_disabled_check_does_not_run),
		SCHEDULER_TEST(
			a_new_definition_ends_the_run_without_a_result_and_keeps_the_counters),
		SCHEDULER_TEST(a_job_that_leaves_ends_its_run),
		SCHEDULER_TEST(a_job_that_leaves_while_it_waits_is_not_started),
		SCHEDULER_TEST(a_probe_waits_for_no_command),
		SCHEDULER_TEST(no_more_probes_than_the_limit_are_at_work),
		SCHEDULER_TEST(a_probe_may_become_a_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
