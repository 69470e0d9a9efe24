/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * c-ares tells which of its sockets it wants to read or write; each has an event here.
 */
#include "resolver_channel.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/time.h>
#include <utlist.h>

#include "util.h"

struct watched {
	struct resolver_channel *channel;
	ares_socket_t fd;
	struct event *event;
	struct watched *next;
};

struct resolver_channel {
	struct event_base *base;
	ares_channel ares;
	struct watched *sockets;
	struct event *timer;
};

void
resolver_channel_watch(struct resolver_channel *channel)
{
	struct timeval delay;

	if (ares_timeout(channel->ares, NULL, &delay) != NULL)
		evtimer_add(channel->timer, &delay);
	else
		evtimer_del(channel->timer);
}

static void
timer_on_timeout(evutil_socket_t fd, short what, void *arg)
{
	struct resolver_channel *channel = arg;

	(void)fd;
	(void)what;
	ares_process_fd(channel->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	resolver_channel_watch(channel);
}

/* The socket may be closed, and what watched it freed, before this returns. */
static void
socket_on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct resolver_channel *channel = ((struct watched *)arg)->channel;

	ares_process_fd(channel->ares, (what & EV_READ) != 0 ? fd : ARES_SOCKET_BAD,
		(what & EV_WRITE) != 0 ? fd : ARES_SOCKET_BAD);
	resolver_channel_watch(channel);
}

static void
forget(struct resolver_channel *channel, struct watched *watched)
{
	LL_DELETE(channel->sockets, watched);
	event_free(watched->event);
	free(watched);
}

static void
ares_on_socket_state(void *arg, ares_socket_t fd, int is_readable, int is_writable)
{
	struct resolver_channel *channel = arg;
	short what = (short)(EV_PERSIST | (is_readable ? EV_READ : 0) |
			     (is_writable ? EV_WRITE : 0));
	struct watched *watched;

	LL_SEARCH_SCALAR(channel->sockets, watched, fd, fd);
	if (watched != NULL)
		forget(channel, watched);
	if (!is_readable && !is_writable)
		return;
	watched = xcalloc(1, sizeof(*watched));
	watched->channel = channel;
	watched->fd = fd;
	watched->event = event_new(channel->base, fd, what, socket_on_ready, watched);
	if (watched->event == NULL || event_add(watched->event, NULL) != 0)
		abort();
	LL_PREPEND(channel->sockets, watched);
}

int
resolver_channel_new(struct event_base *base, struct ares_options *options, int mask,
	struct resolver_channel **ret_channel)
{
	struct resolver_channel *channel = xcalloc(1, sizeof(*channel));

	channel->base = base;
	channel->timer = evtimer_new(base, timer_on_timeout, channel);
	if (channel->timer == NULL)
		abort();
	options->sock_state_cb = ares_on_socket_state;
	options->sock_state_cb_data = channel;
	int error = ares_init_options(&channel->ares, options, mask | ARES_OPT_SOCK_STATE_CB);
	if (error == ARES_SUCCESS) {
		*ret_channel = channel;
		return 0;
	}
	event_free(channel->timer);
	free(channel);
	return error == ARES_ENOMEM ? -ENOMEM : -EINVAL;
}

void
resolver_channel_free(struct resolver_channel *channel)
{
	if (channel == NULL)
		return;
	ares_destroy(channel->ares);
	while (channel->sockets != NULL)
		forget(channel, channel->sockets);
	event_free(channel->timer);
	free(channel);
}

ares_channel
resolver_channel_ares(struct resolver_channel *channel)
{
	return channel->ares;
}
