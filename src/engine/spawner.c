/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The threads, the queue that feeds them and the way of their answers back to the event
 * loop. What a thread does with a job is in spawn_child.c. The pool is what they share; it
 * outlives the spawner for as long as a thread is held.
 */
#include "spawner.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <utlist.h>

#include "clock.h"
#include "spawn_child.h"
#include "spawn_job.h"
#include "spawn_report.h"
#include "thread.h"
#include "util.h"

/* A thread that has been at one job for so long is held, and another takes its place. */
#define HELD_AFTER_NS     NS_PER_S
#define WATCH_INTERVAL_US 250000

/* How long spawner_free waits for its threads to come home, together. */
#define HOME_WAIT_NS (500 * NS_PER_MS)

/* How long the end of a killed process that nobody wants is waited for. */
#define DISCARD_WAIT_MS 500

struct worker {
	struct pool *pool;
	pthread_t thread;
	struct spawn_job *job; /* what it is at, or NULL */
	struct monotime busy_since;
};

/* All but the first three are under the mutex. */
struct pool {
	struct rlimit nofile;
	int null_fd;
	int wake_fd; /* tells the event loop of answers */
	pthread_mutex_t mutex;
	pthread_cond_t has_work;
	unsigned reference_count; /* the spawner and each thread */
	bool is_closed;
	struct spawn_job *queue;
	struct spawn_job *answers;
	struct worker workers[SPAWNER_THREADS_MAX];
};

struct spawner {
	struct pool *pool;
	struct event *wake_event;
	struct event *watch_event; /* pending while a request is */
	size_t thread_count;
	size_t pending;
};

/* Takes the mutex with it, unlocked. */
static void
pool_leave(struct pool *pool)
{
	bool is_last = --pool->reference_count == 0;

	pthread_mutex_unlock(&pool->mutex);
	if (!is_last)
		return;
	pthread_cond_destroy(&pool->has_work);
	pthread_mutex_destroy(&pool->mutex);
	util_closep(&pool->wake_fd);
	util_closep(&pool->null_fd);
	free(pool);
}

/* With the mutex. */
static void
answer(struct pool *pool, struct spawn_job *job)
{
	bool is_first = pool->answers == NULL;

	job->state = SPAWN_JOB_ANSWERED;
	DL_APPEND(pool->answers, job);
	if (is_first)
		eventfd_write(pool->wake_fd, 1);
}

/* The end of a job whose answer nobody takes. */
static void
discard(struct spawn_job *job)
{
	if (job->result.pid > 0)
		spawn_discard(job->result.pid, job->result.pidfd, DISCARD_WAIT_MS);
	spawn_job_free(job);
}

/* With the mutex; NULL once the pool is closed. */
static struct spawn_job *
take_job(struct pool *pool)
{
	while (pool->queue == NULL && !pool->is_closed)
		pthread_cond_wait(&pool->has_work, &pool->mutex);
	if (pool->is_closed)
		return NULL;
	struct spawn_job *job = pool->queue;
	DL_DELETE(pool->queue, job);
	return job;
}

/*
 * With the mutex, which it gives up meanwhile. A launch may be cancelled as long as it
 * stands in the job, so it leaves the job before its child can be reaped.
 */
static void
run_job(struct pool *pool, struct spawn_job *job)
{
	struct spawn_launch launch;

	spawn_launch_init(&launch, &job->request, &pool->nofile, pool->null_fd);
	job->launch = &launch;
	job->state = SPAWN_JOB_LAUNCHING;
	pthread_mutex_unlock(&pool->mutex);

	struct instant started = instant_now();
	pid_t pid = spawn_launch(&launch);

	pthread_mutex_lock(&pool->mutex);
	job->launch = NULL;
	job->state = SPAWN_JOB_LAUNCHED;
	pthread_mutex_unlock(&pool->mutex);

	spawn_job_close(job);
	spawn_report(&launch, pid, &job->result);
	job->result.started = started;
	pthread_mutex_lock(&pool->mutex);
}

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

static void *
worker_main(void *arg)
{
	struct worker *worker = arg;
	struct pool *pool = worker->pool;

	pthread_setname_np(pthread_self(), "spawner");
	drop_child_signals();
	pthread_mutex_lock(&pool->mutex);
	for (struct spawn_job *job; (job = take_job(pool)) != NULL;) {
		worker->job = job;
		worker->busy_since = monotime_now();
		run_job(pool, job);
		worker->job = NULL;
		if (!pool->is_closed) {
			answer(pool, job);
			continue;
		}
		pthread_mutex_unlock(&pool->mutex);
		discard(job);
		pthread_mutex_lock(&pool->mutex);
	}
	pool_leave(pool);
	return NULL;
}

static int
add_thread(struct spawner *spawner)
{
	struct pool *pool = spawner->pool;
	struct worker *worker = &pool->workers[spawner->thread_count];

	worker->pool = pool;
	pthread_mutex_lock(&pool->mutex);
	int result = thread_start(&worker->thread, worker_main, worker);
	if (result == 0) {
		pool->reference_count++;
		spawner->thread_count++;
	}
	pthread_mutex_unlock(&pool->mutex);
	return result;
}

static size_t
count_held(struct pool *pool, size_t thread_count, struct monotime now)
{
	size_t count = 0;

	pthread_mutex_lock(&pool->mutex);
	for (size_t i = 0; i < thread_count; i++) {
		const struct worker *worker = &pool->workers[i];
		if (worker->job != NULL && now.ns - worker->busy_since.ns >= HELD_AFTER_NS)
			count++;
	}
	pthread_mutex_unlock(&pool->mutex);
	return count;
}

/* Where a thread cannot be had now, the next look tries again. */
static void
replace_held(struct spawner *spawner, struct monotime now)
{
	size_t wanted =
		SPAWNER_THREADS_MIN + count_held(spawner->pool, spawner->thread_count, now);

	if (wanted > SPAWNER_THREADS_MAX)
		wanted = SPAWNER_THREADS_MAX;
	while (spawner->thread_count < wanted && add_thread(spawner) == 0)
		;
}

static void
watch(struct spawner *spawner)
{
	const struct timeval interval = {.tv_usec = WATCH_INTERVAL_US};

	if (spawner->pending > 0 && !event_pending(spawner->watch_event, EV_TIMEOUT, NULL))
		event_add(spawner->watch_event, &interval);
}

static void
watch_on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct spawner *spawner = arg;

	(void)fd;
	(void)what;
	replace_held(spawner, monotime_now());
	watch(spawner);
}

static struct spawn_job *
take_answers(struct pool *pool)
{
	pthread_mutex_lock(&pool->mutex);
	struct spawn_job *answers = STEAL(pool->answers);
	pthread_mutex_unlock(&pool->mutex);
	return answers;
}

/* A callback may start, cancel and forget jobs, of these answers too. */
static void
wake_on_answers(evutil_socket_t fd, short what, void *arg)
{
	struct spawner *spawner = arg;
	struct spawn_job *answers = take_answers(spawner->pool);

	(void)fd;
	(void)what;
	for (struct spawn_job *job; (job = answers) != NULL;) {
		DL_DELETE(answers, job);
		spawner->pending--;
		if (job->done == NULL) {
			discard(job);
			continue;
		}
		job->done(job->arg, &job->result);
		spawn_job_free(job);
	}
	if (spawner->pending == 0)
		event_del(spawner->watch_event);
}

static struct pool *
pool_new(void)
{
	struct pool *pool = xcalloc(1, sizeof(*pool));

	pthread_mutex_init(&pool->mutex, NULL);
	pthread_cond_init(&pool->has_work, NULL);
	pool->reference_count = 1;
	getrlimit(RLIMIT_NOFILE, &pool->nofile);
	pool->null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	pool->wake_fd = pool->null_fd < 0 ? -1 : eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return pool;
}

static int
start(struct spawner *spawner, struct event_base *base)
{
	struct pool *pool = spawner->pool;

	if (pool->wake_fd < 0)
		return -errno;
	/* Each write is told, and the count is never read. */
	spawner->wake_event = event_new(
		base, pool->wake_fd, EV_READ | EV_PERSIST | EV_ET, wake_on_answers, spawner);
	spawner->watch_event = event_new(base, -1, 0, watch_on_tick, spawner);
	if (spawner->wake_event == NULL || spawner->watch_event == NULL)
		abort();
	if (event_add(spawner->wake_event, NULL) != 0)
		return -ENOMEM;
	for (int i = 0; i < SPAWNER_THREADS_MIN; i++) {
		int result = add_thread(spawner);
		if (result != 0)
			return result;
	}
	return 0;
}

struct spawner *
spawner_new(struct event_base *base)
{
	struct spawner *spawner = xcalloc(1, sizeof(*spawner));

	spawner->pool = pool_new();
	int result = start(spawner, base);
	if (result == 0)
		return spawner;
	spawner_free(spawner);
	errno = -result;
	return NULL;
}

/* Closes the pool and cuts short what its threads are at. */
static void
close_pool(struct pool *pool, struct spawn_job **ret_left)
{
	pthread_mutex_lock(&pool->mutex);
	pool->is_closed = true;
	*ret_left = STEAL(pool->queue);
	DL_CONCAT(*ret_left, pool->answers);
	pool->answers = NULL;
	for (size_t i = 0; i < SPAWNER_THREADS_MAX; i++) {
		struct spawn_job *job = pool->workers[i].job;
		if (job != NULL && job->launch != NULL)
			spawn_launch_cancel(job->launch);
	}
	pthread_cond_broadcast(&pool->has_work);
	pthread_mutex_unlock(&pool->mutex);
}

/* A thread that is still held then is left to itself. */
static void
join_threads(struct spawner *spawner, struct monotime deadline)
{
	const struct timespec until = {
		.tv_sec = deadline.ns / NS_PER_S, .tv_nsec = deadline.ns % NS_PER_S};

	for (size_t i = 0; i < spawner->thread_count; i++) {
		pthread_t thread = spawner->pool->workers[i].thread;
		if (pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until) != 0)
			pthread_detach(thread);
	}
}

void
spawner_free(struct spawner *spawner)
{
	struct spawn_job *left, *job, *next;

	if (spawner == NULL)
		return;
	close_pool(spawner->pool, &left);
	DL_FOREACH_SAFE(left, job, next)
		discard(job);
	join_threads(spawner, (struct monotime){monotime_now().ns + HOME_WAIT_NS});
	if (spawner->wake_event != NULL)
		event_free(spawner->wake_event);
	if (spawner->watch_event != NULL)
		event_free(spawner->watch_event);
	pthread_mutex_lock(&spawner->pool->mutex);
	pool_leave(spawner->pool);
	free(spawner);
}

struct spawn_job *
spawner_start(struct spawner *spawner, const struct spawn_request *request, spawn_done_fn done,
	void *arg)
{
	struct pool *pool = spawner->pool;
	struct spawn_job *job = spawn_job_new(request, done, arg);

	pthread_mutex_lock(&pool->mutex);
	if (job->result.error != 0) {
		answer(pool, job);
	} else {
		DL_APPEND(pool->queue, job);
		pthread_cond_signal(&pool->has_work);
	}
	pthread_mutex_unlock(&pool->mutex);
	spawner->pending++;
	watch(spawner);
	return job;
}

void
spawner_cancel(struct spawner *spawner, struct spawn_job *job)
{
	struct pool *pool = spawner->pool;

	pthread_mutex_lock(&pool->mutex);
	switch (job->state) {
	case SPAWN_JOB_QUEUED:
		DL_DELETE(pool->queue, job);
		spawn_report_error("spawn", ECANCELED, &job->result);
		answer(pool, job);
		break;
	case SPAWN_JOB_LAUNCHING:
		spawn_launch_cancel(job->launch);
		break;
	case SPAWN_JOB_LAUNCHED:
	case SPAWN_JOB_ANSWERED:
		break;
	}
	pthread_mutex_unlock(&pool->mutex);
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
