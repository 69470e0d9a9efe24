/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A loop that is kept awake serves others as ever, and sleeps again. Where there is one
 * processor only it is not kept awake, and the same holds.
 */
#include "vigil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "busy_poll.h"

/* Long, so that it is over by another's doing, if at all. */
#define WINDOW_US 10000000

static void
count_on_event(evutil_socket_t fd, short what, void *arg)
{
	unsigned *count = arg;

	(void)fd;
	(void)what;
	(*count)++;
}

static void
ask_quickly(struct vigil *vigil)
{
	for (int i = 0; i < BUSY_POLL_QUICK_MIN; i++)
		vigil_request(vigil);
	vigil_begin(vigil);
}

static void
a_socket_is_read_and_a_timer_fires_meanwhile(void **state)
{
	static const struct timeval soon = {.tv_usec = 1000};
	struct event_base *base = event_base_new();
	struct vigil *vigil = vigil_new(base, WINDOW_US);
	unsigned reads = 0, ticks = 0;
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);

	struct event *readable = event_new(base, fds[0], EV_READ, count_on_event, &reads);
	struct event *timer = evtimer_new(base, count_on_event, &ticks);

	event_add(readable, NULL);
	evtimer_add(timer, &soon);
	ask_quickly(vigil);
	assert_int_equal(write(fds[1], "x", 1), 1);
	while (reads == 0 || ticks == 0)
		event_base_loop(base, EVLOOP_ONCE);
	vigil_request(vigil);
	event_base_dispatch(base);
	event_free(readable);
	event_free(timer);
	vigil_free(vigil);
	event_base_free(base);
	close(fds[0]);
	close(fds[1]);
}

static void
the_loop_sleeps_again_when_nothing_came(void **state)
{
	struct event_base *base = event_base_new();
	struct vigil *vigil = vigil_new(base, 1000);

	(void)state;
	ask_quickly(vigil);
	assert_int_equal(event_base_dispatch(base), 1); /* nothing is pending */
	vigil_free(vigil);
	event_base_free(base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_socket_is_read_and_a_timer_fires_meanwhile),
		cmocka_unit_test(the_loop_sleeps_again_when_nothing_came),
	};

	return cmocka_run_group_tests_name("vigil", tests, NULL, NULL);
}
