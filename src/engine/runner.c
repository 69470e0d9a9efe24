/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The set of runs. How one lives is in run.c.
 */
#include "runner.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utlist.h>

#include "run.h"
#include "spawn_report.h"
#include "util.h"

/* How long runner_free waits for all processes together. */
#define FREE_WAIT_NS NS_PER_S

static struct run *
run_new(struct runner *runner, struct definition *definition,
	const struct run_callbacks *callbacks, void *arg)
{
	struct run *run = xcalloc(1, sizeof(*run));

	run->runner = runner;
	run->definition = definition_ref(definition);
	run->callbacks = *callbacks;
	run->arg = arg;
	run->started = instant_now();
	run->pidfd = -1;
	for (int i = 0; i < RUN_STREAM_COUNT; i++)
		run->streams[i].fd = -1;
	DL_APPEND(runner->runs, run);
	runner->count++;
	return run;
}

struct run *
runner_start(struct runner *runner, struct definition *definition,
	const struct run_callbacks *callbacks, void *arg)
{
	struct run *run = run_new(runner, definition, callbacks, arg);

	run_start(run);
	return run;
}

struct run *
runner_start_lasting(struct runner *runner, struct definition *definition,
	const struct run_wiring *wiring, const struct run_callbacks *callbacks, void *arg)
{
	struct run *run = run_new(runner, definition, callbacks, arg);

	run_start_lasting(run, wiring);
	return run;
}

struct runner *
runner_new(struct event_base *base, struct spawner *spawner, size_t output_limit)
{
	struct runner *runner = xcalloc(1, sizeof(*runner));

	runner->base = base;
	runner->spawner = spawner;
	runner->agenda = agenda_new(base, run_on_state_end);
	runner->output_limit = output_limit;
	runner->is_root = geteuid() == 0;
	run_young_init(&runner->young, base);
	return runner;
}

/* All are killed before the first is waited for. */
static void
kill_all(struct runner *runner)
{
	struct run *run;

	DL_FOREACH(runner->runs, run) {
		if (run->pid > 0)
			kill(-run->pid, SIGKILL);
		if (run->job != NULL)
			spawner_forget(runner->spawner, run->job);
	}
}

static void
discard(struct run *run, struct monotime deadline)
{
	int64_t left_ms = (deadline.ns - monotime_now().ns) / NS_PER_MS;

	if (run->pid > 0) {
		run_release(run);
		spawn_discard(run->pid, run->pidfd, left_ms > 0 ? (int)left_ms : 0);
		run->pidfd = -1;
	}
	run_free(run);
}

void
runner_free(struct runner *runner)
{
	struct monotime deadline = {.ns = monotime_now().ns + FREE_WAIT_NS};
	struct run *run, *next;

	if (runner == NULL)
		return;
	kill_all(runner);
	DL_FOREACH_SAFE(runner->runs, run, next)
		discard(run, deadline);
	run_young_deinit(&runner->young);
	agenda_free(runner->agenda);
	free(runner);
}

void
runner_set_output_limit(struct runner *runner, size_t output_limit)
{
	runner->output_limit = output_limit;
}

size_t
runner_count(const struct runner *runner)
{
	return runner->count;
}

static bool
is_ours(const struct runner *runner, pid_t pid)
{
	const struct run *run;

	DL_FOREACH(runner->runs, run) {
		if (run->pid == pid)
			return true;
	}
	return false;
}

/* __WNOTHREAD leaves out the children of the spawner's threads, which are all of ours. */
void
runner_reap_strangers(struct runner *runner, pid_t other)
{
	const int options = WEXITED | WNOHANG | WNOWAIT | __WNOTHREAD;

	for (;;) {
		siginfo_t info = {.si_pid = 0};
		if (waitid(P_ALL, 0, &info, options) != 0 || info.si_pid == 0)
			return;
		if (info.si_pid == other || is_ours(runner, info.si_pid))
			return;
		waitpid(info.si_pid, NULL, WNOHANG);
	}
}
