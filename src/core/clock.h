/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Three clocks, three types, so that one cannot be taken for another: deadlines and
 * schedules are monotonic, ages count time asleep too, wall-clock time is only shown.
 */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdint.h>
#include <sys/time.h>

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

/* CLOCK_MONOTONIC, nanoseconds. */
struct monotime {
	int64_t ns;
};

/* CLOCK_BOOTTIME, milliseconds; the same for every process of the host. 0 is never. */
struct boottime {
	int64_t ms;
};

/* CLOCK_REALTIME, seconds since 1970. 0 is never. */
struct walltime {
	uint32_t s;
};

/* One moment by all three clocks. */
struct instant {
	struct monotime mono;
	struct boottime boot;
	struct walltime wall;
};

struct monotime monotime_now(void);

/* Whole milliseconds from one to a later time; 0 where it is not later. */
uint32_t monotime_ms_between(struct monotime from, struct monotime to);

/* How long from now until then, for a timer: rounded up, so that none fires before its time. */
struct timeval monotime_until(struct monotime when, struct monotime now);

struct boottime boottime_now(void);
struct instant instant_now(void);

#endif
