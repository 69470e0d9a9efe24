/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All workers of the configuration, by name, through its reloads.
 */
#ifndef ENGINE_WORKERS_H
#define ENGINE_WORKERS_H

#include <event2/event.h>
#include <stddef.h>

#include "runner.h"
#include "worker.h"
#include "worker_definition.h"

struct workers;

/* The runner is borrowed. */
struct workers *workers_new(struct event_base *base, struct runner *runner);

/* After the runner was freed, and before those who wait for answers are; calls nobody. */
void workers_free(struct workers *workers); /* NULL is fine */

/*
 * Takes the workers of a configuration into use: one that is as it was keeps its processes,
 * a changed one has its old processes answer what they owe. Those that are not among them
 * stay until workers_retire, which comes when no check has them any more.
 */
void workers_apply(
	struct workers *workers, struct worker_definition *const *definitions, size_t count);
void workers_retire(struct workers *workers);

/* One of that name; there must be one. */
struct worker *workers_find(const struct workers *workers, const char *name);

/* Ends all processes. Nobody may wait for an answer, and none is asked any more. */
void workers_stop(struct workers *workers);

#endif
