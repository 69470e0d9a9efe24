/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the clocks; see clock_gettime(2).
 */
#include "clock.h"

#include <time.h>

static struct timespec
read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now;
}

struct monotime
monotime_now(void)
{
	struct timespec now = read_clock(CLOCK_MONOTONIC);

	return (struct monotime){.ns = now.tv_sec * NS_PER_S + now.tv_nsec};
}

uint32_t
monotime_ms_between(struct monotime from, struct monotime to)
{
	int64_t ms = (to.ns - from.ns) / NS_PER_MS;

	return ms < 0 ? 0 : ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

struct timeval
monotime_until(struct monotime when, struct monotime now)
{
	int64_t ns = when.ns > now.ns ? when.ns - now.ns : 0;
	int64_t us = (ns + 999) / 1000;

	return (struct timeval){.tv_sec = us / 1000000, .tv_usec = us % 1000000};
}

struct boottime
boottime_now(void)
{
	struct timespec now = read_clock(CLOCK_BOOTTIME);

	return (struct boottime){.ms = now.tv_sec * INT64_C(1000) + now.tv_nsec / NS_PER_MS};
}

struct instant
instant_now(void)
{
	return (struct instant){
		.mono = monotime_now(),
		.boot = boottime_now(),
		.wall = {.s = (uint32_t)read_clock(CLOCK_REALTIME).tv_sec},
	};
}
