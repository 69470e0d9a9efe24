/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounded memory of a check's last runs, for people who look at it. It ends with checkd.
 */
#ifndef ENGINE_LAST_RUNS_H
#define ENGINE_LAST_RUNS_H

#include <stddef.h>
#include <stdint.h>

#include "check.h"

/* Of one check, at most. */
#define LAST_RUNS_MAX 20

struct last_runs;

struct last_run {
	uint64_t number; /* as the check counts its runs */
	struct walltime ran;
	enum check_outcome outcome;
	int status;
	int signal;
	uint32_t duration_ms;
	uint32_t lateness_ms;
	const char *output; /* the memory's */
};

/*
 * Remembers a run, at most so many; 0: nothing at all. A memory is made with its first run,
 * and *runs is NULL before.
 */
void last_runs_add(struct last_runs **runs, size_t capacity, uint64_t number,
	const struct check_result *result);

/* Forgets the oldest beyond so many. */
void last_runs_set_capacity(struct last_runs **runs, size_t capacity);
void last_runs_free(struct last_runs *runs); /* NULL is fine */

/* 0 is the newest; NULL of nothing has none. */
size_t last_runs_count(const struct last_runs *runs);
void last_runs_read(const struct last_runs *runs, size_t index, struct last_run *ret_run);

#endif
