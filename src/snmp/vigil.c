/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A timer that is due at once, anew in each round of the loop.
 */
#include "vigil.h"

#include "busy_poll.h"
#include "util.h"

struct vigil {
	struct busy_poll busy_poll;
	struct event *round;
};

static void
go_round(struct vigil *vigil)
{
	static const struct timeval at_once = {0};

	evtimer_add(vigil->round, &at_once);
}

static void
vigil_on_round(evutil_socket_t fd, short what, void *arg)
{
	struct vigil *vigil = arg;

	(void)fd;
	(void)what;
	if (busy_poll_continue(&vigil->busy_poll, monotime_now()))
		go_round(vigil);
}

struct vigil *
vigil_new(struct event_base *base, unsigned window_us)
{
	struct vigil *vigil = xcalloc(1, sizeof(*vigil));

	busy_poll_init(&vigil->busy_poll, window_us, busy_poll_count_processors);
	vigil->round = evtimer_new(base, vigil_on_round, vigil);
	return vigil;
}

void
vigil_free(struct vigil *vigil)
{
	if (vigil == NULL)
		return;
	event_free(vigil->round);
	free(vigil);
}

void
vigil_request(struct vigil *vigil)
{
	busy_poll_request(&vigil->busy_poll, monotime_now());
}

void
vigil_begin(struct vigil *vigil)
{
	if (busy_poll_begin(&vigil->busy_poll, monotime_now()))
		go_round(vigil);
}
