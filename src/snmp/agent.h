/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The publisher: what the engine tells it becomes the table that the AgentX master asks
 * for and the notifications that it sends on. Wiring only.
 */
#ifndef SNMP_AGENT_H
#define SNMP_AGENT_H

#include <event2/event.h>

struct agent;

/*
 * Takes fd, the socket to the engine, whose hello says what else is to be done. Once that is
 * done, and before anything comes from the network, it calls confine, which may be NULL.
 */
struct agent *agent_new(struct event_base *base, int fd, void (*confine)(void));
void agent_free(struct agent *agent); /* takes leave of the master */

/*
 * Runs until the engine closes the socket or agent_stop. Returns the process's exit
 * status: 0, or 1 where the engine spoke nonsense or is of another version.
 */
int agent_run(struct agent *agent);
void agent_stop(struct agent *agent);

#endif
