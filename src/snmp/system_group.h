/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system group of SNMPv2-MIB (RFC 3418) of a standalone agent, which managers take for
 * granted.
 */
#ifndef SNMP_SYSTEM_GROUP_H
#define SNMP_SYSTEM_GROUP_H

struct system_group;

/* Between init_agent and init_snmp: sysDescr, sysContact, sysName, sysLocation are tokens. */
struct system_group *system_group_new(const char *version);
void system_group_free(struct system_group *system_group);

#endif
