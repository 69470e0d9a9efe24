/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All receivers of notifications. A notification is answered when each of them has taken
 * it, at once where there is none; what one has not taken is sent again to that one alone.
 * Each gets what it has not taken yet in order.
 */
#ifndef SNMP_SINKS_H
#define SNMP_SINKS_H

#include <event2/event.h>
#include <stdint.h>

#include "sink.h"

struct sinks;

/* Neither is called from within another function of sinks_. */
struct sinks_callbacks {
	void (*answered)(void *arg, uint32_t packet_id);
	/* Requests may have been sent: net-snmp's timers are others now. */
	void (*sent)(void *arg);
};

struct sinks *sinks_new(
	struct event_base *base, const struct sinks_callbacks *callbacks, void *arg);
void sinks_free(struct sinks *sinks);

/* Adds a sink for what is notified from now on; see sink_new. */
void sinks_add(struct sinks *sinks, netsnmp_session *session, int command, const char *name);
size_t sinks_count(const struct sinks *sinks);

/* To be called every second. */
void sinks_tick(struct sinks *sinks);

/* Takes the variables, sysUpTime and snmpTrapOID first. Returns the ID of the answer. */
uint32_t sinks_notify(struct sinks *sinks, netsnmp_variable_list *variables);

#endif
