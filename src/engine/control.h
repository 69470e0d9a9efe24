/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: who may connect and how many, from when until when. Its requests are
 * checkd-control(7)'s.
 */
#ifndef ENGINE_CONTROL_H
#define ENGINE_CONTROL_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "control_call.h"
#include "control_peer.h"

/* Connections at once. The last ones are for those who may change things. */
#define CONTROL_CLIENTS_MAX      64
#define CONTROL_CLIENTS_RESERVED 8

/* Of one user who may not change things. */
#define CONTROL_CLIENTS_OF_USER 16

struct control;

struct control_settings {
	const char *path; /* copied */
	struct control_access access;
};

/* The service is borrowed. patience_ms is the control_client's; 0: the standard. */
struct control *control_new(
	struct event_base *base, const struct control_service *service, int64_t patience_ms);

/*
 * Takes settings into use, the first time and later. Returns 0, or -errno, which it has
 * logged: a socket that was there before serves on.
 */
int control_apply(struct control *control, const struct control_settings *settings);

/* Hears nobody any more; what was asked is answered until control_free. */
void control_stop(struct control *control);
void control_free(struct control *control); /* NULL is fine */

#endif
