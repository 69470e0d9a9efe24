/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The thread and its ways to and from the loop, which outlive the writer for as long as the
 * thread is stuck on a disk.
 */
#include "store_writer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

#include "clock.h"
#include "store_write.h"
#include "thread.h"
#include "util.h"

#define PAUSE_MIN_NS (100 * NS_PER_MS)
#define PAUSE_MAX_NS (5 * NS_PER_S)

/* How long store_writer_free waits for the thread. */
#define HOME_WAIT_NS (500 * NS_PER_MS)

/* The database is the thread's, the last four are under the mutex. */
struct store_writer {
	struct store_database *database;
	pthread_t thread;
	int wake_fd;
	pthread_mutex_t mutex;
	pthread_cond_t has_news;
	unsigned reference_count; /* the owner and the thread */
	bool is_closed;
	struct store_batch *work;
	struct store_report report;
};

static void
report_deinit(struct store_report *report)
{
	store_batch_free(report->done);
	for (size_t i = 0; i < report->note_count; i++)
		free(report->notes[i]);
}

/* Takes the mutex with it, unlocked. */
static void
leave(struct store_writer *writer)
{
	bool is_last = --writer->reference_count == 0;

	pthread_mutex_unlock(&writer->mutex);
	if (!is_last)
		return;
	store_database_free(writer->database);
	store_batch_free(writer->work);
	report_deinit(&writer->report);
	pthread_cond_destroy(&writer->has_news);
	pthread_mutex_destroy(&writer->mutex);
	util_closep(&writer->wake_fd);
	free(writer);
}

/* With the mutex; returns false once the writer is closed. */
static bool
wait_for(struct store_writer *writer, int64_t pause_ns)
{
	int64_t end = monotime_now().ns + pause_ns;
	const struct timespec until = {.tv_sec = end / NS_PER_S, .tv_nsec = end % NS_PER_S};
	int error = 0;

	while (!writer->is_closed && error != ETIMEDOUT)
		error = pthread_cond_clockwait(
			&writer->has_news, &writer->mutex, CLOCK_MONOTONIC, &until);
	return !writer->is_closed;
}

/* With the mutex, which it gives up meanwhile: whom this wakes wants it at once. */
static void
wake_loop(struct store_writer *writer)
{
	pthread_mutex_unlock(&writer->mutex);
	eventfd_write(writer->wake_fd, 1);
	pthread_mutex_lock(&writer->mutex);
}

/* As wake_loop. What is not taken yet is not lost; beyond the bound notes are. */
static void
report(struct store_writer *writer)
{
	struct store_database *database = writer->database;

	for (size_t i = 0; i < database->note_count; i++) {
		if (writer->report.note_count == STORE_NOTES_MAX)
			free(database->notes[i]);
		else
			writer->report.notes[writer->report.note_count++] = database->notes[i];
	}
	database->note_count = 0;
	writer->report.is_wal_long = store_database_is_wal_long(database);
	writer->report.size = database->size;
	wake_loop(writer);
}

static enum store_outcome
write_once(struct store_writer *writer, struct store_batch *batch)
{
	pthread_mutex_unlock(&writer->mutex);
	enum store_outcome outcome = store_write(writer->database, batch, instant_now().wall);
	store_database_measure(writer->database);
	pthread_mutex_lock(&writer->mutex);
	return outcome;
}

/* With the mutex, which it gives up meanwhile. Returns false once the writer is closed. */
static bool
write_batch(struct store_writer *writer, struct store_batch *batch)
{
	int64_t pause_ns = PAUSE_MIN_NS;
	enum store_outcome outcome;

	while ((outcome = write_once(writer, batch)) != STORE_DONE) {
		writer->report.problem = writer->database->problem;
		report(writer);
		if (!wait_for(writer, outcome == STORE_LOCKED ? PAUSE_MIN_NS : pause_ns))
			return false;
		pause_ns = pause_ns * 2 < PAUSE_MAX_NS ? pause_ns * 2 : PAUSE_MAX_NS;
	}
	writer->report.done = batch;
	writer->report.problem.code = 0;
	report(writer);
	return true;
}

/* What need not be waited for by a batch that is done. */
static void
tend(struct store_writer *writer)
{
	pthread_mutex_unlock(&writer->mutex);
	store_database_tend(writer->database);
	pthread_mutex_lock(&writer->mutex);
	if (writer->database->note_count > 0)
		report(writer);
}

/* With the mutex; NULL once the writer is closed. */
static struct store_batch *
take_work(struct store_writer *writer)
{
	while (writer->work == NULL && !writer->is_closed)
		pthread_cond_wait(&writer->has_news, &writer->mutex);
	return writer->is_closed ? NULL : STEAL(writer->work);
}

static void *
writer_main(void *arg)
{
	struct store_writer *writer = arg;
	struct store_batch *batch;

	pthread_setname_np(pthread_self(), "store");
	pthread_mutex_lock(&writer->mutex);
	while ((batch = take_work(writer)) != NULL) {
		if (write_batch(writer, batch))
			tend(writer);
		else
			store_batch_free(batch);
	}
	leave(writer);
	return NULL;
}

static int
start(struct store_writer *writer)
{
	if (writer->wake_fd < 0)
		return -errno;
	int error = thread_start(&writer->thread, writer_main, writer);
	if (error == 0)
		writer->reference_count++;
	return error;
}

int
store_writer_new(struct store_database *database, struct store_writer **ret_writer)
{
	struct store_writer *writer = xcalloc(1, sizeof(*writer));

	writer->database = database;
	writer->reference_count = 1;
	writer->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	pthread_mutex_init(&writer->mutex, NULL);
	pthread_cond_init(&writer->has_news, NULL);
	pthread_mutex_lock(&writer->mutex);
	int error = start(writer);
	if (error != 0) {
		leave(writer);
		return error;
	}
	pthread_mutex_unlock(&writer->mutex);
	*ret_writer = writer;
	return 0;
}

/* What the thread may be at for ever, a disk that hangs, cannot be cut short from here. */
static void
join(pthread_t thread)
{
	int64_t end = monotime_now().ns + HOME_WAIT_NS;
	const struct timespec until = {.tv_sec = end / NS_PER_S, .tv_nsec = end % NS_PER_S};

	if (pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until) != 0)
		pthread_detach(thread);
}

void
store_writer_free(struct store_writer *writer)
{
	if (writer == NULL)
		return;
	pthread_mutex_lock(&writer->mutex);
	writer->is_closed = true;
	pthread_cond_broadcast(&writer->has_news);
	pthread_mutex_unlock(&writer->mutex);
	join(writer->thread);
	pthread_mutex_lock(&writer->mutex);
	leave(writer);
}

int
store_writer_fd(const struct store_writer *writer)
{
	return writer->wake_fd;
}

void
store_writer_take_report(struct store_writer *writer, struct store_report *ret_report)
{
	eventfd_t count;

	pthread_mutex_lock(&writer->mutex);
	eventfd_read(writer->wake_fd, &count);
	*ret_report = writer->report;
	writer->report.done = NULL;
	writer->report.note_count = 0;
	pthread_mutex_unlock(&writer->mutex);
}

void
store_writer_hand_over(struct store_writer *writer, struct store_batch *batch)
{
	pthread_mutex_lock(&writer->mutex);
	writer->work = batch;
	pthread_mutex_unlock(&writer->mutex);
	pthread_cond_broadcast(&writer->has_news);
}
