/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the windows of maintenance, whose forms are in maintenance.h.
 */
#ifndef CORE_MAINTENANCE_PARSE_H
#define CORE_MAINTENANCE_PARSE_H

#include <stdbool.h>
#include <time.h>

/* How many windows a maintenance may have. */
#define MAINTENANCE_WINDOWS_MAX 100

/* Times are civil, in seconds: of 1970 as if it were UTC where it is once, else of the day. */
struct maintenance_window {
	bool is_once;
	unsigned week_days; /* bit 0 is Sunday */
	int month_day;      /* from 1; from the end, -1 being the last; 0: by week_days */
	time_t begin_s;
	time_t end_s; /* not after begin_s: of the next day */
};

/* Returns NULL, or what is wrong, as the rest of "WINDOW ..."; nothing is filled in then. */
const char *maintenance_parse_window(const char *text, struct maintenance_window *ret_window);

#endif
