/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work that may block, done by threads: reading files and starting programs, which a hung file
 * system holds for as long as it likes. Two threads, one more, up to 16, while one is held for
 * a second; they end with their owner and not before.
 */
#ifndef ENGINE_ERRANDS_H
#define ENGINE_ERRANDS_H

#include <event2/event.h>
#include <stdbool.h>

#define ERRANDS_THREADS_MIN 2
#define ERRANDS_THREADS_MAX 16

struct errands;
struct errand;

/*
 * What a thread does with what it is given, which is nobody else's meanwhile. It must reach
 * nothing else that can go away.
 */
typedef void (*errand_work_fn)(void *load);
typedef void (*errand_free_fn)(void *load);

/* Called from the event loop; the load is freed after it. */
typedef void (*errand_done_fn)(void *arg, void *load);

/* What a thread does first. */
typedef void (*errand_begin_fn)(void);

/*
 * What a thread does once an errand is done: true where it has seen to it that the owner calls
 * errands_collect, which may be before this returns. Else the loop is woken; done is called
 * within 30 ms anyway.
 */
typedef bool (*errand_tell_fn)(void *load);

/*
 * The name is that of the threads, and is kept; begin and tell may be NULL. NULL with errno
 * where threads or descriptors cannot be had.
 */
struct errands *errands_new(
	struct event_base *base, const char *name, errand_begin_fn begin, errand_tell_fn tell);

/* No callback comes any more; what has not begun is dropped. */
void errands_close(struct errands *errands); /* NULL is fine */

/*
 * Closes, and waits a moment for the threads. Returns false where one is held then: it is left
 * to itself, with its load.
 */
bool errands_free(struct errands *errands); /* NULL is fine */

/* The load is the errand's, to be freed by free_load on whatever thread. */
struct errand *errands_start(struct errands *errands, errand_work_fn work,
	errand_free_fn free_load, void *load, errand_done_fn done, void *arg);

/* Whether a thread is at it, or was. */
bool errands_has_begun(struct errands *errands, const struct errand *errand);

/*
 * True where it had not begun: it is gone now and done is not called. False where a thread
 * is at it; then done comes as ever. After errands_close: true, always.
 */
bool errands_cancel(struct errands *errands, struct errand *errand);

/* Calls done for all that is, but was not told yet. */
void errands_collect(struct errands *errands);

/* The same for one; false where its work is not done. */
bool errands_finish(struct errands *errands, struct errand *errand);

/* True where it had not begun: it never will, and done comes soon. Not after errands_close. */
bool errands_skip(struct errands *errands, struct errand *errand);

#endif
