/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An event as a notification of CHECKD-MIB: its variables in their order, bounded so that
 * the message is one packet on the networks there are.
 */
#ifndef SNMP_NOTIFICATION_H
#define SNMP_NOTIFICATION_H

#include <stddef.h>

#include "agentx_protocol.h"
#include "check_event.h"

/* The longest SNMP message of a notification, in octets. */
#define NOTIFICATION_MAX 1400

/* What of it is kept for the message around the variables: a header of SNMPv3 with USM. */
#define NOTIFICATION_HEADER_LEN 160

/* Cuts the description, then the output, then the meaning, until the message is short enough.
 */
void notification_fit(struct check_event *event);

/*
 * The variables, sysUpTime aside, which the master puts before them: snmpTrapOID, then
 * those of the MIB. The list is the caller's, for snmp_free_varbind or a PDU.
 */
netsnmp_variable_list *notification_variables_new(const struct check_event *event);

/* How many octets the variables are in an SNMP message, sysUpTime included. */
size_t notification_size(const netsnmp_variable_list *variables);

#endif
