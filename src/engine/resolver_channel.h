/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A channel of c-ares on libevent: its sockets and its timer are events of the loop.
 */
#ifndef ENGINE_RESOLVER_CHANNEL_H
#define ENGINE_RESOLVER_CHANNEL_H

#include <ares.h>
#include <event2/event.h>

struct resolver_channel;

/*
 * The options and their mask are those of ares_init_options(3), but for the callback of
 * sockets. Returns 0, or -errno.
 */
int resolver_channel_new(struct event_base *base, struct ares_options *options, int mask,
	struct resolver_channel **ret_channel);

/* Queries in progress are answered with ARES_EDESTRUCTION. Not from a callback of its own. */
void resolver_channel_free(struct resolver_channel *channel); /* NULL is fine */

/* For ares_query and its kin; resolver_channel_watch must follow. */
ares_channel resolver_channel_ares(struct resolver_channel *channel);
void resolver_channel_watch(struct resolver_channel *channel);

#endif
