/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The session with an AgentX master (RFC 2741): connects, opens, registers checkMIB, keeps
 * it so, and begins again where anything fails. Never blocks: each answer has a deadline,
 * which master_tick looks after.
 */
#ifndef SNMP_MASTER_H
#define SNMP_MASTER_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "agentx_protocol.h"
#include "clock.h"

struct master;

struct master_callbacks {
	/* Connected or registered may have changed. What was sent before a loss is lost. */
	void (*change)(void *arg);
	/* A request of the master: returns the response, which the master frees, or NULL. */
	netsnmp_pdu *(*request)(void *arg, const netsnmp_pdu *request);
	/* The answer to a notification; error is 0 where the master took it. */
	void (*notify_answer)(void *arg, uint32_t packet_id, long error);
};

/*
 * address is as address_parse has it, priority that of the registration; for busy_poll_us
 * see vigil_new. The first try to connect is made by the first master_tick. Returns 0, or
 * -EINVAL for the address.
 */
int master_new(struct event_base *base, const char *address, uint8_t priority,
	unsigned busy_poll_us, const struct master_callbacks *callbacks, void *arg,
	struct master **ret_master);

/* Takes leave of the master. */
void master_free(struct master *master);

/* Whether there is a table to be served: without, the session is open but not registered. */
void master_set_ready(struct master *master, bool is_ready);

/* To be called every second. */
void master_tick(struct master *master, struct monotime now);

/*
 * Sends a notification of these variables, which it takes. Returns 0, or -ENOTCONN where
 * nothing is registered, or -ENOBUFS where too much waits for the master to be read.
 */
int master_notify(
	struct master *master, netsnmp_variable_list *variables, uint32_t *ret_packet_id);

/* Gives the session up, since the master does not answer as the text says. */
void master_give_up(struct master *master, const char *reason);

bool master_is_connected(const struct master *master); /* a session is open */
bool master_is_registered(const struct master *master);

#endif
