/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a check is due: phase + n x interval on the monotonic clock, the phase taken from
 * its name, so that it neither drifts nor herds. Pure; deterministic.
 */
#ifndef CORE_SCHEDULE_H
#define CORE_SCHEDULE_H

#include <stdint.h>

#include "clock.h"

struct schedule {
	uint64_t hash;
	int64_t interval_ns;
	int64_t phase_ns; /* hash modulo interval */
};

void schedule_init(struct schedule *schedule, const char *name, uint64_t interval_ms);

/* The first due time in the phase that is later than `after`. */
struct monotime schedule_next(const struct schedule *schedule, struct monotime after);

/*
 * The first due time of a check that starts or is enabled now and whose last run is more
 * than an interval ago: within min(interval, 60 s), spread by the hash.
 */
struct monotime schedule_first(const struct schedule *schedule, struct monotime now);

/*
 * The due time after the one of schedule_first: in the phase, and at least half an
 * interval later, so that no check runs twice at its start.
 */
struct monotime schedule_second(const struct schedule *schedule, struct monotime first);

/* How many due times lie in (due, now]: those that pass unserved when one is served late. */
uint64_t schedule_passed(
	const struct schedule *schedule, struct monotime due, struct monotime now);

#endif
