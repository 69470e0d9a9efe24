/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The socket to the engine: messages in, acknowledgements and heartbeats out, also when
 * the socket is full for a while, and its end.
 */
#include "link.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "util.h"

struct fixture {
	struct event_base *base;
	struct link *link;
	int engine; /* the other end */
	size_t message_count;
	bool has_ended;
	int error;
};

static void
link_on_message(void *arg, struct wire_message *message)
{
	struct fixture *fixture = arg;

	assert_int_equal(message->type, WIRE_REMOVE);
	fixture->message_count++;
}

static void
link_on_end(void *arg, int error)
{
	struct fixture *fixture = arg;

	assert_false(fixture->has_ended);
	fixture->has_ended = true;
	fixture->error = error;
}

static int
set_up(void **state)
{
	static const struct link_callbacks callbacks = {
		.message = link_on_message,
		.end = link_on_end,
	};
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));
	int sockets[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets), 0);
	fixture->base = event_base_new();
	fixture->link = link_new(fixture->base, sockets[0], &callbacks, fixture);
	fixture->engine = sockets[1];
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	link_free(fixture->link);
	event_base_free(fixture->base);
	util_closep(&fixture->engine);
	free(fixture);
	return 0;
}

static void
tell(struct fixture *fixture, const char *name)
{
	uint8_t buf[WIRE_MESSAGE_MAX];
	struct wire_message message = {
		.type = WIRE_REMOVE, .remove = {.name = (char *)(uintptr_t)name}};
	size_t len = wire_encode(&message, buf);

	assert_int_equal(send(fixture->engine, buf, len, 0), len);
}

/* Reads one message of the publisher's; false where there is none. */
static bool
hear(struct fixture *fixture, struct wire_message *ret_message)
{
	uint8_t buf[WIRE_MESSAGE_MAX];
	ssize_t len = recv(fixture->engine, buf, sizeof(buf), MSG_DONTWAIT);

	if (len <= 0)
		return false;
	assert_int_equal(wire_decode(buf, (size_t)len, ret_message), 0);
	return true;
}

static void
turn(struct fixture *fixture)
{
	event_base_loop(fixture->base, EVLOOP_NONBLOCK);
}

static void
messages_are_handed_up(void **state)
{
	struct fixture *fixture = *state;

	tell(fixture, "aa");
	tell(fixture, "bb");
	turn(fixture);
	assert_int_equal(fixture->message_count, 2);
	assert_false(fixture->has_ended);
}

static void
the_end_of_the_socket_is_told_once_and_after_all_messages(void **state)
{
	struct fixture *fixture = *state;

	tell(fixture, "aa");
	close(fixture->engine);
	fixture->engine = -1;
	turn(fixture);
	turn(fixture);
	assert_int_equal(fixture->message_count, 1);
	assert_true(fixture->has_ended);
	assert_int_equal(fixture->error, 0);
	link_acknowledge(fixture->link, 1, true);
}

static void
what_is_no_message_ends_the_link(void **state)
{
	struct fixture *fixture = *state;
	char too_long[WIRE_MESSAGE_MAX + 1] = {WIRE_SYNC};

	assert_int_equal(
		send(fixture->engine, too_long, sizeof(too_long), 0), sizeof(too_long));
	turn(fixture);
	assert_int_equal(fixture->error, -EBADMSG);
}

/* Each third one was refused. */
static void
assert_settled(const struct wire_acknowledge *acknowledge, uint64_t number)
{
	assert_int_equal(acknowledge->number, number);
	assert_int_equal(acknowledge->is_accepted, number % 3 != 0);
}

static void
acknowledgements_arrive_in_order_when_the_socket_was_full(void **state)
{
	struct fixture *fixture = *state;
	struct wire_message message;
	uint64_t sent = 0, heard = 0;

	/* More than the socket holds, and at most a window unheard of beyond that. */
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < WIRE_EVENT_WINDOW / 2; i++) {
			sent++;
			link_acknowledge(fixture->link, sent, sent % 3 != 0);
		}
		if (round % 2 == 0)
			continue;
		for (bool is_more = true; is_more; turn(fixture)) {
			is_more = hear(fixture, &message);
			if (is_more)
				assert_settled(&message.acknowledge, ++heard);
		}
	}
	assert_int_equal(heard, sent);
}

static void
a_heartbeat_that_waits_is_replaced_by_a_newer_one(void **state)
{
	struct fixture *fixture = *state;
	struct wire_message message;
	size_t count = 0;

	for (int i = 0; i < 5000; i++)
		link_send_alive(fixture->link, &(struct wire_alive){.is_connected = i == 4999});
	for (bool is_more = true; is_more; turn(fixture)) {
		is_more = hear(fixture, &message);
		count += is_more;
	}
	assert_in_range(count, 1, 4999);
	assert_int_equal(message.alive.is_connected, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(messages_are_handed_up),
		TEST(the_end_of_the_socket_is_told_once_and_after_all_messages),
		TEST(what_is_no_message_ends_the_link),
		TEST(acknowledgements_arrive_in_order_when_the_socket_was_full),
		TEST(a_heartbeat_that_waits_is_replaced_by_a_newer_one),
	};

	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
