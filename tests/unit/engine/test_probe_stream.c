/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The types tcp and unix, against servers of the test itself. TLS is for the integration
 * tests, which have a server that speaks it.
 */
#include "probe_fixture.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "util.h"

static void
run_tcp(struct fixture *fixture, unsigned port, struct observed *ret_observed)
{
	fixture_run(fixture, probe_of_port(CHECK_TYPE_TCP, port), ret_observed);
}

static void
a_port_that_listens_is_ok(void **state)
{
	struct observed observed;
	unsigned port;
	struct server *server =
		server_start(*state, &(struct server_words){.greeting = NULL}, &port);

	run_tcp(*state, port, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_OK);
	ASSERT_SAYS(observed, "connected to 127.0.0.1 port ");
	ASSERT_MEASURES(observed, "time=0.0");
	server_free(server);
}

static void
a_port_that_nobody_listens_at_refuses(void **state)
{
	struct observed observed;

	run_tcp(*state, closed_port(), &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_REFUSED);
	ASSERT_SAYS(observed, "refuses connections");
}

/* A backlog that is full takes no connection and says nothing. */
static void
a_port_that_does_not_answer_times_out_while_connecting(void **state)
{
	struct observed observed;
	struct definition *definition;
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	CLEANUP_CLOSE int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int fillers[4];

	assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 0), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
	for (size_t i = 0; i < ARRAY_LEN(fillers); i++) {
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		connect(fillers[i], (const struct sockaddr *)&address, sizeof(address));
	}
	definition = probe_of_port(CHECK_TYPE_TCP, ntohs(address.sin_port));
	definition->timeout_ms = 300;
	fixture_run(*state, definition, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_CONNECT_TIMEOUT);
	assert_in_range(observed.result.duration_ms, 300, 5000);
	for (size_t i = 0; i < ARRAY_LEN(fillers); i++)
		close(fillers[i]);
}

static void
a_broadcast_address_is_unreachable(void **state)
{
	struct observed observed;
	struct definition *definition = probe_of_port(CHECK_TYPE_TCP, 80);

	set_text(&definition->probe->host, "255.255.255.255");
	fixture_run(*state, definition, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_UNREACHABLE);
}

static void
a_name_of_the_hosts_file_is_found(void **state)
{
	struct observed observed;
	unsigned port;
	struct server *server =
		server_start(*state, &(struct server_words){.greeting = NULL}, &port);
	struct definition *definition = probe_of_port(CHECK_TYPE_TCP, port);

	set_text(&definition->probe->host, "localhost");
	definition->probe->family = PROBE_FAMILY_IPV4;
	fixture_run(*state, definition, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_OK);
	server_free(server);
}

/* ::1 comes first, where nobody listens. */
static void
the_addresses_of_a_name_are_tried_in_order(void **state)
{
	struct observed observed;
	unsigned port;
	struct server *server =
		server_start(*state, &(struct server_words){.greeting = NULL}, &port);
	struct definition *definition = probe_of_port(CHECK_TYPE_TCP, port);

	set_text(&definition->probe->host, "localhost");
	fixture_run(*state, definition, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_OK);
	ASSERT_SAYS(observed, "127.0.0.1");
	server_free(server);
}

static void
an_address_of_the_other_family_is_no_address(void **state)
{
	struct observed observed;
	struct definition *definition = probe_of_port(CHECK_TYPE_TCP, 80);

	definition->probe->family = PROBE_FAMILY_IPV6;
	fixture_run(*state, definition, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_NO_RECORD);
}

static struct definition *
expecting(unsigned port, const char *text)
{
	struct definition *definition = probe_of_port(CHECK_TYPE_TCP, port);

	set_text(&definition->probe->expect, text);
	return definition;
}

static void
an_expected_greeting_is_ok(void **state)
{
	struct observed observed;
	unsigned port;
	struct server *server = server_start(
		*state, &(struct server_words){.greeting = "220 mail ready\r\n"}, &port);

	fixture_run(*state, expecting(port, "220 "), &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_OK);
	ASSERT_SAYS(observed, "right answer of ");
	server_free(server);
}

static void
what_is_sent_gets_its_answer(void **state)
{
	struct observed observed;
	unsigned port;
	struct server *server =
		server_start(*state, &(struct server_words){.answer = "+PONG\r\n"}, &port);
	struct definition *definition = probe_of_port(CHECK_TYPE_TCP, port);

	set_text(&definition->probe->send, "PING\r\n");
	set_pattern(definition->probe, "^\\+P[AEIOU]NG");
	fixture_run(*state, definition, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_OK);
	server_free(server);
}

static void
another_answer_is_unexpected_and_shown(void **state)
{
	struct observed observed;
	unsigned port;
	struct server *server = server_start(*state,
		&(struct server_words){.greeting = "554 no | way\r\n", .closes = true}, &port);

	fixture_run(*state, expecting(port, "220 "), &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_UNEXPECTED);
	ASSERT_SAYS(observed, "sent something else: 554 no | way");
	server_free(server);
}

static void
a_server_that_closes_without_a_word_loses_the_connection(void **state)
{
	struct observed observed;
	unsigned port;
	struct server *server =
		server_start(*state, &(struct server_words){.closes = true}, &port);

	fixture_run(*state, expecting(port, "220 "), &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_LOST);
	server_free(server);
}

static void
a_server_that_stays_silent_is_late(void **state)
{
	struct observed observed;
	unsigned port;
	struct server *server =
		server_start(*state, &(struct server_words){.greeting = NULL}, &port);
	struct definition *definition = expecting(port, "220 ");

	definition->timeout_ms = 300;
	fixture_run(*state, definition, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_LATE);
	ASSERT_SAYS(observed, "has not answered: in 0.3 s");
	server_free(server);
}

static void
a_flood_is_not_kept(void **state)
{
	struct observed observed;
	unsigned port;
	char *flood = xcalloc(1, 100001);
	memset(flood, 'x', 100000);
	struct server *server =
		server_start(*state, &(struct server_words){.greeting = flood}, &port);

	fixture_run(*state, expecting(port, "220 "), &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_UNEXPECTED);
	ASSERT_SAYS(observed, "a lot of something else");
	server_free(server);
	free(flood);
}

static void
a_server_without_tls_fails_the_handshake(void **state)
{
	struct observed observed;
	unsigned port;
	struct server *server = server_start(*state,
		&(struct server_words){.answer = "HTTP/1.0 400 Bad Request\r\n\r\n"}, &port);
	struct definition *definition = probe_of_port(CHECK_TYPE_TCP, port);

	definition->probe->is_tls = true;
	definition->probe->is_verified = false;
	fixture_run(*state, definition, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_TLS_FAILED);
	server_free(server);
}

static void
certificates_that_cannot_be_read_are_a_failure_to_start(void **state)
{
	struct observed observed;
	unsigned port;
	struct server *server =
		server_start(*state, &(struct server_words){.greeting = NULL}, &port);
	struct definition *definition = probe_of_port(CHECK_TYPE_TCP, port);

	definition->probe->is_tls = true;
	set_text(&definition->probe->ca_file, "/nonexistent/ca.pem");
	fixture_run(*state, definition, &observed);
	assert_int_equal(observed.result.outcome, CHECK_OUTCOME_START_FAILED);
	ASSERT_SAYS(observed, "/nonexistent/ca.pem: No such file");
	server_free(server);
}

static struct definition *
probe_of_path(const char *path)
{
	struct definition *definition = probe_of(CHECK_TYPE_UNIX);

	set_text(&definition->probe->path, path);
	return definition;
}

static void
a_unix_socket_that_listens_is_ok(void **state)
{
	struct observed observed;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	CLEANUP_FREE char *path = fixture_path(*state, "socket");
	CLEANUP_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	fixture_run(*state, probe_of_path(path), &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_OK);
}

static void
a_socket_that_is_not_there_is_absent(void **state)
{
	struct observed observed;

	fixture_run(*state, probe_of_path("/nonexistent/socket"), &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_ABSENT);
}

static void
a_file_that_is_no_socket_refuses(void **state)
{
	struct observed observed;

	fixture_run(*state, probe_of_path("/etc/passwd"), &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_REFUSED);
}

static bool
is_gone(void *arg)
{
	return ((const struct observed *)arg)->gone_count > 0;
}

static void
a_probe_that_is_stopped_has_no_result(void **state)
{
	struct fixture *fixture = *state;
	struct observed observed = {0};
	unsigned port;
	struct server *server =
		server_start(fixture, &(struct server_words){.greeting = NULL}, &port);
	struct definition *definition = expecting(port, "220 ");
	struct probe_run *run =
		prober_start(fixture->prober, definition, &observing, &observed);

	definition_unref(definition);
	probe_stop(run);
	assert_int_equal(observed.gone_count, 0);
	assert_true(fixture_wait(fixture, is_gone, &observed));
	assert_int_equal(observed.done_count, 0);
	assert_int_equal(prober_count(fixture->prober), 0);
	server_free(server);
}

static void
a_prober_that_ends_drops_its_probes(void **state)
{
	struct fixture *fixture = *state;
	struct observed observed = {0};
	unsigned port;
	struct server *server =
		server_start(fixture, &(struct server_words){.greeting = NULL}, &port);
	struct definition *definition = expecting(port, "220 ");

	prober_start(fixture->prober, definition, &observing, &observed);
	definition_unref(definition);
	prober_free(fixture->prober);
	fixture->prober = NULL;
	assert_int_equal(observed.done_count + observed.gone_count, 0);
	server_free(server);
}

#define STREAM_TEST(name)                                                                      \
	cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STREAM_TEST(a_port_that_listens_is_ok),
		STREAM_TEST(a_port_that_nobody_listens_at_refuses),
		STREAM_TEST(a_port_that_does_not_answer_times_out_while_connecting),
		STREAM_TEST(a_broadcast_address_is_unreachable),
		STREAM_TEST(a_name_of_the_hosts_file_is_found),
		STREAM_TEST(the_addresses_of_a_name_are_tried_in_order),
		STREAM_TEST(an_address_of_the_other_family_is_no_address),
		STREAM_TEST(an_expected_greeting_is_ok),
		STREAM_TEST(what_is_sent_gets_its_answer),
		STREAM_TEST(another_answer_is_unexpected_and_shown),
		STREAM_TEST(a_server_that_closes_without_a_word_loses_the_connection),
		STREAM_TEST(a_server_that_stays_silent_is_late),
		STREAM_TEST(a_flood_is_not_kept),
		STREAM_TEST(a_server_without_tls_fails_the_handshake),
		STREAM_TEST(certificates_that_cannot_be_read_are_a_failure_to_start),
		STREAM_TEST(a_unix_socket_that_listens_is_ok),
		STREAM_TEST(a_socket_that_is_not_there_is_absent),
		STREAM_TEST(a_file_that_is_no_socket_refuses),
		STREAM_TEST(a_probe_that_is_stopped_has_no_result),
		STREAM_TEST(a_prober_that_ends_drops_its_probes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
