/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net-snmp's sockets and timers as events of libevent: packets are read when they are there,
 * requests are repeated and given up when it is time.
 */
#ifndef SNMP_BRIDGE_H
#define SNMP_BRIDGE_H

#include <event2/event.h>

struct bridge;

struct bridge *bridge_new(struct event_base *base);
void bridge_free(struct bridge *bridge);

/* To be called where sessions were opened or closed, or a request was sent, by others. */
void bridge_sync(struct bridge *bridge);

#endif
