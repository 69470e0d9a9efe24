/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs of checks that are probes: no process, but sockets on the event loop. They look to
 * the scheduler as those of runner.h do. What a probe finds is an exit code of its own for
 * each cause (probe_status.h), also where its time was over: the step it was at says which.
 */
#ifndef ENGINE_PROBER_H
#define ENGINE_PROBER_H

#include <event2/event.h>
#include <stddef.h>

#include "definition.h"
#include "runner.h"

struct prober;
struct probe_run;

/* NULL with errno where threads, descriptors or the resolver cannot be had. */
struct prober *prober_new(struct event_base *base);

/* Ends every probe and calls nobody. */
void prober_free(struct prober *prober);

/*
 * Starts a probe, of any type but command; it keeps a reference of the definition. The
 * callbacks are those of a run: done once, unless it was stopped, gone once and last. One
 * whose thread a hung file system holds is done long before it is gone. They come from the
 * loop only, never from within this call.
 */
struct probe_run *prober_start(struct prober *prober, struct definition *definition,
	const struct run_callbacks *callbacks, void *arg);

/* Ends it without a result: done is not called any more. */
void probe_stop(struct probe_run *run);

/* How many are not gone. */
size_t prober_count(const struct prober *prober);

#endif
