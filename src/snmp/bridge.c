/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net-snmp tells which sockets it has and when its next timer is due. It is asked after all
 * that it did; and it reads one socket at a time, so that none is closed and another opened
 * under its number between two questions: epoll drops a closed one, and a comparison of
 * numbers would not see that.
 */
#include "bridge.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/library/large_fd_set.h>
#include <stdbool.h>
#include <sys/select.h>
#include <utlist.h>

#include "clock.h"
#include "util.h"

/* However late net-snmp thinks it is, others have their turn. */
#define PAUSE_MIN_US 1000

struct watch {
	int fd;
	struct event *event;
	struct watch *next;
};

struct bridge {
	struct event_base *base;
	struct event *timer;
	struct monotime timer_due; /* while it is pending */
	struct watch *watches;
};

static void
bridge_on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct bridge *bridge = arg;
	netsnmp_large_fd_set readable;

	(void)what;
	netsnmp_large_fd_set_init(&readable, FD_SETSIZE);
	NETSNMP_LARGE_FD_SET(fd, &readable);
	snmp_read2(&readable);
	netsnmp_large_fd_set_cleanup(&readable);
	netsnmp_check_outstanding_agent_requests();
	bridge_sync(bridge);
}

static void
bridge_on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	snmp_timeout();
	run_alarms();
	bridge_sync(arg);
}

static void
remove_watch(struct bridge *bridge, struct watch *watch)
{
	LL_DELETE(bridge->watches, watch);
	event_free(watch->event);
	free(watch);
}

static void
add_watch(struct bridge *bridge, int fd)
{
	struct watch *watch = xcalloc(1, sizeof(*watch));

	watch->fd = fd;
	watch->event =
		event_new(bridge->base, fd, EV_READ | EV_PERSIST, bridge_on_readable, bridge);
	event_add(watch->event, NULL);
	LL_PREPEND(bridge->watches, watch);
}

static bool
is_watched(const struct bridge *bridge, int fd)
{
	const struct watch *watch;

	LL_FOREACH(bridge->watches, watch) {
		if (watch->fd == fd)
			return true;
	}
	return false;
}

static void
sync_sockets(struct bridge *bridge, netsnmp_large_fd_set *wanted, int end)
{
	struct watch *watch, *next;

	LL_FOREACH_SAFE(bridge->watches, watch, next) {
		if (watch->fd >= end || !NETSNMP_LARGE_FD_ISSET(watch->fd, wanted))
			remove_watch(bridge, watch);
	}
	for (int fd = 0; fd < end; fd++) {
		if (NETSNMP_LARGE_FD_ISSET(fd, wanted) && !is_watched(bridge, fd))
			add_watch(bridge, fd);
	}
}

/*
 * One that fires sooner is left alone, and finds that nothing is due: were it put off each
 * time, it would never fire while net-snmp has more to do than that.
 */
static void
sync_timer(struct bridge *bridge, struct timeval delay, bool is_endless)
{
	if (is_endless) {
		evtimer_del(bridge->timer);
		return;
	}
	if (delay.tv_sec == 0 && delay.tv_usec < PAUSE_MIN_US)
		delay.tv_usec = PAUSE_MIN_US;
	struct monotime due = {.ns = monotime_now().ns + delay.tv_sec * NS_PER_S +
				     delay.tv_usec * (NS_PER_MS / 1000)};

	if (evtimer_pending(bridge->timer, NULL) && bridge->timer_due.ns <= due.ns)
		return;
	bridge->timer_due = due;
	evtimer_add(bridge->timer, &delay);
}

void
bridge_sync(struct bridge *bridge)
{
	netsnmp_large_fd_set wanted;
	struct timeval delay = {0};
	int end = 0, is_endless = 1;

	netsnmp_large_fd_set_init(&wanted, FD_SETSIZE);
	snmp_select_info2(&end, &wanted, &delay, &is_endless);
	sync_sockets(bridge, &wanted, end);
	sync_timer(bridge, delay, is_endless);
	netsnmp_large_fd_set_cleanup(&wanted);
}

struct bridge *
bridge_new(struct event_base *base)
{
	struct bridge *bridge = xcalloc(1, sizeof(*bridge));

	bridge->base = base;
	bridge->timer = evtimer_new(base, bridge_on_timer, bridge);
	bridge_sync(bridge);
	return bridge;
}

void
bridge_free(struct bridge *bridge)
{
	if (bridge == NULL)
		return;
	while (bridge->watches != NULL)
		remove_watch(bridge, bridge->watches);
	event_free(bridge->timer);
	free(bridge);
}
