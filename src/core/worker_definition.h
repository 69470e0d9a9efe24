/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the configuration says of one worker: a program that is started once and answers the
 * requests of many checks. Immutable once made, and counted, as definitions of checks are.
 */
#ifndef CORE_WORKER_DEFINITION_H
#define CORE_WORKER_DEFINITION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct definition;

struct worker_definition {
	atomic_uint reference_count;
	struct definition *process; /* what is run and how, as of a command. Its name is the
				       worker's, its timeout that of the start. */
	unsigned processes;         /* how many share the load */
	unsigned in_flight;         /* how many requests each of them may owe an answer */
	uint64_t patience_ms;       /* how long one that let a request time out may be silent */
};

/* All zero but for one reference and a process, which is all zero too. */
struct worker_definition *worker_definition_new(void);
struct worker_definition *worker_definition_ref(struct worker_definition *worker);
void worker_definition_unref(struct worker_definition *worker); /* NULL is fine */

const char *worker_definition_name(const struct worker_definition *worker);

/* Whether both say the same, so that a reload leaves the processes alone. */
bool worker_definition_equal(
	const struct worker_definition *a, const struct worker_definition *b);

#endif
