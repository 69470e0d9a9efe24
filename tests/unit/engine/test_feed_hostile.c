/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The feed against a publisher that somebody else has taken over: whatever it sends, it is
 * heard as long as it says what a publisher may say, then the connection is lost, and that
 * is all. What is read where there is nothing, a sanitizer sees.
 */
#include "feed.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "messages.h"
#include "util.h"

#define CONNECTIONS           10000
#define DATAGRAMS_PER_ONE_MAX 30

/* How many notices the publisher has at most, so that some numbers are on their way. */
#define NOTICES      3

#define DATAGRAM_MAX (WIRE_MESSAGE_MAX + 64)

/* What comes of all that was sent. */
struct outcome {
	unsigned alive_count;
	unsigned lost_count;
	uint64_t first; /* notice that is not acknowledged */
};

struct fixture {
	struct event_base *base;
	struct feed *feed;
	struct publication row, event;
	int peer;      /* the publisher's end */
	uint64_t next; /* notice that was not sent */
	struct check_event notice;
	struct outcome seen, expected;
	bool is_flooding; /* each datagram that is read is followed by another */
	uint64_t seed;
};

struct datagram {
	uint8_t octets[DATAGRAM_MAX];
	size_t len;
};

static void send_alive(struct fixture *fixture);

/* The same numbers at each run; the generator is Marsaglia's xorshift64. */
static size_t
random_below(struct fixture *fixture, size_t bound)
{
	fixture->seed ^= fixture->seed << 13;
	fixture->seed ^= fixture->seed >> 7;
	fixture->seed ^= fixture->seed << 17;
	return (size_t)(fixture->seed % bound);
}

static void
feed_on_fill(void *arg, const struct publication *publication, struct wire_message *ret_message)
{
	(void)arg;
	*ret_message = publication->kind == FEED_ROW ? message_row() : message_event();
}

static void
feed_on_summary(void *arg, struct wire_summary *ret_summary)
{
	(void)arg;
	*ret_summary = message_summary().summary;
}

static const struct check_event *
feed_on_next_notice(void *arg, const struct publication **ret_publication)
{
	struct fixture *fixture = arg;

	*ret_publication = NULL;
	fixture->notice = message_notify().event;
	fixture->notice.number = fixture->next;
	return fixture->next < fixture->seen.first + NOTICES ? &fixture->notice : NULL;
}

static void
feed_on_notice_sent(void *arg)
{
	((struct fixture *)arg)->next++;
}

static bool
feed_on_acknowledged(void *arg, const struct wire_acknowledge *acknowledge)
{
	struct fixture *fixture = arg;

	assert_in_range(fixture->seen.first, 1, fixture->next - 1);
	if (acknowledge->number != fixture->seen.first)
		return false;
	fixture->seen.first++;
	return true;
}

static void
feed_on_disconnected(void *arg)
{
	struct fixture *fixture = arg;

	fixture->next = fixture->seen.first;
}

static void
peer_on_alive(void *arg, const struct wire_alive *alive)
{
	struct fixture *fixture = arg;

	assert_in_range(alive->is_connected, 0, 1);
	assert_in_range(alive->is_registered, 0, 1);
	fixture->seen.alive_count++;
	if (fixture->is_flooding)
		send_alive(fixture);
}

static void
peer_on_lost(void *arg, const char *reason)
{
	struct fixture *fixture = arg;

	assert_true(reason == NULL || strlen(reason) > 0);
	fixture->seen.lost_count++;
}

static int
set_up(void **state)
{
	static const struct feed_callbacks callbacks = {
		.fill = feed_on_fill,
		.summary = feed_on_summary,
		.next_notice = feed_on_next_notice,
		.notice_sent = feed_on_notice_sent,
		.acknowledged = feed_on_acknowledged,
		.disconnected = feed_on_disconnected,
	};
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));

	fixture->base = event_base_new();
	fixture->feed = feed_new(fixture->base, &callbacks, fixture);
	fixture->seen.first = fixture->next = 1;
	fixture->seed = 1642;
	publication_init(&fixture->row, fixture->feed, FEED_ROW);
	publication_init(&fixture->event, fixture->feed, FEED_EVENT);
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;
	const struct wire_message removal = message_remove();

	publication_deinit(&fixture->row, &removal);
	publication_deinit(&fixture->event, &removal);
	feed_free(fixture->feed);
	event_base_free(fixture->base);
	free(fixture);
	return 0;
}

/* Reads all that the feed has sent; returns whether the other end is closed. */
static bool
drain(struct fixture *fixture)
{
	uint8_t buf[WIRE_MESSAGE_MAX];
	ssize_t len;

	event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	do
		len = recv(fixture->peer, buf, sizeof(buf), MSG_DONTWAIT);
	while (len > 0);
	return len == 0 || errno == ECONNRESET;
}

/* Until the notices are there. */
static void
connect_peer(struct fixture *fixture)
{
	const struct feed_peer peer = {peer_on_alive, peer_on_lost, fixture};
	const struct wire_hello hello = message_hello().hello;
	int sockets[2];

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, sockets),
		0);
	fixture->peer = sockets[1];
	fixture->expected = fixture->seen;
	feed_connect(fixture->feed, sockets[0], &hello, &peer);
	while (fixture->next < fixture->seen.first + NOTICES)
		assert_false(drain(fixture));
}

static void
disconnect_peer(struct fixture *fixture)
{
	feed_disconnect(fixture->feed);
	close(fixture->peer);
}

static void
make_message(struct datagram *datagram, const struct wire_message *message)
{
	datagram->len = wire_encode(message, datagram->octets);
}

static void
make_alive(struct fixture *fixture, struct datagram *datagram)
{
	struct wire_message message = message_alive();

	(void)fixture;
	make_message(datagram, &message);
}

static void
send_alive(struct fixture *fixture)
{
	struct datagram datagram;

	make_alive(fixture, &datagram);
	assert_int_equal(send(fixture->peer, datagram.octets, datagram.len, 0), datagram.len);
}

/* The number that is due, or one nearby. */
static void
make_acknowledge(struct fixture *fixture, struct datagram *datagram)
{
	struct wire_message message = message_acknowledge();

	message.acknowledge.number = fixture->seen.first;
	if (random_below(fixture, 4) == 0)
		message.acknowledge.number += random_below(fixture, 2 * NOTICES) - NOTICES;
	make_message(datagram, &message);
}

static void
make_any_message(struct fixture *fixture, struct datagram *datagram)
{
	struct wire_message message =
		message_makers[random_below(fixture, MESSAGE_MAKER_COUNT)]();

	make_message(datagram, &message);
}

/* A message with some octets changed, cut off or behind it. */
static void
make_mutant(struct fixture *fixture, struct datagram *datagram)
{
	make_any_message(fixture, datagram);
	for (size_t i = random_below(fixture, 4); i > 0; i--)
		datagram->octets[random_below(fixture, datagram->len)] =
			(uint8_t)random_below(fixture, 256);
	if (random_below(fixture, 4) == 0)
		datagram->len = random_below(fixture, datagram->len + 1);
	else if (random_below(fixture, 4) == 0)
		datagram->len += random_below(fixture, 64);
}

/* From nothing at all to more than a message may have. */
static void
make_noise(struct fixture *fixture, struct datagram *datagram)
{
	bool is_long = random_below(fixture, 4) == 0;

	datagram->len = random_below(fixture, is_long ? DATAGRAM_MAX + 1 : 40);
	for (size_t i = 0; i < datagram->len; i++)
		datagram->octets[i] = (uint8_t)random_below(fixture, 256);
	if (random_below(fixture, 2) == 0)
		datagram->octets[0] = WIRE_ALIVE + random_below(fixture, 2);
}

static void
make_datagram(struct fixture *fixture, struct datagram *datagram)
{
	/* Good ones often, so that the bad ones meet a connection that has been used. */
	static void (*const makers[])(struct fixture *, struct datagram *) = {make_alive,
		make_alive, make_alive, make_acknowledge, make_acknowledge, make_acknowledge,
		make_any_message, make_mutant, make_noise};

	memset(datagram, 0, sizeof(*datagram));
	makers[random_below(fixture, ARRAY_LEN(makers))](fixture, datagram);
}

/* What a publisher may say is heard; all else ends the connection. */
static void
expect(struct fixture *fixture, const struct datagram *datagram)
{
	struct outcome *expected = &fixture->expected;
	struct wire_message message = {.type = WIRE_SYNC};

	if (wire_decode(datagram->octets, datagram->len, &message) == 0 &&
		message.type == WIRE_ALIVE)
		expected->alive_count++;
	else if (message.type == WIRE_ACKNOWLEDGE &&
		 message.acknowledge.number == expected->first)
		expected->first++;
	else
		expected->lost_count++;
	wire_message_deinit(&message);
}

static void
assert_as_expected(const struct fixture *fixture)
{
	assert_int_equal(fixture->seen.alive_count, fixture->expected.alive_count);
	assert_int_equal(fixture->seen.first, fixture->expected.first);
	assert_int_equal(fixture->seen.lost_count, fixture->expected.lost_count);
}

/* Returns whether the connection is still there. */
static bool
say(struct fixture *fixture, const struct datagram *datagram)
{
	unsigned lost_count = fixture->seen.lost_count;

	expect(fixture, datagram);
	assert_int_equal(send(fixture->peer, datagram->octets, datagram->len, MSG_NOSIGNAL),
		datagram->len);

	bool is_closed = drain(fixture);

	assert_as_expected(fixture);
	assert_int_equal(is_closed, fixture->seen.lost_count > lost_count);
	return !is_closed;
}

static void
whatever_the_publisher_sends_the_worst_is_a_lost_connection(void **state)
{
	struct fixture *fixture = *state;
	struct datagram datagram;

	for (unsigned i = 0; i < CONNECTIONS; i++) {
		unsigned count = 0;

		connect_peer(fixture);
		do
			make_datagram(fixture, &datagram);
		while (say(fixture, &datagram) && ++count < DATAGRAMS_PER_ONE_MAX);
		disconnect_peer(fixture);
		assert_as_expected(fixture);
	}
	/* All of it happened often. */
	assert_in_range(fixture->seen.lost_count, CONNECTIONS / 2, CONNECTIONS);
	assert_in_range(fixture->seen.alive_count, CONNECTIONS / 2, SIZE_MAX);
	assert_in_range(fixture->seen.first, CONNECTIONS / 2, SIZE_MAX);
}

/* What follows nonsense is not heard, though it was in the socket before it was read. */
static void
nothing_is_heard_behind_the_first_nonsense(void **state)
{
	struct fixture *fixture = *state;

	connect_peer(fixture);
	send_alive(fixture);
	assert_int_equal(send(fixture->peer, "", 1, 0), 1);
	send_alive(fixture);
	assert_true(drain(fixture));
	assert_int_equal(fixture->seen.alive_count, 1);
	assert_int_equal(fixture->seen.lost_count, 1);
	disconnect_peer(fixture);
}

/* The socket is never empty, and yet the loop has its turn again. */
static void
a_flood_does_not_keep_the_loop(void **state)
{
	struct fixture *fixture = *state;

	connect_peer(fixture);
	fixture->is_flooding = true;
	send_alive(fixture);
	event_base_loop(fixture->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	assert_in_range(fixture->seen.alive_count, 1, 1000);
	assert_int_equal(fixture->seen.lost_count, 0);
	disconnect_peer(fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			whatever_the_publisher_sends_the_worst_is_a_lost_connection, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			nothing_is_heard_behind_the_first_nonsense, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_flood_does_not_keep_the_loop, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("feed_hostile", tests, NULL, NULL);
}
