/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Three lists, through which waits go in one direction.
 */
#include "store_wait.h"

#include <stdlib.h>
#include <utlist.h>

#include "util.h"

struct store_wait {
	store_wait_fn told;
	void *arg;
	bool is_stored;           /* what it is told */
	struct store_wait **list; /* that has it */
	struct store_wait *prev, *next;
};

static void
link_wait(struct store_wait *wait, struct store_wait **list)
{
	wait->list = list;
	DL_APPEND(*list, wait);
}

void
store_wait_cancel(struct store_wait *wait)
{
	DL_DELETE(*wait->list, wait);
	free(wait);
}

/* By a timer, which is served once a turn: those who come meanwhile are of the next one. */
static void
wake(struct store_waits *waits)
{
	static const struct timeval at_once = {0};

	if (waits->lists[STORE_WAIT_DUE] != NULL)
		event_add(waits->due_event, &at_once);
}

static void
move(struct store_waits *waits, enum store_wait_stage from, enum store_wait_stage to,
	bool is_stored)
{
	struct store_wait *wait;

	while ((wait = waits->lists[from]) != NULL) {
		DL_DELETE(waits->lists[from], wait);
		wait->is_stored = is_stored;
		link_wait(wait, &waits->lists[to]);
	}
	wake(waits);
}

struct store_wait *
store_waits_add(struct store_waits *waits, enum store_wait_stage stage, bool is_stored,
	store_wait_fn told, void *arg)
{
	struct store_wait *wait = xcalloc(1, sizeof(*wait));

	wait->told = told;
	wait->arg = arg;
	wait->is_stored = is_stored;
	link_wait(wait, &waits->lists[stage]);
	wake(waits);
	return wait;
}

void
store_waits_taken(struct store_waits *waits)
{
	move(waits, STORE_WAIT_GATHERED, STORE_WAIT_WRITING, false);
}

void
store_waits_written(struct store_waits *waits)
{
	move(waits, STORE_WAIT_WRITING, STORE_WAIT_DUE, true);
}

void
store_waits_fail(struct store_waits *waits)
{
	move(waits, STORE_WAIT_WRITING, STORE_WAIT_DUE, false);
	move(waits, STORE_WAIT_GATHERED, STORE_WAIT_DUE, false);
}

/* One that is told may begin another wait, and cancel any. */
void
store_waits_tell(struct store_waits *waits)
{
	struct store_wait *telling = NULL, *wait;

	while ((wait = waits->lists[STORE_WAIT_DUE]) != NULL) {
		DL_DELETE(waits->lists[STORE_WAIT_DUE], wait);
		link_wait(wait, &telling);
	}
	while ((wait = telling) != NULL) {
		const struct store_wait one = *wait;

		store_wait_cancel(wait);
		one.told(one.arg, one.is_stored);
	}
}

static void
waits_on_due(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	store_waits_tell(arg);
}

void
store_waits_init(struct store_waits *waits, struct event_base *base)
{
	*waits = (struct store_waits){.due_event = event_new(base, -1, 0, waits_on_due, waits)};
	if (waits->due_event == NULL)
		abort();
}

void
store_waits_deinit(struct store_waits *waits)
{
	for (size_t i = 0; i < STORE_WAIT_STAGES; i++) {
		while (waits->lists[i] != NULL)
			store_wait_cancel(waits->lists[i]);
	}
	if (waits->due_event != NULL)
		event_free(waits->due_event);
	waits->due_event = NULL;
}
