/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run of one check: a process group, its output, its time limit, and its end. It
 * decides neither when to run nor what a result means.
 */
#ifndef ENGINE_RUNNER_H
#define ENGINE_RUNNER_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "clock.h"
#include "check.h"
#include "definition.h"

struct runner;
struct run;
struct spawner;

/* What came from one of its streams, as it is; NULL: nothing. */
struct run_text {
	const char *text;
	size_t len;
};

struct run_result {
	enum check_outcome outcome;
	int status;             /* the exit code, or CHECK_STATUS_NONE */
	int signal;             /* signaled: its number, else 0 */
	struct instant started; /* of a run that never did: when it was asked for */
	struct instant finished;
	uint32_t duration_ms;
	const char *output;   /* one clean line: stdout's text without performance data, else
				 stderr's first line; of a run that did not start, why.
				 Borrowed for the call. */
	const char *perfdata; /* metrics by the grammar of perfdata.h, one space between; NULL
				 is ""; borrowed likewise, as the rest */
	struct run_text whole_output; /* standard output, as far as it was kept */
	struct run_text error_output; /* standard error likewise */
	bool is_truncated;            /* one of them is as long as may be */
};

/*
 * done comes once, unless the run was stopped by run_stop. gone comes once and last, when
 * no process of the run is left to wait for; the run is freed after it. A process that
 * even SIGKILL does not end is done (timed out) long before it is gone, and so is one that
 * is still held before exec when its time is over.
 */
struct run_callbacks {
	void (*done)(void *arg, const struct run_result *result);
	void (*gone)(void *arg);
};

/*
 * The spawner is borrowed. output_limit: octets kept of each of a script's two streams.
 */
struct runner *runner_new(
	struct event_base *base, struct spawner *spawner, size_t output_limit);

/* Kills what still runs (SIGKILL to each group), reaps what that ends, calls nobody. */
void runner_free(struct runner *runner);

void runner_set_output_limit(struct runner *runner, size_t output_limit);

/* Starts a run; it keeps a reference of the definition. Callbacks come from the loop only. */
struct run *runner_start(struct runner *runner, struct definition *definition,
	const struct run_callbacks *callbacks, void *arg);

/* What a process that lasts has for standard input, output and error. */
struct run_wiring {
	int stdin_fd;
	int stdout_fd;
	int stderr_fd;
};

/*
 * Starts a run that may last for ever: the definition's timeout is that of its start. It has
 * the caller's descriptors, which it needs no longer than this call, and no output of its own.
 */
struct run *runner_start_lasting(struct runner *runner, struct definition *definition,
	const struct run_wiring *wiring, const struct run_callbacks *callbacks, void *arg);

/* Ends the run (TERM, grace, KILL) without a result: done is not called any more. */
void run_stop(struct run *run);

/* How many runs are not gone. */
size_t runner_count(const struct runner *runner);

/*
 * Reaps the dead that were handed to this process by a parent that died before them, as
 * happens to PID 1 and to a subreaper. For the tick, on the main thread, which inherits
 * them; SIGCHLD would come for each run as well. A run's process and `other` (0: none) are
 * left to those who wait for them.
 */
void runner_reap_strangers(struct runner *runner, pid_t other);

#endif
