/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A job that is due waits in the queue for a slot; timers fire in due order, so the queue is
 * in due order too. Probes have a queue and slots of their own: they cost no process, so they
 * wait for none.
 *
 * A slot is held from start to end of a run. In its first second it is young and counts
 * against `parallel`; then it is old and counts against `processes`, so that hung scripts
 * take no slot from the others. A run whose process even SIGKILL does not end counts
 * against neither.
 */
#include "scheduler_parts.h"

#include <assert.h>
#include <utlist.h>

#include "util.h"

#define YOUNG_NS NS_PER_S

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

struct timeval
scheduler_delay_until(struct monotime when, struct monotime now)
{
	int64_t ns = when.ns > now.ns ? when.ns - now.ns : 0;

	/* Rounded up to a microsecond, so that no timer fires before its time. */
	int64_t us = (ns + 999) / 1000;

	return (struct timeval){.tv_sec = us / 1000000, .tv_usec = us % 1000000};
}

/* Moves runs that have lasted a second out of the way of the others. */
static void
age_slots(struct scheduler *scheduler, struct monotime now)
{
	struct slot *slot;

	while ((slot = scheduler->slots[SLOT_YOUNG]) != NULL && has_room(scheduler, SLOT_OLD)) {
		struct monotime aged = {.ns = slot->started.ns + YOUNG_NS};

		if (aged.ns > now.ns) {
			struct timeval delay = scheduler_delay_until(aged, now);

			evtimer_add(scheduler->aging, &delay);
			break;
		}
		slot_unlink(slot);
		slot_link(slot, SLOT_OLD);
	}
	if (scheduler->slots[SLOT_YOUNG] == NULL)
		evtimer_del(scheduler->aging);
	wake_queue(scheduler);
}

static void
aging_on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	age_slots(arg, monotime_now());
}

void
scheduler_enqueue(struct job *job)
{
	struct queue *queue = &job->scheduler->queues[lane_of(job)];

	DL_APPEND(queue->first, job);
	queue->len++;
	job_set_run_state(job, CHECK_RUN_STATE_QUEUED);
	wake_queue(job->scheduler);
}

void
scheduler_dequeue(struct job *job)
{
	struct queue *queue = &job->scheduler->queues[lane_of(job)];

	DL_DELETE(queue->first, job);
	queue->len--;
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
		.started = run->started.mono,
		.finished = run->finished,
		.duration_ms = run->duration_ms,
		.lateness_ms = monotime_ms_between(job->due, run->started.mono),
		.output = run->output,
		.perfdata = run->perfdata,
	};
	lateness_add(&scheduler->lateness, run->finished.mono, result.lateness_ms);
	scheduler->callbacks.finished(scheduler->arg, job, &result);
	job_ended(job, run->finished.mono);
}

static void
slot_on_gone(void *arg)
{
	struct slot *slot = arg;
	struct job *job = slot->job;

	slot_unlink(slot);
	age_slots(slot->scheduler, monotime_now());
	if (job != NULL)
		job_gone(job);
	free(slot);
}

/* The one place that tells probes from commands, but for scheduler_end_run. */
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

void
scheduler_end_run(struct slot *slot)
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
	job_set_run_state(job, CHECK_RUN_STATE_RUNNING);
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
		scheduler_dequeue(job);
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
