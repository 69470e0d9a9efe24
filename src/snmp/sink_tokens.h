/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tokens of snmpd.conf(5) that name receivers of notifications: trapsink, trap2sink,
 * informsink, trapsess, trapcommunity, v1trapaddress. They take the place of the library's,
 * which would send and not tell what became of it.
 */
#ifndef SNMP_SINK_TOKENS_H
#define SNMP_SINK_TOKENS_H

struct sinks;

/*
 * To be called between init_agent and init_snmp. What is read from then on is added to
 * sinks, which are borrowed; what cannot be is told in the log, with file and line.
 */
void sink_tokens_register(struct sinks *sinks);

/* Nothing more is read. */
void sink_tokens_end(void);

#endif
