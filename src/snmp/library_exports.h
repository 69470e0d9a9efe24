/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Functions of libnetsnmpagent that it exports without an installed header.
 */
#ifndef SNMP_LIBRARY_EXPORTS_H
#define SNMP_LIBRARY_EXPORTS_H

/* A callback of SNMP_CALLBACK_POST_READ_CONFIG, registered by init_agent. */
int vacm_warn_if_not_configured(int major, int minor, void *message, void *arg);

#endif
