/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The publisher's end of the socket to the engine; see wire.h. Never blocks: what the
 * socket does not take is sent when it does.
 */
#ifndef SNMP_LINK_H
#define SNMP_LINK_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "wire.h"

struct link;

struct link_callbacks {
	/* One message. Its strings are freed afterwards; who keeps them empties it. */
	void (*message)(void *arg, struct wire_message *message);
	/*
	 * The socket is of no more use, and nothing more will come: error is 0 where the
	 * engine closed it, else -errno, with -EBADMSG for what is no message.
	 */
	void (*end)(void *arg, int error);
};

/* Takes fd, a SOCK_SEQPACKET socket, and makes it non-blocking. */
struct link *link_new(
	struct event_base *base, int fd, const struct link_callbacks *callbacks, void *arg);
void link_free(struct link *link);

/*
 * Tells what became of a notification. At most WIRE_EVENT_WINDOW of them may wait for the
 * socket, which are all there are.
 */
void link_acknowledge(struct link *link, uint64_t number, bool is_accepted);
void link_send_alive(struct link *link, const struct wire_alive *alive);

#endif
