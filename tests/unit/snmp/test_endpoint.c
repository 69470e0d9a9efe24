/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "endpoint.h"
#include "util.h"

static void
close_transport(netsnmp_transport *transport)
{
	transport->f_close(transport);
	netsnmp_transport_free(transport);
}

static void
datagrams_are_received_and_sent(void **state)
{
	netsnmp_transport *transport;

	(void)state;
	assert_int_equal(endpoint_listen("udp:127.0.0.1:0", &transport), 0);
	close_transport(transport);
	assert_int_equal(endpoint_connect("127.0.0.1:162", NULL, &transport), 0);
	close_transport(transport);
	assert_int_equal(endpoint_connect("udp:127.0.0.1:162", "127.0.0.1", &transport), 0);
	close_transport(transport);
}

static void
connections_are_refused_without_being_tried(void **state)
{
	static const char *const addresses[] = {"tcp:127.0.0.1:1", "TCP:127.0.0.1:1",
		"tcp6:[::1]:1", "unix:/tmp/x", "/tmp/x", "ssh:127.0.0.1", "tlstcp:127.0.0.1:1",
		"dtlsudp:127.0.0.1:1", ""};
	netsnmp_transport *transport;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		assert_int_equal(endpoint_listen(addresses[i], &transport), -EPROTONOSUPPORT);
		assert_int_equal(
			endpoint_connect(addresses[i], NULL, &transport), -EPROTONOSUPPORT);
	}
}

static void
a_port_that_is_taken_is_told_by_its_errno(void **state)
{
	struct sockaddr_in taken = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(taken);
	CLEANUP_CLOSE int fd = socket(AF_INET, SOCK_DGRAM, 0);
	netsnmp_transport *transport;
	char address[64];

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&taken, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&taken, &len), 0);
	snprintf(address, sizeof(address), "udp:127.0.0.1:%d", ntohs(taken.sin_port));
	assert_int_equal(endpoint_listen(address, &transport), -EADDRINUSE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(datagrams_are_received_and_sent),
		cmocka_unit_test(connections_are_refused_without_being_tried),
		cmocka_unit_test(a_port_that_is_taken_is_told_by_its_errno),
	};
	netsnmp_session session;

	snmp_disable_log();
	snmp_sess_init(&session); /* the least that makes the library ready */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
