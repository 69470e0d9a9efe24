/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One connection to the control socket: lines in, lines out, in their order. Whatever it
 * does, it takes so much of memory and of each turn of the loop, and no more.
 */
#ifndef ENGINE_CONTROL_CLIENT_H
#define ENGINE_CONTROL_CLIENT_H

#include <event2/event.h>
#include <stdbool.h>

#include "control_call.h"
#include "control_peer.h"

/* Requests that were not answered yet: beyond it no more are read. */
#define CONTROL_PENDING_MAX 128

/* Octets of answers that were not read: beyond it no request is begun. */
#define CONTROL_OUTPUT_MAX 262144

/*
 * The priority of its events, where the base has so many: whatever has to do with checks
 * comes before it.
 */
#define CONTROL_PRIORITY 2

struct control_client;

struct control_client_owner {
	/* What its requests are for, and what it may do at this moment. */
	const struct control_service *service;
	unsigned (*rights)(void *arg, const struct control_peer *peer);
	/* It is over, and to be freed by the callee. */
	void (*over)(void *arg, struct control_client *client);
	void *arg;
	int64_t patience_ms; /* with one who stops in the middle of a line, or does not read */
};

/* Takes the descriptor and what the peer has. The owner is borrowed. */
struct control_client *control_client_new(struct event_base *base, int fd,
	struct control_peer *peer, const struct control_client_owner *owner);

/* Writes what answers there are, as far as that goes at once. */
void control_client_free(struct control_client *client);

const struct control_peer *control_client_peer(const struct control_client *client);

/* Reads no more; what was asked is answered. */
void control_client_stop(struct control_client *client);

#endif
