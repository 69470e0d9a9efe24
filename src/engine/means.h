/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What checks are run by: commands by the runner, probes by the prober, requests by workers.
 * Here a run is begun and ended whichever of them it is of.
 */
#ifndef ENGINE_MEANS_H
#define ENGINE_MEANS_H

#include <stdbool.h>

#include "definition.h"
#include "prober.h"
#include "runner.h"
#include "worker.h"
#include "workers.h"

/* All of it is borrowed, and may be NULL where no check needs it. */
struct means {
	struct runner *runner;
	struct prober *prober;
	struct workers *workers;
};

/* A run in progress, embedded in who waits for it. */
struct means_run {
	struct run *command;
	struct probe_run *probe;
	struct worker *worker; /* who has the request */
	struct worker_request request;
};

/* The worker of a check; NULL where the check is of another type. */
struct worker *means_worker(const struct means *means, const struct definition *definition);

/*
 * Begins a run. worker is means_worker's, and must have room. The callbacks come from the loop
 * only; the run stays where it is until it is gone.
 */
void means_start(const struct means *means, struct means_run *run,
	struct definition *definition, struct worker *worker,
	const struct run_callbacks *callbacks, void *arg);

/* Ends it without a result: done is not called any more. */
void means_stop(struct means_run *run);

#endif
