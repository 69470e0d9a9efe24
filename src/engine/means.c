/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "means.h"

#include <stddef.h>

struct worker *
means_worker(const struct means *means, const struct definition *definition)
{
	if (definition->type != CHECK_TYPE_WORKER)
		return NULL;
	return workers_find(means->workers, worker_definition_name(definition->worker));
}

void
means_start(const struct means *means, struct means_run *run, struct definition *definition,
	struct worker *worker, const struct run_callbacks *callbacks, void *arg)
{
	run->worker = worker;
	if (worker != NULL)
		worker_start(worker, &run->request, definition, callbacks, arg);
	else if (definition->type == CHECK_TYPE_COMMAND)
		run->command = runner_start(means->runner, definition, callbacks, arg);
	else
		run->probe = prober_start(means->prober, definition, callbacks, arg);
}

void
means_stop(struct means_run *run)
{
	if (run->worker != NULL)
		worker_stop_request(&run->request);
	else if (run->probe != NULL)
		probe_stop(run->probe);
	else
		run_stop(run->command);
}
