/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs whose output is not watched yet. Most are over before that pays: what they wrote is in
 * the pipe by then, and read at their end. One timer does for all.
 */
#ifndef ENGINE_RUN_YOUNG_H
#define ENGINE_RUN_YOUNG_H

#include <event2/event.h>
#include <event2/event_struct.h>

#include "clock.h"

struct run;

/* Embedded by the runner. */
struct run_young {
	struct event timer;
	struct run *first; /* the oldest */
};

void run_young_init(struct run_young *young, struct event_base *base);
void run_young_deinit(struct run_young *young);

/* A run whose process began then: one that has filled its pipe waits for 20 ms at most. */
void run_young_add(struct run *run, struct monotime begun);

/* Its output is watched from now on; nothing happens where it is already. */
void run_young_watch(struct run *run);

/* Of one that is to be freed, young or not. */
void run_young_remove(struct run *run);

#endif
