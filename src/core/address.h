/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The address of an AgentX master as the configuration has it. No name is looked up, since
 * that could block.
 */
#ifndef CORE_ADDRESS_H
#define CORE_ADDRESS_H

#include <sys/socket.h>

/*
 * Parses "unix:PATH" with an absolute path, or "tcp:HOST:PORT" where HOST is an IPv4
 * address, an IPv6 address in brackets, or "localhost". Returns 0, or -EINVAL.
 */
int address_parse(const char *text, struct sockaddr_storage *ret_address, socklen_t *ret_len);

#endif
