/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How CHECKD-MIB is published: through an AgentX master, or by an agent of our own. The one
 * that the engine's hello asks for, with one face for both.
 */
#ifndef SNMP_SESSION_H
#define SNMP_SESSION_H

#include <event2/event.h>
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

struct session;
struct table;
struct wire_hello;

struct session_callbacks {
	/* Connected or registered may have changed. While not connected all sent is lost. */
	void (*change)(void *arg);
	/* The answer to a notification; error is 0 where it was accepted. */
	void (*notify_answer)(void *arg, uint32_t packet_id, long error);
};

/*
 * Borrows the table, which requests are answered from. Returns 0, or -1 for a hello that
 * cannot be followed, which it has told in the log.
 */
int session_new(struct event_base *base, const struct wire_hello *hello, struct table *table,
	const struct session_callbacks *callbacks, void *arg, struct session **ret_session);
void session_free(struct session *session);

/* See master.h; an agent of our own is always connected, and registered while it serves. */
void session_set_ready(struct session *session, bool is_ready);
void session_tick(struct session *session, struct monotime now);
bool session_is_connected(const struct session *session);
bool session_is_registered(const struct session *session);

/* Sends a notification of these variables, which it takes. Returns 0 or -errno. */
int session_notify(
	struct session *session, netsnmp_variable_list *variables, uint32_t *ret_packet_id);

/* A notification has no answer for too long: a master is given up, a receiver is not. */
void session_give_up(struct session *session);

#endif
