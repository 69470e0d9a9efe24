/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One worker: its processes, which of them is asked, and when one that ended is started
 * again. They start when the first request comes. While none can be had, requests fail at
 * once and say why.
 */
#ifndef ENGINE_WORKER_H
#define ENGINE_WORKER_H

#include <stdbool.h>
#include <stddef.h>

#include "runner.h"
#include "worker_definition.h"
#include "worker_process.h"

struct worker;
struct workers;

/* Processes are started again after so long, doubled each time up to the last. */
#define WORKER_DELAY_MIN_MS 100
#define WORKER_DELAY_MAX_MS 30000

/* Called from the event loop where the worker has become able to take a request. */
typedef void (*worker_room_fn)(void *arg);

/* Surroundings are borrowed; the definition's reference is taken. */
struct worker *worker_new(
	struct worker_surroundings *surroundings, struct worker_definition *definition);

/*
 * Its processes answer those who still wait, and end by themselves or are made to; until
 * then they are the surroundings'.
 */
void worker_free(struct worker *worker);

/* Gives it another definition of its name (the reference is taken). */
void worker_redefine(struct worker *worker, struct worker_definition *definition);

/* Its processes are told to leave; new ones start when they are needed. */
void worker_dismiss(struct worker *worker);

/* Who is told of room; NULL for nobody. */
void worker_set_client(struct worker *worker, worker_room_fn room, void *arg);

/* Whether it takes a request now, be it to fail it. Starts its processes. */
bool worker_has_room(struct worker *worker);

/*
 * Has a check run by it; there must be room. The callbacks come from the loop only, never
 * from within this call.
 */
void worker_start(struct worker *worker, struct worker_request *request,
	const struct definition *check, const struct run_callbacks *callbacks, void *arg);

/* Ends it without a result, whatever became of the worker: done is not called any more. */
void worker_stop_request(struct worker_request *request);

const char *worker_name(const struct worker *worker);

#endif
