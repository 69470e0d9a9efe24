/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One receiver of notifications: a session of net-snmp's, and whether it takes what it is
 * sent. A trap is taken when it was sent, an inform when it was answered. Never blocks.
 *
 * A sink that fails is down: it is tried with one notification at a time, at intervals that
 * grow, until it takes one. That is told in the log, as is the end of it.
 */
#ifndef SNMP_SINK_H
#define SNMP_SINK_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <stdbool.h>

#include "clock.h"

struct sink;

/* What was sent is settled: taken, or to be sent again. arg is the one of sink_send. */
typedef void (*sink_settled_fn)(void *arg, bool is_taken);

/*
 * Takes an open session, which belongs to none of net-snmp's lists of sinks. command is
 * SNMP_MSG_TRAP (SNMPv1), SNMP_MSG_TRAP2 or SNMP_MSG_INFORM; name is for the log.
 */
struct sink *sink_new(
	netsnmp_session *session, int command, const char *name, sink_settled_fn settled);

/* What was sent and not settled never will be. */
void sink_free(struct sink *sink);

/* Whether something may be sent now. May make it ready for later, which takes a while. */
bool sink_is_ready(struct sink *sink, struct monotime now);

/*
 * Sends a notification of these variables, sysUpTime and snmpTrapOID first. It is settled
 * later, or before this returns.
 */
void sink_send(struct sink *sink, const netsnmp_variable_list *variables, void *arg);

#endif
