/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses of a master: what is taken, and what is refused because it would be looked up.
 */
#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sys/un.h>

#include "util.h"

static struct sockaddr_storage address;
static socklen_t len;

static void
a_path_is_a_unix_socket(void **state)
{
	const struct sockaddr_un *socket_address = (struct sockaddr_un *)&address;

	(void)state;
	assert_int_equal(address_parse("unix:/var/agentx/master", &address, &len), 0);
	assert_int_equal(socket_address->sun_family, AF_UNIX);
	assert_string_equal(socket_address->sun_path, "/var/agentx/master");
}

static void
numbers_and_localhost_are_tcp_addresses(void **state)
{
	const struct sockaddr_in *ip4 = (struct sockaddr_in *)&address;
	const struct sockaddr_in6 *ip6 = (struct sockaddr_in6 *)&address;

	(void)state;
	assert_int_equal(address_parse("tcp:192.0.2.1:705", &address, &len), 0);
	assert_int_equal(ip4->sin_family, AF_INET);
	assert_int_equal(ntohl(ip4->sin_addr.s_addr), 0xC0000201);
	assert_int_equal(ntohs(ip4->sin_port), 705);
	assert_int_equal(address_parse("tcp:localhost:65535", &address, &len), 0);
	assert_int_equal(ntohl(ip4->sin_addr.s_addr), INADDR_LOOPBACK);
	assert_int_equal(address_parse("tcp:[::1]:705", &address, &len), 0);
	assert_int_equal(ip6->sin6_family, AF_INET6);
	assert_int_equal(ntohs(ip6->sin6_port), 705);
}

static void
all_else_is_refused(void **state)
{
	static const char *const wrong[] = {"", "unix:", "unix:relative", "/var/agentx/master",
		"tcp:", "tcp:localhost", "tcp:localhost:", "tcp:localhost:0",
		"tcp:localhost:65536", "tcp:localhost:7x", "tcp:localhost:-1",
		"tcp:master.example:705", "tcp::705", "tcp:[::1:705", "tcp:[]:705",
		"tcp:::1:705", "udp:127.0.0.1:705"};
	char path[512] = "unix:/";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(address_parse(wrong[i], &address, &len), -EINVAL);
	memset(path + 6, 'x', 200);
	assert_int_equal(address_parse(path, &address, &len), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_a_unix_socket),
		cmocka_unit_test(numbers_and_localhost_are_tcp_addresses),
		cmocka_unit_test(all_else_is_refused),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
