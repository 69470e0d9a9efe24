/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Due times by arithmetic alone: phase + n x interval, the phase from a hash of the name.
 */
#include "schedule.h"

#include "hash.h"

#define FIRST_SPREAD_NS (60 * NS_PER_S)

void
schedule_init(struct schedule *schedule, const char *name, uint64_t interval_ms)
{
	schedule->hash = hash_end(hash_text(HASH_BEGIN, name));
	schedule->interval_ns = (int64_t)interval_ms * NS_PER_MS;
	schedule->phase_ns = (int64_t)(schedule->hash % (uint64_t)schedule->interval_ns);
}

/* How many whole intervals lie between the phase and the moment; rounds down. */
static int64_t
period_of(const struct schedule *schedule, struct monotime moment)
{
	int64_t since = moment.ns - schedule->phase_ns;
	int64_t period = since / schedule->interval_ns;

	return since % schedule->interval_ns < 0 ? period - 1 : period;
}

struct monotime
schedule_next(const struct schedule *schedule, struct monotime after)
{
	int64_t period = period_of(schedule, after) + 1;

	return (struct monotime){.ns = schedule->phase_ns + period * schedule->interval_ns};
}

struct monotime
schedule_first(const struct schedule *schedule, struct monotime now)
{
	if (schedule->interval_ns <= FIRST_SPREAD_NS)
		return schedule_next(schedule, now);
	return (struct monotime){
		.ns = now.ns + (int64_t)(schedule->hash % (uint64_t)FIRST_SPREAD_NS)};
}

struct monotime
schedule_second(const struct schedule *schedule, struct monotime first)
{
	return schedule_next(
		schedule, (struct monotime){.ns = first.ns + schedule->interval_ns / 2});
}

uint64_t
schedule_passed(const struct schedule *schedule, struct monotime due, struct monotime now)
{
	int64_t passed = period_of(schedule, now) - period_of(schedule, due);

	return passed > 0 ? (uint64_t)passed : 0;
}
