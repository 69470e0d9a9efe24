/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads, their queue, and the way back to the event loop. The pool is what they share; it
 * outlives its owner for as long as a thread is held.
 */
#include "errands.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <utlist.h>

#include "clock.h"
#include "thread.h"
#include "util.h"

/* A thread that has been at one errand for so long is held, and another takes its place. */
#define HELD_AFTER_NS NS_PER_S

/* How often those are looked for, and what was done and woke nobody. */
#define WATCH_INTERVAL_US 20000

/* How long errands_free waits for the threads, together. */
#define HOME_WAIT_NS (500 * NS_PER_MS)

enum errand_state {
	ERRAND_QUEUED,
	ERRAND_AT_WORK,
	ERRAND_DONE,
};

struct errand {
	errand_work_fn work;
	errand_free_fn free_load;
	void *load;
	errand_done_fn done;
	void *arg;
	enum errand_state state; /* under the mutex */
	struct errand *prev, *next;
};

struct worker {
	struct pool *pool;
	pthread_t thread;
	struct errand *errand; /* what it is at, or NULL */
	struct monotime busy_since;
};

/* All but the first four are under the mutex. */
struct pool {
	const char *name;
	errand_begin_fn begin;
	errand_tell_fn tell;
	int wake_fd; /* tells the event loop of what is done */
	pthread_mutex_t mutex;
	pthread_cond_t has_work;
	unsigned reference_count; /* the owner and each thread */
	bool is_closed;
	struct errand *queue;
	struct errand *done;
	struct worker workers[ERRANDS_THREADS_MAX];
};

struct errands {
	struct pool *pool;
	struct event *wake_event;
	struct event *watch_event; /* pending while an errand is */
	size_t thread_count;
	size_t pending;
	bool is_closed;
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
	free(pool);
}

static void
errand_free(struct errand *errand)
{
	errand->free_load(errand->load);
	free(errand);
}

/* With the mutex; NULL once the pool is closed. */
static struct errand *
take_errand(struct pool *pool)
{
	while (pool->queue == NULL && !pool->is_closed)
		pthread_cond_wait(&pool->has_work, &pool->mutex);
	if (pool->is_closed)
		return NULL;
	struct errand *errand = pool->queue;
	DL_DELETE(pool->queue, errand);
	return errand;
}

/* With the mutex: nobody takes it before it has told. */
static void
finish(struct pool *pool, struct errand *errand)
{
	errand->state = ERRAND_DONE;
	DL_APPEND(pool->done, errand);
	if (pool->tell == NULL || !pool->tell(errand->load))
		eventfd_write(pool->wake_fd, 1);
}

/* With the mutex, which it gives up meanwhile. */
static void
run_errand(struct pool *pool, struct errand *errand)
{
	errand->state = ERRAND_AT_WORK;
	pthread_mutex_unlock(&pool->mutex);
	errand->work(errand->load);
	pthread_mutex_lock(&pool->mutex);
	if (!pool->is_closed) {
		finish(pool, errand);
		return;
	}
	pthread_mutex_unlock(&pool->mutex);
	errand_free(errand);
	pthread_mutex_lock(&pool->mutex);
}

static void *
worker_main(void *arg)
{
	struct worker *worker = arg;
	struct pool *pool = worker->pool;

	pthread_setname_np(pthread_self(), pool->name);
	if (pool->begin != NULL)
		pool->begin();
	pthread_mutex_lock(&pool->mutex);
	for (struct errand *errand; (errand = take_errand(pool)) != NULL;) {
		worker->errand = errand;
		worker->busy_since = monotime_now();
		run_errand(pool, errand);
		worker->errand = NULL;
	}
	pool_leave(pool);
	return NULL;
}

static int
add_thread(struct errands *errands)
{
	struct pool *pool = errands->pool;
	struct worker *worker = &pool->workers[errands->thread_count];

	worker->pool = pool;
	pthread_mutex_lock(&pool->mutex);
	int result = thread_start(&worker->thread, worker_main, worker);
	if (result == 0) {
		pool->reference_count++;
		errands->thread_count++;
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

		if (worker->errand != NULL && now.ns - worker->busy_since.ns >= HELD_AFTER_NS)
			count++;
	}
	pthread_mutex_unlock(&pool->mutex);
	return count;
}

/* Where a thread cannot be had now, the next look tries again. */
static void
replace_held(struct errands *errands, struct monotime now)
{
	size_t wanted =
		ERRANDS_THREADS_MIN + count_held(errands->pool, errands->thread_count, now);

	if (wanted > ERRANDS_THREADS_MAX)
		wanted = ERRANDS_THREADS_MAX;
	while (errands->thread_count < wanted && add_thread(errands) == 0)
		;
}

static void
watch(struct errands *errands)
{
	const struct timeval interval = {.tv_usec = WATCH_INTERVAL_US};

	if (errands->pending > 0 && !event_pending(errands->watch_event, EV_TIMEOUT, NULL))
		event_add(errands->watch_event, &interval);
}

static struct errand *
take_done(struct pool *pool)
{
	pthread_mutex_lock(&pool->mutex);
	struct errand *errand = pool->done;
	if (errand != NULL)
		DL_DELETE(pool->done, errand);
	pthread_mutex_unlock(&pool->mutex);
	return errand;
}

/* The callback may start and cancel others. */
static void
tell_done(struct errands *errands, struct errand *errand)
{
	errands->pending--;
	errand->done(errand->arg, errand->load);
	errand_free(errand);
}

void
errands_collect(struct errands *errands)
{
	struct errand *errand;

	while ((errand = take_done(errands->pool)) != NULL)
		tell_done(errands, errand);
	if (errands->pending == 0)
		event_del(errands->watch_event);
}

bool
errands_finish(struct errands *errands, struct errand *errand)
{
	struct pool *pool = errands->pool;

	pthread_mutex_lock(&pool->mutex);
	bool is_done = errand->state == ERRAND_DONE;
	if (is_done)
		DL_DELETE(pool->done, errand);
	pthread_mutex_unlock(&pool->mutex);
	if (is_done)
		tell_done(errands, errand);
	return is_done;
}

static void
wake_on_done(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	errands_collect(arg);
}

static void
watch_on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct errands *errands = arg;

	(void)fd;
	(void)what;
	errands_collect(errands);
	replace_held(errands, monotime_now());
	watch(errands);
}

static struct pool *
pool_new(const char *name, errand_begin_fn begin, errand_tell_fn tell)
{
	struct pool *pool = xcalloc(1, sizeof(*pool));

	pool->name = name;
	pool->begin = begin;
	pool->tell = tell;
	pthread_mutex_init(&pool->mutex, NULL);
	pthread_cond_init(&pool->has_work, NULL);
	pool->reference_count = 1;
	pool->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return pool;
}

static int
start(struct errands *errands, struct event_base *base)
{
	struct pool *pool = errands->pool;

	if (pool->wake_fd < 0)
		return -errno;
	/* Each write is told, and the count is never read. */
	errands->wake_event = event_new(
		base, pool->wake_fd, EV_READ | EV_PERSIST | EV_ET, wake_on_done, errands);
	errands->watch_event = event_new(base, -1, 0, watch_on_tick, errands);
	if (errands->wake_event == NULL || errands->watch_event == NULL)
		abort();
	if (event_add(errands->wake_event, NULL) != 0)
		return -ENOMEM;
	for (int i = 0; i < ERRANDS_THREADS_MIN; i++) {
		int result = add_thread(errands);

		if (result != 0)
			return result;
	}
	return 0;
}

struct errands *
errands_new(
	struct event_base *base, const char *name, errand_begin_fn begin, errand_tell_fn tell)
{
	struct errands *errands = xcalloc(1, sizeof(*errands));

	errands->pool = pool_new(name, begin, tell);
	int result = start(errands, base);
	if (result == 0)
		return errands;
	errands_free(errands);
	errno = -result;
	return NULL;
}

void
errands_close(struct errands *errands)
{
	struct errand *left, *errand, *next;

	if (errands == NULL || errands->is_closed)
		return;
	struct pool *pool = errands->pool;

	errands->is_closed = true;
	pthread_mutex_lock(&pool->mutex);
	pool->is_closed = true;
	left = STEAL(pool->queue);
	DL_CONCAT(left, pool->done);
	pool->done = NULL;
	pthread_cond_broadcast(&pool->has_work);
	pthread_mutex_unlock(&pool->mutex);
	DL_FOREACH_SAFE(left, errand, next)
		errand_free(errand);
	if (errands->wake_event != NULL)
		event_free(errands->wake_event);
	if (errands->watch_event != NULL)
		event_free(errands->watch_event);
}

/* A thread that is still held then is left to itself. Returns false where one is. */
static bool
join_threads(struct errands *errands, struct monotime deadline)
{
	bool has_ended = true;
	const struct timespec until = {
		.tv_sec = deadline.ns / NS_PER_S, .tv_nsec = deadline.ns % NS_PER_S};

	for (size_t i = 0; i < errands->thread_count; i++) {
		pthread_t thread = errands->pool->workers[i].thread;

		if (pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until) == 0)
			continue;
		pthread_detach(thread);
		has_ended = false;
	}
	return has_ended;
}

bool
errands_free(struct errands *errands)
{
	if (errands == NULL)
		return true;
	errands_close(errands);
	bool has_ended =
		join_threads(errands, (struct monotime){monotime_now().ns + HOME_WAIT_NS});

	pthread_mutex_lock(&errands->pool->mutex);
	pool_leave(errands->pool);
	free(errands);
	return has_ended;
}

struct errand *
errands_start(struct errands *errands, errand_work_fn work, errand_free_fn free_load,
	void *load, errand_done_fn done, void *arg)
{
	struct pool *pool = errands->pool;
	struct errand *errand = xcalloc(1, sizeof(*errand));

	*errand = (struct errand){
		.work = work,
		.free_load = free_load,
		.load = load,
		.done = done,
		.arg = arg,
	};
	pthread_mutex_lock(&pool->mutex);
	DL_APPEND(pool->queue, errand);
	pthread_mutex_unlock(&pool->mutex);
	pthread_cond_signal(&pool->has_work);
	errands->pending++;
	watch(errands);
	return errand;
}

bool
errands_has_begun(struct errands *errands, const struct errand *errand)
{
	pthread_mutex_lock(&errands->pool->mutex);
	bool has_begun = errand->state != ERRAND_QUEUED;
	pthread_mutex_unlock(&errands->pool->mutex);
	return has_begun;
}

bool
errands_cancel(struct errands *errands, struct errand *errand)
{
	struct pool *pool = errands->pool;

	if (errands->is_closed)
		return true;
	pthread_mutex_lock(&pool->mutex);
	bool is_queued = errand->state == ERRAND_QUEUED;
	if (is_queued)
		DL_DELETE(pool->queue, errand);
	pthread_mutex_unlock(&pool->mutex);
	if (!is_queued)
		return false;
	errands->pending--;
	errand_free(errand);
	return true;
}

bool
errands_skip(struct errands *errands, struct errand *errand)
{
	struct pool *pool = errands->pool;

	pthread_mutex_lock(&pool->mutex);
	bool is_queued = errand->state == ERRAND_QUEUED;
	if (is_queued) {
		DL_DELETE(pool->queue, errand);
		finish(pool, errand);
	}
	pthread_mutex_unlock(&pool->mutex);
	return is_queued;
}
