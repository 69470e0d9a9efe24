/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run_wait.h"

#include <stdlib.h>
#include <utlist.h>

#include "util.h"

struct run_wait {
	struct run_wait **list;
	struct monotime since;
	run_wait_fn told;
	void *arg;
	struct run_wait *prev, *next;
};

struct run_wait *
run_wait_add(struct run_wait **list, struct monotime now, run_wait_fn told, void *arg)
{
	struct run_wait *wait = xcalloc(1, sizeof(*wait));

	wait->list = list;
	wait->since = now;
	wait->told = told;
	wait->arg = arg;
	DL_APPEND(*list, wait);
	return wait;
}

void
run_wait_cancel(struct run_wait *wait)
{
	DL_DELETE(*wait->list, wait);
	free(wait);
}

static void
tell(struct run_wait *wait, bool is_finished)
{
	const struct run_wait one = *wait;

	run_wait_cancel(wait);
	one.told(one.arg, is_finished);
}

/* They came in the order of their begin. */
void
run_waits_finish(struct run_wait **list, struct monotime began)
{
	while (*list != NULL && (*list)->since.ns <= began.ns)
		tell(*list, true);
}

void
run_waits_end(struct run_wait **list)
{
	while (*list != NULL)
		tell(*list, false);
}
