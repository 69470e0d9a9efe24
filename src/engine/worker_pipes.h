/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pipes of a worker's process, at their making: one for each of its standard input,
 * output and error.
 */
#ifndef ENGINE_WORKER_PIPES_H
#define ENGINE_WORKER_PIPES_H

#include "runner.h"

/* The ends that are ours. */
struct worker_pipes {
	int input_fd;
	int output_fd;
	int errors_fd;
};

/*
 * Makes all three. Only our ends are non-blocking: programs do not expect it of theirs.
 * Returns 0 or -errno. The caller closes all ends in both cases; -1: one that is not there.
 */
int worker_pipes_make(struct worker_pipes *ret_own, struct run_wiring *ret_wiring);

void worker_pipes_close_wiring(const struct run_wiring *wiring);

#endif
