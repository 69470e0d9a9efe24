/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jobs are errands, which know of threads. What a thread does with a job is in spawn_child.c;
 * here is who may end it meanwhile.
 *
 * A process is watched from its thread on, by an epoll of the spawner's, so that the loop need
 * not know of it before it has ended. Each end is told once (EPOLLONESHOT), so that nothing is
 * told of a pidfd that was closed while a child of vfork still has a copy.
 */
#include "spawner.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>
#include <utlist.h>

#include "agenda.h"
#include "clock.h"
#include "errands.h"
#include "spawn_child.h"
#include "spawn_job.h"
#include "spawn_report.h"
#include "util.h"

/* How long the end of a killed process that nobody wants is waited for. */
#define DISCARD_WAIT_MS 500

/* Ends that are taken at once. */
#define ENDS_MAX 32

/*
 * Where ends come faster than the agenda's grain, they gather for one, as long as there are so
 * many processes for each core that none idles for it: waking the loop for each end costs more
 * than what there is to do.
 */
#define CROWD_FOR_A_CORE 4

struct spawner {
	struct errands *errands;
	struct event *ends_event;
	struct agenda *agenda;
	struct agenda_item next_look;      /* due while ends gather; ends_event is off then */
	struct monotime looked;            /* when ends were taken last */
	struct epoll_event ends[ENDS_MAX]; /* being told; of NULL where the job has gone */
	struct spawn_setting setting;
	struct spawn_job *jobs; /* that are not answered yet */
	size_t pending;
	size_t process_count; /* of which the ends will be told */
	size_t crowd;         /* so many of both gather */
};

/*
 * A signal that is ignored is dropped at once, unless the thread that it is for, which is
 * the parent of the process, has it blocked: then it wakes the thread of the event loop.
 */
static void
drop_child_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* A launch may be cancelled as long as it stands in the job. */
static void
show_launch(struct spawn_job *job, struct spawn_launch *launch)
{
	pthread_mutex_lock(&job->mutex);
	job->launch = launch;
	if (launch != NULL && job->is_cancelled)
		spawn_launch_cancel(launch);
	pthread_mutex_unlock(&job->mutex);
}

static bool
is_end_told(const struct spawn_job *job)
{
	return job->request.ended != NULL && job->result.pid > 0;
}

static void
watch_process(struct spawn_job *job)
{
	struct epoll_event end = {.events = EPOLLIN | EPOLLONESHOT, .data = {.ptr = job}};

	if (epoll_ctl(job->setting.ends_fd, EPOLL_CTL_ADD, job->result.pidfd, &end) != 0)
		abort();
}

static void
unwatch_process(const struct spawn_job *job)
{
	if (!job->has_ended)
		epoll_ctl(job->setting.ends_fd, EPOLL_CTL_DEL, job->result.pidfd, NULL);
}

/* The launch leaves the job before its child can be reaped. */
static void
run_job(void *load)
{
	struct spawn_job *job = load;
	struct spawn_launch launch;

	if (job->result.error != 0)
		return;
	spawn_launch_init(&launch, &job->request, &job->setting);
	show_launch(job, &launch);
	struct instant started = instant_now();
	pid_t pid = spawn_launch(&launch);
	show_launch(job, NULL);
	spawn_job_close(job);
	spawn_report(&launch, pid, &job->result);
	job->result.started = started;
}

/* Whoever has ended already is told at once, and can be collected by then. */
static bool
tell_by_end(void *load)
{
	struct spawn_job *job = load;

	if (!is_end_told(job))
		return false;
	watch_process(job);
	return true;
}

static void
free_job(void *load)
{
	struct spawn_job *job = load;

	if (job->is_taken && is_end_told(job))
		return; /* until spawner_release */
	if (job->result.pid > 0 && !job->is_taken) {
		if (is_end_told(job))
			unwatch_process(job);
		spawn_discard(job->result.pid, job->result.pidfd, DISCARD_WAIT_MS);
	}
	spawn_job_free(job);
}

/* Of one that is among those that are being told. */
static void
forget_end(struct spawner *spawner, const struct spawn_job *job)
{
	for (int i = 0; i < ENDS_MAX; i++) {
		if (spawner->ends[i].data.ptr == job)
			spawner->ends[i].data.ptr = NULL;
	}
}

static void
errand_on_done(void *arg, void *load)
{
	struct spawner *spawner = arg;
	struct spawn_job *job = load;

	DL_DELETE(spawner->jobs, job);
	spawner->pending--;
	if (job->done == NULL) {
		forget_end(spawner, job);
		return;
	}
	job->is_taken = true;
	if (is_end_told(job))
		spawner->process_count++;
	job->done(job->arg, &job->result);
}

static void
tell_end(struct spawn_job *job)
{
	job->has_ended = true;
	job->request.ended(job->arg);
}

/* Returns how many. Whoever ended has been answered once all that is done is told. */
static int
tell_ends(struct spawner *spawner)
{
	int count = epoll_wait(spawner->setting.ends_fd, spawner->ends, ENDS_MAX, 0);

	errands_collect(spawner->errands);
	for (int i = 0; i < count; i++) {
		if (spawner->ends[i].data.ptr != NULL)
			tell_end(spawner->ends[i].data.ptr);
	}
	memset(spawner->ends, 0, sizeof(spawner->ends));
	return count;
}

/* Returns whether there was one. */
static bool
look(struct spawner *spawner)
{
	int count = tell_ends(spawner);
	bool has_ended = count > 0;

	spawner->looked = monotime_now();
	while (count == ENDS_MAX)
		count = tell_ends(spawner);
	return has_ended;
}

/* At the end of this grain. */
static void
look_soon(struct spawner *spawner)
{
	agenda_put(spawner->agenda, &spawner->next_look, spawner->looked);
}

static void
ends_on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct spawner *spawner = arg;
	struct monotime last = spawner->looked;
	bool is_crowded = spawner->pending + spawner->process_count >= spawner->crowd;

	(void)fd;
	(void)what;
	look(spawner);
	if (!is_crowded || spawner->looked.ns - last.ns >= AGENDA_GRAIN_NS)
		return;
	event_del(spawner->ends_event);
	look_soon(spawner);
}

static void
look_on_due(struct agenda_item *item)
{
	struct spawner *spawner =
		(struct spawner *)((char *)item - offsetof(struct spawner, next_look));

	if (look(spawner))
		look_soon(spawner);
	else
		event_add(spawner->ends_event, NULL);
}

struct spawner *
spawner_new(struct event_base *base)
{
	int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int ends_fd = null_fd < 0 ? -1 : epoll_create1(EPOLL_CLOEXEC);
	struct errands *errands =
		ends_fd < 0 ? NULL
			    : errands_new(base, "spawner", drop_child_signals, tell_by_end);

	if (errands == NULL) {
		util_closep(&ends_fd);
		util_closep(&null_fd);
		return NULL;
	}
	struct spawner *spawner = xcalloc(1, sizeof(*spawner));

	spawner->errands = errands;
	spawner->setting.null_fd = null_fd;
	spawner->setting.ends_fd = ends_fd;
	spawner->ends_event =
		event_new(base, ends_fd, EV_READ | EV_PERSIST, ends_on_readable, spawner);
	if (spawner->ends_event == NULL || event_add(spawner->ends_event, NULL) != 0)
		abort();
	spawner->agenda = agenda_new(base, look_on_due);
	spawner->crowd = (size_t)sysconf(_SC_NPROCESSORS_ONLN) * CROWD_FOR_A_CORE;
	getrlimit(RLIMIT_NOFILE, &spawner->setting.nofile);
	return spawner;
}

void
spawner_free(struct spawner *spawner)
{
	struct spawn_job *job, *next;

	if (spawner == NULL)
		return;
	event_free(spawner->ends_event);
	agenda_remove(spawner->agenda, &spawner->next_look);
	agenda_free(spawner->agenda);
	DL_FOREACH_SAFE(spawner->jobs, job, next)
		spawner_forget(spawner, job);
	/* A thread that is held has the descriptors still. */
	if (errands_free(spawner->errands)) {
		close(spawner->setting.null_fd);
		close(spawner->setting.ends_fd);
	}
	free(spawner);
}

struct spawn_job *
spawner_start(struct spawner *spawner, const struct spawn_request *request, spawn_done_fn done,
	void *arg)
{
	struct spawn_job *job = spawn_job_new(request, &spawner->setting, done, arg);

	DL_APPEND(spawner->jobs, job);
	spawner->pending++;
	job->errand = errands_start(
		spawner->errands, run_job, free_job, job, errand_on_done, spawner);
	return job;
}

void
spawner_cancel(struct spawner *spawner, struct spawn_job *job)
{
	if (errands_skip(spawner->errands, job->errand)) {
		if (job->result.error == 0)
			spawn_report_error("spawn", ECANCELED, &job->result);
		return;
	}
	pthread_mutex_lock(&job->mutex);
	job->is_cancelled = true;
	if (job->launch != NULL)
		spawn_launch_cancel(job->launch);
	pthread_mutex_unlock(&job->mutex);
}

void
spawner_forget(struct spawner *spawner, struct spawn_job *job)
{
	job->done = NULL;
	if (!errands_finish(spawner->errands, job->errand))
		spawner_cancel(spawner, job);
}

void
spawner_release(struct spawner *spawner, struct spawn_job *job)
{
	spawner->process_count--;
	unwatch_process(job);
	forget_end(spawner, job);
	spawn_job_free(job);
}

size_t
spawner_pending(const struct spawner *spawner)
{
	return spawner->pending;
}
