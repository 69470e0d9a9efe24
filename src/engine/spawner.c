/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jobs are errands, which know of threads. What a thread does with a job is in spawn_child.c;
 * here is who may end it meanwhile.
 */
#include "spawner.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>
#include <utlist.h>

#include "clock.h"
#include "errands.h"
#include "spawn_child.h"
#include "spawn_job.h"
#include "spawn_report.h"
#include "util.h"

/* How long the end of a killed process that nobody wants is waited for. */
#define DISCARD_WAIT_MS 500

struct spawner {
	struct errands *errands;
	struct spawn_setting setting;
	struct spawn_job *jobs; /* that are not answered yet */
	size_t pending;
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

static void
free_job(void *load)
{
	struct spawn_job *job = load;

	if (!job->is_taken && job->result.pid > 0)
		spawn_discard(job->result.pid, job->result.pidfd, DISCARD_WAIT_MS);
	spawn_job_free(job);
}

static void
errand_on_done(void *arg, void *load)
{
	struct spawner *spawner = arg;
	struct spawn_job *job = load;

	DL_DELETE(spawner->jobs, job);
	spawner->pending--;
	if (job->done == NULL)
		return;
	job->is_taken = true;
	job->done(job->arg, &job->result);
}

struct spawner *
spawner_new(struct event_base *base)
{
	int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct errands *errands =
		null_fd < 0 ? NULL : errands_new(base, "spawner", drop_child_signals);

	if (errands == NULL) {
		util_closep(&null_fd);
		return NULL;
	}
	struct spawner *spawner = xcalloc(1, sizeof(*spawner));

	spawner->errands = errands;
	spawner->setting.null_fd = null_fd;
	getrlimit(RLIMIT_NOFILE, &spawner->setting.nofile);
	return spawner;
}

void
spawner_free(struct spawner *spawner)
{
	struct spawn_job *job;

	if (spawner == NULL)
		return;
	DL_FOREACH(spawner->jobs, job)
		spawner_forget(spawner, job);
	/* A thread that is held has the descriptor still. */
	if (errands_free(spawner->errands))
		close(spawner->setting.null_fd);
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
	spawner_cancel(spawner, job);
}

size_t
spawner_pending(const struct spawner *spawner)
{
	return spawner->pending;
}
