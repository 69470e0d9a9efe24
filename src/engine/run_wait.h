/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who waits for a run of a check to finish that begins later than the wait does.
 */
#ifndef ENGINE_RUN_WAIT_H
#define ENGINE_RUN_WAIT_H

#include <stdbool.h>

#include "clock.h"

struct run_wait;

/* It has finished; or there will be none, since the check goes, changes or is disabled. */
typedef void (*run_wait_fn)(void *arg, bool is_finished);

/* What comes back is gone with the call, or with run_wait_cancel. */
struct run_wait *run_wait_add(
	struct run_wait **list, struct monotime now, run_wait_fn told, void *arg);
void run_wait_cancel(struct run_wait *wait);

/* A run that began then has finished. */
void run_waits_finish(struct run_wait **list, struct monotime began);

/* There will be none. */
void run_waits_end(struct run_wait **list);

#endif
