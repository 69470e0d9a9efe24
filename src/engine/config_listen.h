/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses that a standalone publisher listens on: those of snmpd's agentAddress that
 * leave nothing to guess and no name to look up. See snmpcmd(1), Agent Specification. There
 * is no tcp, since net-snmp waits for a peer that does not read.
 */
#ifndef ENGINE_CONFIG_LISTEN_H
#define ENGINE_CONFIG_LISTEN_H

#include <stdbool.h>

/* "udp:PORT", "udp:ADDRESS:PORT", "udp6:PORT" or "udp6:[ADDRESS]:PORT". */
bool config_listen_is_address(const char *text);

#endif
