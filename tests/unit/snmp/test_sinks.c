/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sinks against sockets of this process, which answer an inform when a test wants it.
 */
#include <arpa/inet.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "bridge.h"
#include "endpoint.h"
#include "log.h"
#include "notification.h"
#include "sample.h"
#include "sinks.h"
#include "util.h"

#define TIMEOUT_US   300000
#define PATIENCE     50000 /* turns */
#define TURN_US      200   /* so that net-snmp is asked more often than it wants to wait */
#define PACKET_MAX   2048
#define TAG_RESPONSE 0xa2
#define TAG_INFORM   0xa6
#define ANSWERS_MAX  100
#define TAG_POSITION (4 + 3 + 8) /* behind sequence, version, "public" */

struct receiver {
	int fd;
	char address[64];
};

struct fixture {
	struct event_base *base;
	struct sinks *sinks;
	struct bridge *bridge;
	uint32_t answers[ANSWERS_MAX];
	size_t answer_count;
};

static void
sinks_on_answered(void *arg, uint32_t packet_id)
{
	struct fixture *fixture = arg;

	assert_true(fixture->answer_count < ANSWERS_MAX);
	fixture->answers[fixture->answer_count++] = packet_id;
}

static void
sinks_on_sent(void *arg)
{
	struct fixture *fixture = arg;

	bridge_sync(fixture->bridge);
}

static int
set_up(void **state)
{
	static const struct sinks_callbacks callbacks = {
		.answered = sinks_on_answered,
		.sent = sinks_on_sent,
	};
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));

	fixture->base = event_base_new();
	fixture->sinks = sinks_new(fixture->base, &callbacks, fixture);
	fixture->bridge = bridge_new(fixture->base);
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	sinks_free(fixture->sinks);
	bridge_free(fixture->bridge);
	event_base_free(fixture->base);
	free(fixture);
	return 0;
}

static void
receiver_open(struct receiver *receiver)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);

	receiver->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(receiver->fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(receiver->fd, (struct sockaddr *)&address, &len), 0);
	snprintf(receiver->address, sizeof(receiver->address), "udp:127.0.0.1:%d",
		ntohs(address.sin_port));
}

static void
add_sink(struct fixture *fixture, const struct receiver *receiver, int command)
{
	char community[] = "public";
	netsnmp_transport *transport;
	netsnmp_session session;

	snmp_sess_init(&session);
	session.version = SNMP_VERSION_2c;
	session.community = (u_char *)community;
	session.community_len = strlen(community);
	session.timeout = TIMEOUT_US;
	session.retries = 0;
	assert_int_equal(endpoint_connect(receiver->address, NULL, &transport), 0);
	sinks_add(fixture->sinks, snmp_add(&session, transport, NULL, NULL), command,
		receiver->address);
}

static uint32_t
notify(struct fixture *fixture)
{
	static const oid sys_up_time[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
	struct check_event event = sample_event(1, "web");
	netsnmp_variable_list *variables = NULL;
	long up_time = 1;

	snmp_varlist_add_variable(&variables, sys_up_time, ARRAY_LEN(sys_up_time),
		ASN_TIMETICKS, &up_time, sizeof(up_time));
	variables->next_variable = notification_variables_new(&event);
	check_event_deinit(&event);
	return sinks_notify(fixture->sinks, variables);
}

/* Turns the loop once, and the sinks' second. */
static void
turn(struct fixture *fixture)
{
	event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	sinks_tick(fixture->sinks);
	usleep(TURN_US);
}

/* Takes a packet if one is there; an inform is answered where the test wants it. */
static bool
receive(const struct receiver *receiver, bool is_answered)
{
	uint8_t packet[PACKET_MAX];
	struct sockaddr_storage peer;
	socklen_t peer_len = sizeof(peer);
	ssize_t len = recvfrom(
		receiver->fd, packet, sizeof(packet), 0, (struct sockaddr *)&peer, &peer_len);

	if (len < 0)
		return false;
	if (is_answered) {
		assert_int_equal(packet[TAG_POSITION], TAG_INFORM);
		packet[TAG_POSITION] = TAG_RESPONSE;
		sendto(receiver->fd, packet, (size_t)len, 0, (struct sockaddr *)&peer,
			peer_len);
	}
	return true;
}

static void
wait_for_packet(struct fixture *fixture, const struct receiver *receiver, bool is_answered)
{
	for (int i = 0; i < PATIENCE; i++) {
		turn(fixture);
		if (receive(receiver, is_answered))
			return;
	}
	fail_msg("no packet came");
}

/* A receiver, where one is given, answers meanwhile, as often as it is asked. */
static void
wait_for_answers(struct fixture *fixture, const struct receiver *receiver, size_t count)
{
	for (int i = 0; i < PATIENCE && fixture->answer_count < count; i++) {
		turn(fixture);
		if (receiver != NULL)
			receive(receiver, true);
	}
	assert_int_equal(fixture->answer_count, count);
}

static void
without_a_sink_a_notification_is_answered_later_but_soon(void **state)
{
	struct fixture *fixture = *state;
	uint32_t id = notify(fixture);

	assert_int_equal(fixture->answer_count, 0);
	turn(fixture);
	assert_int_equal(fixture->answer_count, 1);
	assert_int_equal(fixture->answers[0], id);
}

static void
a_trap_is_answered_when_it_was_sent(void **state)
{
	struct fixture *fixture = *state;
	struct receiver receiver;

	receiver_open(&receiver);
	add_sink(fixture, &receiver, SNMP_MSG_TRAP2);
	notify(fixture);
	turn(fixture);
	wait_for_answers(fixture, NULL, 1);
	assert_true(receive(&receiver, false));
	close(receiver.fd);
}

static void
an_inform_is_answered_when_its_receiver_has(void **state)
{
	struct fixture *fixture = *state;
	struct receiver receiver;

	receiver_open(&receiver);
	add_sink(fixture, &receiver, SNMP_MSG_INFORM);
	notify(fixture);
	wait_for_packet(fixture, &receiver, false);
	turn(fixture);
	assert_int_equal(fixture->answer_count, 0);
	wait_for_answers(fixture, &receiver, 1); /* after its timeout and the pause */
	close(receiver.fd);
}

static void
an_inform_is_sent_again_only_to_who_has_not_answered(void **state)
{
	struct fixture *fixture = *state;
	struct receiver prompt, slow;

	receiver_open(&prompt);
	receiver_open(&slow);
	add_sink(fixture, &prompt, SNMP_MSG_INFORM);
	add_sink(fixture, &slow, SNMP_MSG_INFORM);
	notify(fixture);
	wait_for_packet(fixture, &prompt, true);
	wait_for_packet(fixture, &slow, false);
	wait_for_packet(fixture, &slow, false);
	assert_int_equal(fixture->answer_count, 0);
	wait_for_answers(fixture, &slow, 1);
	assert_false(receive(&prompt, false));
	close(prompt.fd);
	close(slow.fd);
}

static void
a_sink_that_is_down_is_tried_with_one_and_then_gets_the_rest(void **state)
{
	struct fixture *fixture = *state;
	struct receiver receiver;

	receiver_open(&receiver);
	add_sink(fixture, &receiver, SNMP_MSG_INFORM);
	for (int i = 0; i < 3; i++)
		notify(fixture);
	for (int i = 0; i < 3; i++)
		wait_for_packet(fixture, &receiver, false);
	wait_for_packet(fixture, &receiver, false);
	turn(fixture);
	assert_false(receive(&receiver, false));
	wait_for_answers(fixture, &receiver, 3);
	assert_int_equal(fixture->answers[0], 1);
	assert_int_equal(fixture->answers[2], 3);
	close(receiver.fd);
}

static void
what_waits_at_the_end_is_forgotten(void **state)
{
	struct fixture *fixture = *state;
	struct receiver receiver;

	receiver_open(&receiver);
	add_sink(fixture, &receiver, SNMP_MSG_INFORM);
	notify(fixture);
	wait_for_packet(fixture, &receiver, false);
	notify(fixture);
	close(receiver.fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			without_a_sink_a_notification_is_answered_later_but_soon, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_trap_is_answered_when_it_was_sent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_inform_is_answered_when_its_receiver_has, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_inform_is_sent_again_only_to_who_has_not_answered, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_sink_that_is_down_is_tried_with_one_and_then_gets_the_rest, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			what_waits_at_the_end_is_forgotten, set_up, tear_down),
	};
	netsnmp_session session;

	log_open("test_sinks", LOG_TARGET_STDERR, LOG_LEVEL_ERROR);
	snmp_disable_log();
	snmp_sess_init(&session);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
