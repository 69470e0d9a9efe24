/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why an AgentX master cannot be reached, in a sentence that says what to do.
 */
#ifndef SNMP_REACH_H
#define SNMP_REACH_H

#include <stddef.h>
#include <sys/socket.h>

#define REACH_REASON_SIZE 512

/*
 * Describes the error, an errno, of a connect to the address, whose text is as the
 * configuration has it. Returns a number, not 0, that is another where the cause is.
 */
long reach_describe(const char *text, const struct sockaddr_storage *address, int error,
	char *buf, size_t size);

#endif
