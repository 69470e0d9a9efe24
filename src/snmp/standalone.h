/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A complete SNMP agent on ports of its own, for a host without snmpd: net-snmp's agent
 * library with access control and SNMPv3 as its file of tokens says, the system group, and
 * the subtree of CHECKD-MIB. One for a process, since the library is.
 */
#ifndef SNMP_STANDALONE_H
#define SNMP_STANDALONE_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

struct standalone;
struct table;
struct wire_hello;

struct standalone_callbacks {
	/* Whether the table is served has changed. */
	void (*change)(void *arg);
	/* A notification was accepted by every receiver. */
	void (*notify_answer)(void *arg, uint32_t packet_id, long error);
};

/*
 * Reads its file, opens its ports and then has no privileges any more. May take as long as
 * the receivers' names take to be looked up. Borrows the table. Returns 0, or -1 where that
 * is not possible, which it has told in the log.
 */
int standalone_new(struct event_base *base, const struct wire_hello *hello, struct table *table,
	const struct standalone_callbacks *callbacks, void *arg,
	struct standalone **ret_standalone);
void standalone_free(struct standalone *standalone);

/* Whether there is a table to be served. */
void standalone_set_ready(struct standalone *standalone, bool is_ready);
bool standalone_is_serving(const struct standalone *standalone);

/* To be called every second. */
void standalone_tick(struct standalone *standalone);

/* Takes the variables of a notification, snmpTrapOID first. Returns the ID of its answer. */
uint32_t standalone_notify(struct standalone *standalone, netsnmp_variable_list *variables);

#endif
