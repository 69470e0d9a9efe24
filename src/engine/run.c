/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run goes from one state to the next by what the spawner, its process, its output and
 * one timer tell; the timer means what the state says. A process group is signalled as
 * long as its leader is not reaped, so that its number cannot be another's.
 */
#include "run.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utlist.h>

#include "log.h"
#include "run_environment.h"
#include "run_output.h"
#include "util.h"

/* How long a process may take to die of SIGKILL before its run is called done. */
#define KILL_WAIT_MS 2000

/* How long a grandchild that left the group may keep a pipe open after the run's exit. */
#define LINGER_MS 100

/* How often a process is looked at that is dead and in the hands of a tracer. */
#define TRACED_INTERVAL_MS 50

#define NO_TIMER           (-1)

static const char *const state_names[] = {
	[RUN_NEW] = "new",
	[RUN_REFUSED] = "refused",
	[RUN_SPAWNING] = "spawning",
	[RUN_ABANDONED] = "abandoned",
	[RUN_RUNNING] = "running",
	[RUN_TERMINATING] = "terminating",
	[RUN_KILLED] = "killed",
	[RUN_STUCK] = "stuck",
	[RUN_DRAINING] = "draining",
	[RUN_GONE] = "gone",
};
static_assert(ARRAY_LEN(state_names) == RUN_STATE_COUNT, "every state has a name");

/* How long a run may be in its state before run_on_state_end takes it on. */
static int64_t
state_time_ms(const struct run *run)
{
	switch (run->state) {
	case RUN_REFUSED:
		return 0;
	case RUN_SPAWNING:
		return (int64_t)run->definition->timeout_ms;
	case RUN_RUNNING:
		return run->is_lasting ? NO_TIMER : (int64_t)run->definition->timeout_ms;
	case RUN_TERMINATING:
		return (int64_t)run->definition->command->grace_ms;
	case RUN_KILLED:
		return KILL_WAIT_MS;
	case RUN_DRAINING:
		return LINGER_MS;
	case RUN_NEW:
	case RUN_ABANDONED:
	case RUN_STUCK:
	case RUN_GONE:
	case RUN_STATE_COUNT:
		break;
	}
	return NO_TIMER;
}

static void
set_state(struct run *run, enum run_state state)
{
	log_debug("run of %s: is %s, was %s", run->definition->name, state_names[state],
		state_names[run->state]);
	run->state = state;
	int64_t time_ms = state_time_ms(run);
	struct monotime end = {.ns = monotime_now().ns + time_ms * NS_PER_MS};
	if (time_ms != NO_TIMER)
		agenda_put(run->runner->agenda, &run->state_end, end);
	else
		agenda_remove(run->runner->agenda, &run->state_end);
}

static enum check_outcome
outcome_of(const struct run *run)
{
	if (run->is_timed_out)
		return CHECK_OUTCOME_TIMED_OUT;
	if (run->reason[0] != '\0')
		return CHECK_OUTCOME_START_FAILED;
	return run->end.si_code == CLD_EXITED ? CHECK_OUTCOME_EXITED : CHECK_OUTCOME_SIGNALED;
}

static struct run_text
text_of(const struct capture *stream)
{
	return (struct run_text){stream->text, stream->len};
}

static bool
is_full(const struct capture *stream)
{
	return stream->len > 0 && stream->len == stream->limit;
}

static void
tell_done(struct run *run)
{
	CLEANUP(run_output_deinit) struct run_output output = {.perfdata = NULL};

	if (run->is_done || run->is_stopped)
		return;
	run->is_done = true;

	struct run_result result = {
		.outcome = outcome_of(run),
		.status = CHECK_STATUS_NONE,
		.started = run->started,
		.finished = instant_now(),
		.output = output.text,
		.whole_output = text_of(&run->streams[RUN_STREAM_OUT]),
		.error_output = text_of(&run->streams[RUN_STREAM_ERR]),
		.is_truncated = is_full(&run->streams[RUN_STREAM_OUT]) ||
				is_full(&run->streams[RUN_STREAM_ERR]),
	};
	run_output_read(run, result.outcome == CHECK_OUTCOME_EXITED, &output);
	result.perfdata = output.perfdata;
	if (result.outcome == CHECK_OUTCOME_EXITED)
		result.status = run->end.si_status;
	if (result.outcome == CHECK_OUTCOME_SIGNALED)
		result.signal = run->end.si_status;
	result.duration_ms = monotime_ms_between(result.started.mono, result.finished.mono);
	run->callbacks.done(run->arg, &result);
}

void
run_release(struct run *run)
{
	if (event_initialized(&run->traced_timer))
		event_del(&run->traced_timer);
	if (run->process != NULL)
		spawner_release(run->runner->spawner, STEAL(run->process));
}

void
run_free(struct run *run)
{
	run_release(run);
	agenda_remove(run->runner->agenda, &run->state_end);
	run_young_remove(run);
	util_closep(&run->pidfd);
	for (int i = 0; i < RUN_STREAM_COUNT; i++)
		capture_deinit(&run->streams[i]);
	DL_DELETE(run->runner->runs, run);
	run->runner->count--;
	definition_unref(run->definition);
	free(run);
}

/* Frees the run. It is gone before it tells, so that a callback may still call run_stop. */
static void
finish(struct run *run)
{
	set_state(run, RUN_GONE);
	tell_done(run);
	struct run_callbacks callbacks = run->callbacks;
	void *arg = run->arg;
	run_free(run);
	callbacks.gone(arg);
}

/* Only while the leader is not reaped; 0 would be the daemon's own group. */
static void
signal_group(const struct run *run, int number)
{
	assert(run->pid > 0);
	kill(-run->pid, number);
}

/* A stopped group takes SIGTERM only after SIGCONT. */
static void
terminate(struct run *run)
{
	signal_group(run, SIGTERM);
	signal_group(run, SIGCONT);
	set_state(run, RUN_TERMINATING);
}

static void
kill_group(struct run *run)
{
	signal_group(run, SIGKILL);
	set_state(run, RUN_KILLED);
}

static void
abandon(struct run *run)
{
	set_state(run, RUN_ABANDONED);
	spawner_cancel(run->runner->spawner, run->job);
}

static void
time_out(struct run *run)
{
	run->is_timed_out = true;
	if (run->state == RUN_RUNNING) {
		terminate(run);
		return;
	}
	snprintf(run->reason, sizeof(run->reason), "still starting after %g s",
		(double)run->definition->timeout_ms / 1000);
	abandon(run);
	tell_done(run);
}

void
run_on_state_end(struct agenda_item *item)
{
	struct run *run = (struct run *)((char *)item - offsetof(struct run, state_end));

	switch (run->state) {
	case RUN_SPAWNING:
	case RUN_RUNNING:
		time_out(run);
		break;
	case RUN_TERMINATING:
		kill_group(run);
		break;
	case RUN_KILLED:
		set_state(run, RUN_STUCK);
		tell_done(run);
		break;
	case RUN_REFUSED:
	case RUN_DRAINING:
		finish(run);
		break;
	case RUN_NEW:
	case RUN_ABANDONED:
	case RUN_STUCK:
	case RUN_GONE:
	case RUN_STATE_COUNT:
		break;
	}
}

static bool
is_output_ended(const struct run *run)
{
	return capture_is_ended(&run->streams[RUN_STREAM_OUT]) &&
	       capture_is_ended(&run->streams[RUN_STREAM_ERR]);
}

static void
stream_on_ended(void *arg)
{
	struct run *run = arg;

	if (run->state == RUN_DRAINING && is_output_ended(run))
		finish(run);
}

/*
 * Of a leader that is dead. What is left of its group goes first: the number is theirs until
 * it is reaped. False where it cannot be reaped yet.
 */
static bool
reap(struct run *run)
{
	signal_group(run, SIGKILL);
	run->end.si_pid = 0;
	int result = waitid(P_PID, (id_t)run->pid, &run->end, WEXITED | WNOHANG);
	assert(result == 0);
	if (result != 0 || run->end.si_pid == 0)
		return false;
	run->pid = 0;
	run_release(run);
	util_closep(&run->pidfd);
	run->pidfd = -1;
	return true;
}

static void
end_process(struct run *run)
{
	for (int i = 0; i < RUN_STREAM_COUNT; i++)
		capture_drain(&run->streams[i]);
	if (run->is_done || run->is_stopped || is_output_ended(run)) {
		finish(run);
		return;
	}
	run_young_watch(run);
	set_state(run, RUN_DRAINING);
}

static void traced_on_timer(evutil_socket_t fd, short what, void *arg);

/* One that died under a tracer is told before its parent may have it: a timer asks again. */
static void
run_on_ended(void *arg)
{
	static const struct timeval interval = {.tv_usec = TRACED_INTERVAL_MS * 1000};
	struct run *run = arg;

	if (reap(run)) {
		end_process(run);
		return;
	}
	evtimer_assign(&run->traced_timer, run->runner->base, traced_on_timer, run);
	if (event_add(&run->traced_timer, &interval) != 0)
		abort();
}

static void
traced_on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	run_on_ended(arg);
}

static void
begin(struct run *run, const struct spawn_result *result)
{
	run->process = STEAL(run->job);
	run->pid = result->pid;
	run->pidfd = result->pidfd;
	if (!is_output_ended(run))
		run_young_add(run, result->started.mono);
}

static void
run_on_spawned(void *arg, const struct spawn_result *result)
{
	struct run *run = arg;
	bool is_wanted = run->state == RUN_SPAWNING;

	if (result->pid == 0) {
		run->job = NULL;
		if (is_wanted)
			memcpy(run->reason, result->reason, sizeof(run->reason));
		finish(run);
		return;
	}
	begin(run, result);
	if (is_wanted) {
		run->started = result->started;
		set_state(run, RUN_RUNNING);
	} else {
		kill_group(run);
	}
}

static void
request(struct run *run, const struct run_wiring *wiring, bool owns_fds)
{
	const struct command *command = run->definition->command;
	const struct runner *runner = run->runner;
	CLEANUP_FREE char **env = run_environment_new(run->definition);
	const struct spawn_request request = {
		.argv = command->argv,
		.env = env,
		.directory = command->directory,
		.has_identity = command->user != NULL && runner->is_root,
		.uid = command->uid,
		.gid = command->gid,
		.groups = command->groups,
		.group_count = command->group_count,
		.nice = command->nice,
		.memory_limit = command->memory_limit,
		.cpu_limit_s = command->cpu_limit_s,
		.is_path_checked = runner->is_root && !command->is_insecure,
		.owns_fds = owns_fds,
		.stdin_fd = wiring->stdin_fd,
		.stdout_fd = wiring->stdout_fd,
		.stderr_fd = wiring->stderr_fd,
		.extra_fd = -1,
		.ended = run_on_ended,
	};

	run->job = spawner_start(runner->spawner, &request, run_on_spawned, run);
	set_state(run, RUN_SPAWNING);
}

/* Only our end is non-blocking: scripts do not expect it of theirs. */
static int
open_stream(struct run *run, enum run_stream stream, int *ret_write_fd)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) != 0)
		return -errno;
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	capture_init(
		&run->streams[stream], fds[0], run->runner->output_limit, stream_on_ended, run);
	*ret_write_fd = fds[1];
	return 0;
}

void
run_start(struct run *run)
{
	struct run_wiring wiring = {-1, -1, -1};
	int result = open_stream(run, RUN_STREAM_OUT, &wiring.stdout_fd);

	if (result == 0)
		result = open_stream(run, RUN_STREAM_ERR, &wiring.stderr_fd);
	if (result == 0) {
		request(run, &wiring, true);
		return;
	}
	util_closep(&wiring.stdout_fd);
	errno = -result;
	snprintf(run->reason, sizeof(run->reason), "pipe: %m");
	set_state(run, RUN_REFUSED);
}

void
run_start_lasting(struct run *run, const struct run_wiring *wiring)
{
	run->is_lasting = true;
	request(run, wiring, false);
}

void
run_stop(struct run *run)
{
	run->is_stopped = true;
	if (run->state == RUN_RUNNING)
		terminate(run);
	else if (run->state == RUN_SPAWNING)
		abandon(run);
}
