/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of a worker's definition, and whether two say the same.
 */
#include "worker_definition.h"

#include <assert.h>

#include "definition.h"
#include "util.h"

struct worker_definition *
worker_definition_new(void)
{
	struct worker_definition *worker = xcalloc(1, sizeof(*worker));

	atomic_init(&worker->reference_count, 1);
	worker->process = definition_new();
	worker->process->type = CHECK_TYPE_COMMAND;
	worker->process->command = command_new();
	return worker;
}

struct worker_definition *
worker_definition_ref(struct worker_definition *worker)
{
	atomic_fetch_add_explicit(&worker->reference_count, 1, memory_order_relaxed);
	return worker;
}

void
worker_definition_unref(struct worker_definition *worker)
{
	if (worker == NULL)
		return;
	unsigned before =
		atomic_fetch_sub_explicit(&worker->reference_count, 1, memory_order_acq_rel);
	assert(before > 0);
	if (before > 1)
		return;
	definition_unref(worker->process);
	free(worker);
}

const char *
worker_definition_name(const struct worker_definition *worker)
{
	return worker->process->name;
}

bool
worker_definition_equal(const struct worker_definition *a, const struct worker_definition *b)
{
	return a->processes == b->processes && a->in_flight == b->in_flight &&
	       a->patience_ms == b->patience_ms && definition_equal(a->process, b->process);
}
