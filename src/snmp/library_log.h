/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What net-snmp has to say, in the log of this program: a line each, and no more than a log
 * can bear, since it has something to say about each packet that somebody sends it.
 */
#ifndef SNMP_LIBRARY_LOG_H
#define SNMP_LIBRARY_LOG_H

/* For the life of the process. */
void library_log_start(void);

#endif
