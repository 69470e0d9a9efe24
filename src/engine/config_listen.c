/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses taken apart from both ends: the transport in front, the port behind.
 */
#include "config_listen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

#define PORT_DIGITS_MAX 5

static const struct transport {
	const char *prefix;
	int family;
} transports[] = {
	{"udp:", AF_INET},
	{"udp6:", AF_INET6},
};

static bool
is_port(const char *text)
{
	size_t len = strspn(text, "0123456789");

	return len > 0 && len <= PORT_DIGITS_MAX && text[len] == '\0' && text[0] != '0' &&
	       atoi(text) <= UINT16_MAX;
}

static bool
is_ip6(const char *text)
{
	size_t len = strlen(text);
	struct in6_addr address;

	if (len < 2 || text[0] != '[' || text[len - 1] != ']')
		return false;
	CLEANUP_FREE char *inside = xstrndup(text + 1, len - 2);
	return inet_pton(AF_INET6, inside, &address) == 1;
}

static bool
is_host(const char *text, int family)
{
	struct in_addr address;

	return family == AF_INET6 ? is_ip6(text) : inet_pton(AF_INET, text, &address) == 1;
}

/* "PORT" or "HOST:PORT". */
static bool
is_place(const char *text, int family)
{
	const char *colon = strrchr(text, ':');

	if (colon == NULL)
		return is_port(text);
	CLEANUP_FREE char *host = xstrndup(text, (size_t)(colon - text));
	return is_host(host, family) && is_port(colon + 1);
}

bool
config_listen_is_address(const char *text)
{
	for (size_t i = 0; i < ARRAY_LEN(transports); i++) {
		size_t len = strlen(transports[i].prefix);

		if (strncmp(text, transports[i].prefix, len) == 0)
			return is_place(text + len, transports[i].family);
	}
	return false;
}
