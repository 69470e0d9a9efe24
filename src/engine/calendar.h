/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of the configured maintenances are open.
 */
#ifndef ENGINE_CALENDAR_H
#define ENGINE_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>
#include <uthash.h>

#include "maintenance.h"

struct calendar_item {
	struct maintenance *maintenance; /* one reference */
	bool is_open;
	time_t change;     /* when that may be otherwise; 0: never */
	UT_hash_handle hh; /* by the pointer */
};

/* All zero where there is none. */
struct calendar {
	struct calendar_item *items;
	time_t examined;
};

/* Takes other maintenances into use; what was found before is gone. */
void calendar_set(struct calendar *calendar, struct maintenance *const *maintenances,
	size_t count, time_t now);
void calendar_deinit(struct calendar *calendar);

/* The item of a maintenance of those that were set. */
struct calendar_item *calendar_find(
	const struct calendar *calendar, const struct maintenance *maintenance);

/* Looks again, each second: returns whether one has opened or closed, and logs which. */
bool calendar_advance(struct calendar *calendar, time_t now);

#endif
