/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A job that is due waits in its lane for a slot; the agenda tells in due order, so a lane is
 * in due order too. Probes have a lane and slots of their own: they cost no process, so they
 * wait for none. So has each worker, which takes as many as it likes.
 *
 * A slot is held from start to end of a run. In its first second it is young and counts
 * against `parallel`; then it is old and counts against `processes`, so that hung scripts
 * take no slot from the others. A run whose process even SIGKILL does not end counts
 * against neither.
 */
#include "scheduler_parts.h"

#include <assert.h>
#include <limits.h>
#include <utlist.h>

#include "util.h"
#include "workers.h"

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

static bool
has_room(const struct scheduler *scheduler, enum slot_age age)
{
	return scheduler->slot_counts[age] < scheduler->limits[age];
}

static void
wake_lane(struct lane *lane)
{
	if (lane->first != NULL)
		event_active(lane->scheduler->serving, 0, 0);
}

static void
wake_lanes(struct scheduler *scheduler)
{
	wake_lane(&scheduler->probes);
	wake_lane(&scheduler->commands);
}

/* Moves runs that have lasted a second out of the way of the others. */
static void
age_slots(struct scheduler *scheduler, struct monotime now)
{
	struct slot *slot;

	while ((slot = scheduler->slots[SLOT_YOUNG]) != NULL && has_room(scheduler, SLOT_OLD)) {
		struct monotime aged = {.ns = slot->started.ns + YOUNG_NS};

		if (aged.ns > now.ns) {
			struct timeval delay = monotime_until(aged, now);

			evtimer_add(scheduler->aging, &delay);
			break;
		}
		slot_unlink(slot);
		slot_link(slot, SLOT_OLD);
	}
	if (scheduler->slots[SLOT_YOUNG] == NULL)
		evtimer_del(scheduler->aging);
	wake_lanes(scheduler);
}

static void
aging_on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	age_slots(arg, monotime_now());
}

static void
lane_init(struct lane *lane, struct scheduler *scheduler, enum slot_age age)
{
	lane->scheduler = scheduler;
	lane->age = age;
	DL_APPEND(scheduler->lanes, lane);
}

static void
lane_on_room(void *arg)
{
	wake_lane(arg);
}

static struct lane *
lane_of_worker(struct scheduler *scheduler, struct worker *worker)
{
	struct lane *lane;

	DL_FOREACH(scheduler->lanes, lane) {
		if (lane->worker == worker)
			return lane;
	}
	lane = xcalloc(1, sizeof(*lane));
	lane_init(lane, scheduler, SLOT_WORKER);
	lane->worker = worker;
	worker_set_client(worker, lane_on_room, lane);
	return lane;
}

void
scheduler_join(struct job *job)
{
	struct scheduler *scheduler = job->scheduler;
	const struct definition *definition = job->definition;

	struct worker *worker = means_worker(&scheduler->means, definition);

	if (worker != NULL)
		job->lane = lane_of_worker(scheduler, worker);
	else
		job->lane = definition->type == CHECK_TYPE_COMMAND ? &scheduler->commands
								   : &scheduler->probes;
	job->lane->job_count++;
}

/* A worker may go once it has no lane any more. */
void
scheduler_leave(struct job *job)
{
	struct lane *lane = STEAL(job->lane);

	if (--lane->job_count > 0 || lane->worker == NULL)
		return;
	worker_set_client(lane->worker, NULL, NULL);
	DL_DELETE(job->scheduler->lanes, lane);
	free(lane);
}

void
scheduler_enqueue(struct job *job)
{
	DL_APPEND(job->lane->first, job);
	job->lane->len++;
	job_set_run_state(job, CHECK_RUN_STATE_QUEUED);
	wake_lane(job->lane);
}

void
scheduler_dequeue(struct job *job)
{
	DL_DELETE(job->lane->first, job);
	job->lane->len--;
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

static void
start(struct job *job, struct monotime now)
{
	static const struct run_callbacks callbacks = {
		.done = slot_on_done,
		.gone = slot_on_gone,
	};
	struct scheduler *scheduler = job->scheduler;
	struct slot *slot = xcalloc(1, sizeof(*slot));

	slot->scheduler = scheduler;
	slot->job = job;
	slot->started = now;
	slot_link(slot, job->lane->age);
	job->slot = slot;
	job_set_run_state(job, CHECK_RUN_STATE_RUNNING);
	means_start(&scheduler->means, &slot->run, job->definition, job->lane->worker,
		&callbacks, slot);
	if (!evtimer_pending(scheduler->aging, NULL))
		age_slots(scheduler, now);
}

static bool
can_start(const struct lane *lane)
{
	return has_room(lane->scheduler, lane->age) &&
	       (lane->worker == NULL || worker_has_room(lane->worker));
}

static void
serve(struct lane *lane, struct monotime now)
{
	struct job *job;

	while ((job = lane->first) != NULL && can_start(lane)) {
		scheduler_dequeue(job);
		start(job, now);
	}
}

static void
serving_on_active(evutil_socket_t fd, short what, void *arg)
{
	struct scheduler *scheduler = arg;
	struct monotime now = monotime_now();
	struct lane *lane;

	(void)fd;
	(void)what;
	DL_FOREACH(scheduler->lanes, lane)
		serve(lane, now);
}

struct scheduler *
scheduler_new(struct event_base *base, const struct means *means,
	const struct scheduler_callbacks *callbacks, void *arg)
{
	struct scheduler *scheduler = xcalloc(1, sizeof(*scheduler));

	scheduler->means = *means;
	scheduler->callbacks = *callbacks;
	scheduler->arg = arg;
	scheduler->limits[SLOT_YOUNG] = 1;
	scheduler->limits[SLOT_PROBE] = 1;
	scheduler->limits[SLOT_WORKER] = UINT_MAX;
	lane_init(&scheduler->probes, scheduler, SLOT_PROBE);
	lane_init(&scheduler->commands, scheduler, SLOT_YOUNG);
	scheduler->agenda = agenda_new(base, job_on_due);
	scheduler->aging = evtimer_new(base, aging_on_timer, scheduler);
	scheduler->serving = event_new(base, -1, 0, serving_on_active, scheduler);
	return scheduler;
}

void
scheduler_free(struct scheduler *scheduler)
{
	struct slot *slot, *following;

	if (scheduler == NULL)
		return;
	assert(scheduler->commands.job_count == 0 && scheduler->probes.job_count == 0);
	for (enum slot_age age = 0; age < SLOT_AGES; age++) {
		DL_FOREACH_SAFE(scheduler->slots[age], slot, following) {
			assert(slot->job == NULL);
			free(slot);
		}
	}
	agenda_free(scheduler->agenda);
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
	const struct lane *lane;
	size_t queued = 0;

	DL_FOREACH(scheduler->lanes, lane)
		queued += lane->len;
	return (struct scheduler_figures){
		.running = scheduler->slot_counts[SLOT_YOUNG] +
			   scheduler->slot_counts[SLOT_OLD] +
			   scheduler->slot_counts[SLOT_PROBE] +
			   scheduler->slot_counts[SLOT_WORKER],
		.queued = queued,
		.missed_runs = scheduler->missed_runs,
		.lateness = lateness_read(&scheduler->lateness, now),
	};
}
