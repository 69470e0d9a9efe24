/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The publisher between an engine and an AgentX master, both played by the test: what a
 * message of the engine's does to what the master reads and is notified of.
 */
#include "agent.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "agentx.h"
#include "clock.h"
#include "mib.h"
#include "sample.h"
#include "util.h"
#include "wire.h"

#define SESSION_ID  77
#define PATIENCE_NS (20 * NS_PER_S)

/* The members are owned strings elsewhere; nothing writes to these. */
#define TEXT(literal) ((char *)(uintptr_t)(literal))

static const oid output_column[] = {1, 5, 1, 11};
static const oid delivery_column[] = {1, 5, 1, 15};

struct fixture {
	struct event_base *base;
	struct agent *agent;
	int engine; /* its end of the link */
	char folder[32];
	struct sockaddr_un address;
	int listener; /* the master's */
	int master;   /* its connection */
	struct agentx *agentx;
	struct evbuffer *input;
};

static int
set_up(void **state)
{
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));
	int sockets[2];

	strcpy(fixture->folder, "/tmp/checkd-agent-XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	fixture->address.sun_family = AF_UNIX;
	snprintf(fixture->address.sun_path, sizeof(fixture->address.sun_path), "%s/master",
		fixture->folder);
	fixture->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fixture->listener, (struct sockaddr *)&fixture->address,
				 sizeof(fixture->address)),
		0);
	assert_int_equal(listen(fixture->listener, 5), 0);
	fixture->master = -1;
	fixture->agentx = agentx_new();
	fixture->input = evbuffer_new();
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets), 0);
	fixture->engine = sockets[1];
	fixture->base = event_base_new();
	fixture->agent = agent_new(fixture->base, sockets[0], NULL);
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	agent_free(fixture->agent);
	event_base_free(fixture->base);
	evbuffer_free(fixture->input);
	agentx_free(fixture->agentx);
	util_closep(&fixture->engine);
	util_closep(&fixture->master);
	util_closep(&fixture->listener);
	unlink(fixture->address.sun_path);
	rmdir(fixture->folder);
	free(fixture);
	return 0;
}

static void
tell(struct fixture *fixture, const struct wire_message *message)
{
	uint8_t buf[WIRE_MESSAGE_MAX];
	size_t len = wire_encode(message, buf);

	assert_int_equal(send(fixture->engine, buf, len, 0), len);
	event_base_loop(fixture->base, EVLOOP_NONBLOCK);
}

static void
tell_event(struct fixture *fixture, enum wire_type type, const struct check_event *event)
{
	tell(fixture, &(struct wire_message){.type = type, .event = *event});
}

static void
say_hello(struct fixture *fixture, bool is_ascii)
{
	char *master CLEANUP_FREE = xasprintf("unix:%s", fixture->address.sun_path);

	tell(fixture, &(struct wire_message){.type = WIRE_HELLO,
			      .hello = {
				      .version = TEXT(CHECKD_VERSION),
				      .master = master,
				      .listen = TEXT(""),
				      .config = TEXT(""),
				      .persistent_dir = TEXT(""),
				      .log_level = 3,
				      .is_ascii = is_ascii,
				      .priority = 127,
				      .notify_rate = 1000,
			      }});
	fixture->master = accept(fixture->listener, NULL, NULL);
	assert_true(fixture->master >= 0);
}

static void
tell_sync_and_summary(struct fixture *fixture)
{
	tell(fixture, &(struct wire_message){.type = WIRE_SYNC});
	tell(fixture, &(struct wire_message){.type = WIRE_SUMMARY,
			      .summary = {
				      .store_status = WIRE_STORE_OK,
				      .config_result = TEXT("ok"),
			      }});
}

/* Runs the agent until there is something at fd. */
static void
await(struct fixture *fixture, int fd)
{
	int64_t deadline_ns = monotime_now().ns + PATIENCE_NS;
	struct pollfd ready = {.fd = fd, .events = POLLIN};

	do {
		assert_true(monotime_now().ns < deadline_ns);
		event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	} while (poll(&ready, 1, 10) == 0);
}

/* The next packet to the master, which is of this type. */
static netsnmp_pdu *
expect(struct fixture *fixture, enum agentx_type type)
{
	netsnmp_pdu *pdu = NULL;

	while (agentx_take(fixture->agentx, fixture->input, &pdu) == 0) {
		await(fixture, fixture->master);
		assert_true(evbuffer_read(fixture->input, fixture->master, -1) > 0);
	}
	assert_non_null(pdu);
	assert_int_equal(pdu->command, type);
	return pdu;
}

static void
send_to_agent(struct fixture *fixture, netsnmp_pdu *pdu)
{
	struct evbuffer *output = evbuffer_new();

	assert_int_equal(agentx_put(fixture->agentx, pdu, output), 0);
	while (evbuffer_get_length(output) > 0)
		assert_true(evbuffer_write(output, fixture->master) > 0);
	evbuffer_free(output);
}

static void
answer(struct fixture *fixture, const netsnmp_pdu *request, long error)
{
	netsnmp_pdu *response CLEANUP_PDU = agentx_pdu_new(AGENTX_RESPONSE, SESSION_ID);

	response->reqid = request->reqid;
	response->errstat = error;
	send_to_agent(fixture, response);
}

static void
expect_and_take(struct fixture *fixture, enum agentx_type type)
{
	netsnmp_pdu *pdu CLEANUP_PDU = expect(fixture, type);

	answer(fixture, pdu, 0);
}

static void
start(struct fixture *fixture, bool is_ascii)
{
	say_hello(fixture, is_ascii);
	tell_sync_and_summary(fixture);
	expect_and_take(fixture, AGENTX_OPEN);
	expect_and_take(fixture, AGENTX_REGISTER);
	expect_and_take(fixture, AGENTX_ADD_AGENT_CAPS);
}

/* The master reads a column of the event of this index; the response is the caller's. */
static netsnmp_pdu *
get(struct fixture *fixture, const oid *column, uint32_t index)
{
	static const oid null_oid[] = {0, 0};
	netsnmp_pdu *request CLEANUP_PDU = agentx_pdu_new(AGENTX_GET, SESSION_ID);
	struct mib_name name;

	mib_name_begin(&name, column, 4);
	mib_name_add(&name, index);
	assert_non_null(snmp_pdu_add_variable(
		request, name.arcs, name.len, ASN_PRIV_EXCL_RANGE, null_oid, sizeof(null_oid)));
	send_to_agent(fixture, request);
	return expect(fixture, AGENTX_RESPONSE);
}

static void
assert_text(const netsnmp_variable_list *variable, const char *text)
{
	assert_int_equal(variable->type, ASN_OCTET_STR);
	assert_int_equal(variable->val_len, strlen(text));
	assert_memory_equal(variable->val.string, text, variable->val_len);
}

static void
assert_output(struct fixture *fixture, uint32_t index, const char *text)
{
	netsnmp_pdu *response CLEANUP_PDU = get(fixture, output_column, index);

	assert_text(response->variables, text);
}

static void
assert_delivery(struct fixture *fixture, uint32_t index, enum check_delivery delivery)
{
	netsnmp_pdu *response CLEANUP_PDU = get(fixture, delivery_column, index);

	assert_int_equal(response->variables->type, ASN_INTEGER);
	assert_int_equal(*response->variables->val.integer, delivery);
}

static void
assert_missing(struct fixture *fixture, uint32_t index)
{
	netsnmp_pdu *response CLEANUP_PDU = get(fixture, delivery_column, index);

	assert_int_equal(response->variables->type, SNMP_NOSUCHINSTANCE);
}

/* The next message to the engine but its heartbeats. */
static struct wire_acknowledge
hear_acknowledge(struct fixture *fixture)
{
	struct wire_message message = {.type = WIRE_ALIVE};
	uint8_t buf[WIRE_MESSAGE_MAX];

	while (message.type == WIRE_ALIVE) {
		await(fixture, fixture->engine);
		ssize_t len = recv(fixture->engine, buf, sizeof(buf), 0);

		assert_true(len > 0);
		assert_int_equal(wire_decode(buf, (size_t)len, &message), 0);
	}
	assert_int_equal(message.type, WIRE_ACKNOWLEDGE);
	return message.acknowledge;
}

static void
assert_acknowledged(struct fixture *fixture, uint64_t number, bool is_accepted)
{
	struct wire_acknowledge acknowledge = hear_acknowledge(fixture);

	assert_int_equal(acknowledge.number, number);
	assert_int_equal(acknowledge.is_accepted, is_accepted);
}

static void
an_event_is_in_the_table_until_it_is_forgotten(void **state)
{
	struct fixture *fixture = *state;
	struct check_event event = sample_event(7, "disk");

	start(fixture, false);
	assert_missing(fixture, 7);
	tell_event(fixture, WIRE_EVENT, &event);
	assert_output(fixture, 7, "DISK CRITICAL");
	assert_delivery(fixture, 7, CHECK_DELIVERY_PENDING);
	event.delivery = CHECK_DELIVERY_ACCEPTED;
	tell_event(fixture, WIRE_EVENT, &event);
	assert_delivery(fixture, 7, CHECK_DELIVERY_ACCEPTED);
	tell(fixture, &(struct wire_message){.type = WIRE_FORGET, .forget = {.number = 7}});
	assert_missing(fixture, 7);
	check_event_deinit(&event);
}

static void
what_was_told_before_the_sync_is_there_when_the_subtree_is(void **state)
{
	struct fixture *fixture = *state;
	struct check_event event = sample_event(7, "disk");

	say_hello(fixture, false);
	expect_and_take(fixture, AGENTX_OPEN);
	tell_event(fixture, WIRE_EVENT, &event);
	tell_sync_and_summary(fixture);
	expect_and_take(fixture, AGENTX_REGISTER);
	expect_and_take(fixture, AGENTX_ADD_AGENT_CAPS);
	assert_output(fixture, 7, "DISK CRITICAL");
	check_event_deinit(&event);
}

static void
a_notification_is_sent_and_acknowledged_and_no_event_of_the_log(void **state)
{
	struct fixture *fixture = *state;
	struct check_event event = sample_event(7, "disk");

	start(fixture, false);
	tell_event(fixture, WIRE_NOTIFY, &event);
	expect_and_take(fixture, AGENTX_NOTIFY);
	assert_acknowledged(fixture, 7, true);
	assert_missing(fixture, 7);
	check_event_deinit(&event);
}

static void
what_has_no_number_is_acknowledged_as_0(void **state)
{
	struct fixture *fixture = *state;
	struct check_event event = check_event_new(CHECK_EVENT_AGENT_STARTED);

	start(fixture, false);
	tell_event(fixture, WIRE_NOTIFY, &event);
	expect_and_take(fixture, AGENTX_NOTIFY);
	assert_acknowledged(fixture, 0, true);
	check_event_deinit(&event);
}

static void
what_is_refused_for_good_is_acknowledged_as_such(void **state)
{
	struct fixture *fixture = *state;
	struct check_event event = check_event_new(CHECK_EVENT_EVENTS_LOST);

	event.number = 8;
	start(fixture, false);
	tell_event(fixture, WIRE_NOTIFY, &event);
	for (int i = 0; i < 3; i++) {
		netsnmp_pdu *notification CLEANUP_PDU = expect(fixture, AGENTX_NOTIFY);

		answer(fixture, notification, AGENTX_ERROR_PROCESSING);
	}
	assert_acknowledged(fixture, 8, false);
	check_event_deinit(&event);
}

/* The variable of this place behind snmpTrapOID. */
static const netsnmp_variable_list *
variable_at(const netsnmp_pdu *notification, size_t place)
{
	const netsnmp_variable_list *variable = notification->variables;

	for (size_t i = 0; i <= place; i++)
		variable = variable->next_variable;
	return variable;
}

static void
in_ascii_mode_the_table_and_the_notification_are_ascii(void **state)
{
	struct fixture *fixture = *state;
	struct check_event event = sample_event(7, "disk");

	free(event.output);
	event.output = xstrdup("caf\xc3\xa9");
	start(fixture, true);
	tell_event(fixture, WIRE_EVENT, &event);
	assert_output(fixture, 7, "caf?");
	tell_event(fixture, WIRE_NOTIFY, &event);

	netsnmp_pdu *notification CLEANUP_PDU = expect(fixture, AGENTX_NOTIFY);

	assert_text(variable_at(notification, 7), "caf?");
	check_event_deinit(&event);
}

static void
a_text_is_cut_for_the_notification_and_not_in_the_table(void **state)
{
	struct fixture *fixture = *state;
	struct check_event event = sample_event(7, SAMPLE_NAME_60);
	char text[CHECK_OUTPUT_MAX + 1] = {0};

	memset(text, 'x', CHECK_OUTPUT_MAX);
	free(event.output);
	event.output = xstrdup(text);
	start(fixture, false);
	tell_event(fixture, WIRE_EVENT, &event);
	tell_event(fixture, WIRE_NOTIFY, &event);

	netsnmp_pdu *notification CLEANUP_PDU = expect(fixture, AGENTX_NOTIFY);

	assert_in_range(variable_at(notification, 7)->val_len, 0, CHECK_OUTPUT_MAX - 1);
	assert_output(fixture, 7, text);
	check_event_deinit(&event);
}

static void
an_engine_that_does_not_say_hello_first_is_left(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(send(fixture->engine, &(uint8_t){WIRE_SYNC}, 1, 0), 1);
	assert_int_equal(agent_run(fixture->agent), 1);
}

static void
more_notifications_than_the_window_holds_are_an_end(void **state)
{
	struct fixture *fixture = *state;
	struct wire_message message = {.type = WIRE_NOTIFY, .event = sample_event(1, "disk")};
	uint8_t buf[WIRE_MESSAGE_MAX];
	size_t len = wire_encode(&message, buf);

	say_hello(fixture, false);
	for (int i = 0; i < WIRE_EVENT_WINDOW; i++)
		tell(fixture, &message);
	assert_int_equal(send(fixture->engine, buf, len, 0), len);
	assert_int_equal(agent_run(fixture->agent), 1);
	check_event_deinit(&message.event);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_event_is_in_the_table_until_it_is_forgotten),
		TEST(what_was_told_before_the_sync_is_there_when_the_subtree_is),
		TEST(a_notification_is_sent_and_acknowledged_and_no_event_of_the_log),
		TEST(what_has_no_number_is_acknowledged_as_0),
		TEST(what_is_refused_for_good_is_acknowledged_as_such),
		TEST(in_ascii_mode_the_table_and_the_notification_are_ascii),
		TEST(a_text_is_cut_for_the_notification_and_not_in_the_table),
		TEST(an_engine_that_does_not_say_hello_first_is_left),
		TEST(more_notifications_than_the_window_holds_are_an_end),
	};

	return cmocka_run_group_tests_name("agent", tests, NULL, NULL);
}
