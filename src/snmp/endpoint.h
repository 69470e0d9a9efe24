/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The addresses that a standalone agent uses, as net-snmp writes them: see snmpcmd(1),
 * Agent Specification. Datagrams alone, since net-snmp waits for a peer of a connection
 * that does not read.
 */
#ifndef SNMP_ENDPOINT_H
#define SNMP_ENDPOINT_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

/*
 * Opens a socket to receive requests. Returns 0 and the transport, -EPROTONOSUPPORT for an
 * address that is none of datagrams, or -errno.
 */
int endpoint_listen(const char *address, netsnmp_transport **ret_transport);

/*
 * Opens a socket to send notifications to an address; source is the address to send from,
 * or NULL. May take as long as a name takes to be looked up. Returns as endpoint_listen.
 */
int endpoint_connect(
	const char *address, const char *source, netsnmp_transport **ret_transport);

#endif
