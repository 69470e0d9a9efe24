/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses of a master.
 */
#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "util.h"

static int
parse_unix(const char *path, struct sockaddr_storage *ret_address, socklen_t *ret_len)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(path);

	if (path[0] != '/' || len >= sizeof(address.sun_path))
		return -EINVAL;
	memcpy(address.sun_path, path, len);
	memcpy(ret_address, &address, sizeof(address));
	*ret_len = sizeof(address);
	return 0;
}

static int
parse_port(const char *text, in_port_t *ret_port)
{
	char *end;
	unsigned long port = strtoul(text, &end, 10);

	if (text[0] < '1' || text[0] > '9' || *end != '\0' || port > UINT16_MAX)
		return -EINVAL;
	*ret_port = htons((uint16_t)port);
	return 0;
}

static int
parse_ip4(const char *host, in_port_t port, struct sockaddr_storage *ret_address,
	socklen_t *ret_len)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = port};

	if (strcmp(host, "localhost") == 0)
		address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
		return -EINVAL;
	memcpy(ret_address, &address, sizeof(address));
	*ret_len = sizeof(address);
	return 0;
}

static int
parse_ip6(char *host, in_port_t port, struct sockaddr_storage *ret_address, socklen_t *ret_len)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = port};
	size_t len = strlen(host);

	if (len < 2 || host[len - 1] != ']')
		return -EINVAL;
	host[len - 1] = '\0';
	if (inet_pton(AF_INET6, host + 1, &address.sin6_addr) != 1)
		return -EINVAL;
	memcpy(ret_address, &address, sizeof(address));
	*ret_len = sizeof(address);
	return 0;
}

static int
parse_tcp(const char *text, struct sockaddr_storage *ret_address, socklen_t *ret_len)
{
	char *host CLEANUP_FREE = xstrdup(text);
	char *colon = strrchr(host, ':');
	in_port_t port;

	if (colon == NULL || parse_port(colon + 1, &port) < 0)
		return -EINVAL;
	*colon = '\0';
	if (host[0] == '[')
		return parse_ip6(host, port, ret_address, ret_len);
	return parse_ip4(host, port, ret_address, ret_len);
}

int
address_parse(const char *text, struct sockaddr_storage *ret_address, socklen_t *ret_len)
{
	if (strncmp(text, "unix:", 5) == 0)
		return parse_unix(text + 5, ret_address, ret_len);
	if (strncmp(text, "tcp:", 4) == 0)
		return parse_tcp(text + 4, ret_address, ret_len);
	return -EINVAL;
}
