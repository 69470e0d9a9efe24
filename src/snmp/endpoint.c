/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net-snmp's transports, which set errno where they fail, as a rule.
 */
#include "endpoint.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "util.h"

/* What stands before the first colon may be a host's name, too: these are not allowed. */
static const char *const others[] = {
	"aal5pvc",
	"alias",
	"dtlsudp",
	"dtlsudp6",
	"ipx",
	"ssh",
	"std",
	"stdio",
	"tcp",
	"tcp6",
	"tcpipv6",
	"tcpv6",
	"tlstcp",
	"tlstcp6",
	"unix",
};

static bool
is_datagram(const char *address)
{
	size_t len = strcspn(address, ":");

	if (address[0] == '/' || address[0] == '\0')
		return false;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		if (strlen(others[i]) == len && strncasecmp(address, others[i], len) == 0)
			return false;
	}
	return true;
}

static int
check(netsnmp_transport *transport, netsnmp_transport **ret_transport)
{
	if (transport == NULL)
		return errno != 0 ? -errno : -EINVAL;
	if ((transport->flags & NETSNMP_TRANSPORT_FLAG_STREAM) != 0) {
		transport->f_close(transport);
		netsnmp_transport_free(transport);
		return -EPROTONOSUPPORT;
	}
	*ret_transport = transport;
	return 0;
}

int
endpoint_listen(const char *address, netsnmp_transport **ret_transport)
{
	if (!is_datagram(address))
		return -EPROTONOSUPPORT;
	errno = 0;
	return check(netsnmp_transport_open_server("snmp", address), ret_transport);
}

int
endpoint_connect(const char *address, const char *source, netsnmp_transport **ret_transport)
{
	netsnmp_tdomain_spec spec = {
		.application = "snmptrap",
		.target = address,
		.source = source,
	};

	if (!is_datagram(address))
		return -EPROTONOSUPPORT;
	errno = 0;
	return check(netsnmp_tdomain_transport_tspec(&spec), ret_transport);
}
