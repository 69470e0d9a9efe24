/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list is in the order in which the runs began. The timer is not put off when the first
 * one ends: it finds then that none is due, and is set anew.
 */
#include "run_young.h"

#include <stdlib.h>
#include <utlist.h>

#include "run.h"

/* A pipe has room for what most scripts write; one that fills it loses no more than this. */
#define YOUNG_NS (20 * NS_PER_MS)

static struct monotime
end_of_youth(const struct run *run)
{
	return (struct monotime){.ns = run->begun.ns + YOUNG_NS};
}

static void
set_timer(struct run_young *young, struct monotime now)
{
	struct timeval delay = monotime_until(end_of_youth(young->first), now);

	if (evtimer_add(&young->timer, &delay) != 0)
		abort();
}

void
run_young_remove(struct run *run)
{
	struct run_young *young = &run->runner->young;

	if (!run->is_young)
		return;
	run->is_young = false;
	DL_DELETE2(young->first, run, young_prev, young_next);
	if (young->first == NULL)
		evtimer_del(&young->timer);
}

void
run_young_watch(struct run *run)
{
	if (!run->is_young)
		return;
	run_young_remove(run);
	for (int i = 0; i < RUN_STREAM_COUNT; i++) {
		if (!capture_is_ended(&run->streams[i]))
			capture_start(&run->streams[i], run->runner->base);
	}
}

void
run_young_add(struct run *run, struct monotime begun)
{
	struct run_young *young = &run->runner->young;

	run->is_young = true;
	run->begun = begun;
	DL_APPEND2(young->first, run, young_prev, young_next);
	if (young->first == run)
		set_timer(young, monotime_now());
}

static void
young_on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct run_young *young = arg;
	struct monotime now = monotime_now();

	(void)fd;
	(void)what;
	while (young->first != NULL && end_of_youth(young->first).ns <= now.ns)
		run_young_watch(young->first);
	if (young->first != NULL)
		set_timer(young, now);
}

void
run_young_init(struct run_young *young, struct event_base *base)
{
	evtimer_assign(&young->timer, base, young_on_timer, young);
}

void
run_young_deinit(struct run_young *young)
{
	evtimer_del(&young->timer);
}
