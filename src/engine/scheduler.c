/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each job has one timer, always armed for its next due time. A job that is due waits in
 * the queue for a slot; timers fire in due order, so the queue is in due order too. Probes
 * have a queue and slots of their own: they cost no process, so they wait for none.
 *
 * A slot is held from start to end of a run. In its first second it is young and counts
 * against `parallel`; then it is old and counts against `processes`, so that hung scripts
 * take no slot from the others. A run whose process even SIGKILL does not end counts
 * against neither.
 */
#include "scheduler.h"

#include <assert.h>
#include <utlist.h>

#include "util.h"

#define YOUNG_NS NS_PER_S

enum slot_age {
	SLOT_YOUNG,
	SLOT_OLD,
	SLOT_PROBE,
	SLOT_STUCK, /* its result is told, its process or thread is not gone */
	SLOT_AGES,
};

enum lane {
	LANE_COMMANDS,
	LANE_PROBES,
	LANES,
};

/* The jobs that wait for a slot. */
struct queue {
	struct job *first;
	size_t len;
};

struct slot {
	struct scheduler *scheduler;
	struct job *job;         /* NULL once the job has left the schedule */
	struct run *run;         /* of a command */
	struct probe_run *probe; /* of a probe */
	struct monotime started;
	enum slot_age age;
	struct slot *prev, *next; /* among those of its age, in the order of their start */
};

struct scheduler {
	struct event_base *base;
	struct runner *runner;
	struct prober *prober;
	struct scheduler_callbacks callbacks;
	void *arg;
	unsigned limits[SLOT_STUCK]; /* of those before it */
	struct queue queues[LANES];
	struct slot *slots[SLOT_AGES];
	size_t slot_counts[SLOT_AGES];
	struct event *aging;   /* fires when the first of the young is old */
	struct event *serving; /* active when the queue may be served */
	uint64_t missed_runs;
	struct lateness lateness;
};

static struct timeval
delay_until(struct monotime when, struct monotime now)
{
	int64_t ns = when.ns > now.ns ? when.ns - now.ns : 0;

	/* Rounded up to a microsecond, so that no timer fires before its time. */
	int64_t us = (ns + 999) / 1000;

	return (struct timeval){.tv_sec = us / 1000000, .tv_usec = us % 1000000};
}

static void
slot_link(struct slot *slot, enum slot_age age)
{
	slot->age = age;
	DL_APPEND(slot->scheduler->slots[age], slot);
	slot->scheduler->slot_counts[age]++;
}

static void
slot_unlink(struct slot *slot)
{
	DL_DELETE(slot->scheduler->slots[slot->age], slot);
	slot->scheduler->slot_counts[slot->age]--;
}

static enum lane
lane_of(const struct job *job)
{
	return job->definition->type == CHECK_TYPE_COMMAND ? LANE_COMMANDS : LANE_PROBES;
}

static bool
has_room(const struct scheduler *scheduler, enum slot_age age)
{
	return scheduler->slot_counts[age] < scheduler->limits[age];
}

static void
wake_queue(struct scheduler *scheduler)
{
	if (scheduler->queues[LANE_COMMANDS].first != NULL ||
		scheduler->queues[LANE_PROBES].first != NULL)
		event_active(scheduler->serving, 0, 0);
}

/* Moves runs that have lasted a second out of the way of the others. */
static void
age_slots(struct scheduler *scheduler, struct monotime now)
{
	struct slot *slot;

	while ((slot = scheduler->slots[SLOT_YOUNG]) != NULL && has_room(scheduler, SLOT_OLD)) {
		struct monotime aged = {.ns = slot->started.ns + YOUNG_NS};

		if (aged.ns > now.ns) {
			struct timeval delay = delay_until(aged, now);

			evtimer_add(scheduler->aging, &delay);
			break;
		}
		slot_unlink(slot);
		slot_link(slot, SLOT_OLD);
	}
	wake_queue(scheduler);
}

static void
aging_on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	age_slots(arg, monotime_now());
}

static void
set_run_state(struct job *job, enum check_run_state run_state)
{
	if (job->run_state == run_state)
		return;
	job->run_state = run_state;
	job->scheduler->callbacks.changed(job->scheduler->arg, job);
}

static void
count_missed(struct job *job, uint64_t missed)
{
	if (missed == 0)
		return;
	job->missed_runs += missed;
	job->scheduler->missed_runs += missed;
	job->scheduler->callbacks.changed(job->scheduler->arg, job);
}

static void
arm(struct job *job, struct monotime due, bool is_off_phase, struct monotime now)
{
	struct timeval delay = delay_until(due, now);

	job->next_due = due;
	job->is_next_off_phase = is_off_phase;
	evtimer_add(job->timer, &delay);
}

static void
enqueue(struct job *job)
{
	struct queue *queue = &job->scheduler->queues[lane_of(job)];

	DL_APPEND(queue->first, job);
	queue->len++;
	set_run_state(job, CHECK_RUN_STATE_QUEUED);
	wake_queue(job->scheduler);
}

static void
dequeue(struct job *job)
{
	struct queue *queue = &job->scheduler->queues[lane_of(job)];

	DL_DELETE(queue->first, job);
	queue->len--;
}

/*
 * The job is due. Its next due time is armed first; due times that have passed already
 * (the daemon was stopped, say) are missed, and so is this one where a run is not over.
 */
static void
job_on_due(evutil_socket_t fd, short what, void *arg)
{
	struct job *job = arg;
	struct monotime now = monotime_now(), due = job->next_due;
	uint64_t missed = 0;

	(void)fd;
	(void)what;
	struct monotime next = job->is_next_off_phase ? schedule_second(&job->schedule, due)
						      : schedule_next(&job->schedule, due);
	if (next.ns <= now.ns) {
		missed = 1 + schedule_passed(&job->schedule, next, now);
		next = schedule_next(&job->schedule, now);
	}
	arm(job, next, false, now);
	if (job->run_state == CHECK_RUN_STATE_IDLE) {
		job->due = due;
		enqueue(job);
	} else {
		missed++;
	}
	count_missed(job, missed);
}

/* While a state awaits confirmation and `retry` was given, the next run comes at it. */
static void
arm_retry(struct job *job, struct monotime finished)
{
	const struct definition *definition = job->definition;

	if (!check_is_unconfirmed(&job->check) ||
		definition->retry_ms == definition->interval_ms)
		return;
	struct monotime due = {.ns = finished.ns + (int64_t)definition->retry_ms * NS_PER_MS};
	arm(job, due, true, finished);
}

static void
slot_on_done(void *arg, const struct run_result *run)
{
	struct slot *slot = arg;
	struct scheduler *scheduler = slot->scheduler;
	struct job *job = slot->job;

	slot_unlink(slot);
	slot_link(slot, SLOT_STUCK);
	age_slots(scheduler, run->finished.mono);
	if (job == NULL)
		return;

	struct check_result result = {
		.outcome = run->outcome,
		.status = run->status,
		.signal = run->signal,
		.finished = run->finished,
		.duration_ms = run->duration_ms,
		.lateness_ms = monotime_ms_between(job->due, run->started.mono),
		.output = run->output,
		.perfdata = run->perfdata,
	};
	lateness_add(&scheduler->lateness, run->finished.mono, result.lateness_ms);
	scheduler->callbacks.finished(scheduler->arg, job, &result);
	set_run_state(job, CHECK_RUN_STATE_STOPPING);
	arm_retry(job, run->finished.mono);
}

static void
slot_on_gone(void *arg)
{
	struct slot *slot = arg;
	struct job *job = slot->job;

	slot_unlink(slot);
	age_slots(slot->scheduler, monotime_now());
	if (job != NULL) {
		job->slot = NULL;
		set_run_state(job, CHECK_RUN_STATE_IDLE);
	}
	free(slot);
}

/* The one place that tells probes from commands, but for end_run. */
static void
begin_run(struct slot *slot)
{
	static const struct run_callbacks callbacks = {
		.done = slot_on_done,
		.gone = slot_on_gone,
	};
	struct scheduler *scheduler = slot->scheduler;
	struct definition *definition = slot->job->definition;

	if (lane_of(slot->job) == LANE_PROBES)
		slot->probe = prober_start(scheduler->prober, definition, &callbacks, slot);
	else
		slot->run = runner_start(scheduler->runner, definition, &callbacks, slot);
}

static void
end_run(struct slot *slot)
{
	if (slot->probe != NULL)
		probe_stop(slot->probe);
	else
		run_stop(slot->run);
}

static void
start(struct job *job, struct monotime now)
{
	struct scheduler *scheduler = job->scheduler;
	struct slot *slot = xcalloc(1, sizeof(*slot));

	slot->scheduler = scheduler;
	slot->job = job;
	slot->started = now;
	slot_link(slot, lane_of(job) == LANE_PROBES ? SLOT_PROBE : SLOT_YOUNG);
	job->slot = slot;
	set_run_state(job, CHECK_RUN_STATE_RUNNING);
	begin_run(slot);
	if (!evtimer_pending(scheduler->aging, NULL))
		age_slots(scheduler, now);
}

static void
serve(struct scheduler *scheduler, enum lane lane, enum slot_age age)
{
	struct monotime now = monotime_now();
	struct job *job;

	while ((job = scheduler->queues[lane].first) != NULL && has_room(scheduler, age)) {
		dequeue(job);
		start(job, now);
	}
}

static void
queue_on_room(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	serve(arg, LANE_PROBES, SLOT_PROBE);
	serve(arg, LANE_COMMANDS, SLOT_YOUNG);
}

struct scheduler *
scheduler_new(struct event_base *base, struct runner *runner, struct prober *prober,
	const struct scheduler_callbacks *callbacks, void *arg)
{
	struct scheduler *scheduler = xcalloc(1, sizeof(*scheduler));

	scheduler->base = base;
	scheduler->runner = runner;
	scheduler->prober = prober;
	scheduler->callbacks = *callbacks;
	scheduler->arg = arg;
	scheduler->limits[SLOT_YOUNG] = 1;
	scheduler->limits[SLOT_PROBE] = 1;
	scheduler->aging = evtimer_new(base, aging_on_timer, scheduler);
	scheduler->serving = event_new(base, -1, 0, queue_on_room, scheduler);
	return scheduler;
}

void
scheduler_free(struct scheduler *scheduler)
{
	struct slot *slot, *following;

	if (scheduler == NULL)
		return;
	assert(scheduler->queues[LANE_COMMANDS].first == NULL);
	assert(scheduler->queues[LANE_PROBES].first == NULL);
	for (enum slot_age age = 0; age < SLOT_AGES; age++) {
		DL_FOREACH_SAFE(scheduler->slots[age], slot, following) {
			assert(slot->job == NULL);
			free(slot);
		}
	}
	event_free(scheduler->aging);
	event_free(scheduler->serving);
	free(scheduler);
}

void
scheduler_set_limits(struct scheduler *scheduler, const struct scheduler_limits *limits)
{
	scheduler->limits[SLOT_YOUNG] = limits->parallel;
	scheduler->limits[SLOT_OLD] = limits->processes;
	scheduler->limits[SLOT_PROBE] = limits->probes;
	age_slots(scheduler, monotime_now());
}

/* Ends the run in progress, if there is one; its job waits, stopping, until it is gone. */
static void
stop_run(struct job *job)
{
	if (job->run_state == CHECK_RUN_STATE_QUEUED) {
		dequeue(job);
		set_run_state(job, CHECK_RUN_STATE_IDLE);
	} else if (job->run_state == CHECK_RUN_STATE_RUNNING) {
		set_run_state(job, CHECK_RUN_STATE_STOPPING);
		end_run(job->slot);
	}
}

/* Whether the last run, if any, is more than an interval ago. */
static bool
is_overdue(const struct job *job, struct boottime now)
{
	return job->check.last_outcome == CHECK_OUTCOME_NEVER ||
	       now.ms - job->check.last_ran_boot.ms > (int64_t)job->definition->interval_ms;
}

/* Puts a job with a new definition on its schedule, or off it where it is disabled. */
static void
set_schedule(struct job *job)
{
	const struct definition *definition = job->definition;
	struct instant now = instant_now();

	schedule_init(&job->schedule, definition->name, definition->interval_ms);
	evtimer_del(job->timer);
	if (!definition->is_enabled || definition->type == CHECK_TYPE_PASSIVE)
		return;
	if (is_overdue(job, now.boot))
		arm(job, schedule_first(&job->schedule, now.mono), true, now.mono);
	else
		arm(job, schedule_next(&job->schedule, now.mono), false, now.mono);
}

void
job_init(struct job *job, struct scheduler *scheduler, struct definition *definition,
	struct check *known)
{
	*job = (struct job){
		.definition = definition,
		.run_state = CHECK_RUN_STATE_IDLE,
		.enabled_since = boottime_now(),
		.scheduler = scheduler,
	};
	if (known != NULL)
		check_move(&job->check, known);
	else
		check_init(&job->check);
	job->timer = evtimer_new(scheduler->base, job_on_due, job);
	set_schedule(job);
}

void
job_stop(struct job *job)
{
	evtimer_del(job->timer);
	if (job->run_state == CHECK_RUN_STATE_QUEUED)
		dequeue(job);
	if (job->slot != NULL) {
		struct slot *slot = STEAL(job->slot);

		slot->job = NULL;
		if (job->run_state == CHECK_RUN_STATE_RUNNING)
			end_run(slot);
	}
	job->run_state = CHECK_RUN_STATE_IDLE;
}

void
job_deinit(struct job *job)
{
	job_stop(job);
	event_free(job->timer);
	check_deinit(&job->check);
	definition_unref(job->definition);
}

void
job_redefine(struct job *job, struct definition *definition)
{
	struct definition *old = job->definition;

	stop_run(job);
	if (definition->is_enabled && !old->is_enabled)
		job->enabled_since = boottime_now();
	job->definition = definition;
	definition_unref(old);
	set_schedule(job);
}

struct scheduler_figures
scheduler_read(const struct scheduler *scheduler, struct monotime now)
{
	return (struct scheduler_figures){
		.running = scheduler->slot_counts[SLOT_YOUNG] +
			   scheduler->slot_counts[SLOT_OLD] +
			   scheduler->slot_counts[SLOT_PROBE],
		.queued = scheduler->queues[LANE_COMMANDS].len +
			  scheduler->queues[LANE_PROBES].len,
		.missed_runs = scheduler->missed_runs,
		.lateness = lateness_read(&scheduler->lateness, now),
	};
}
