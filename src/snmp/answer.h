/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The answers to a master's requests (RFC 2741, 7.2.3 and 7.2.4), made at once from the
 * table. Everything is read-only.
 */
#ifndef SNMP_ANSWER_H
#define SNMP_ANSWER_H

#include "agentx_protocol.h"
#include "clock.h"

struct table;

/* The response to a request, to be freed by snmp_free_pdu; NULL where none is due. */
netsnmp_pdu *answer_new(struct table *table, const netsnmp_pdu *request, struct boottime now);

#endif
