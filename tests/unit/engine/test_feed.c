/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The feed against the other end of a real socket, which the test reads and answers.
 */
#include "feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "util.h"

#define DEADLINE_MS 30000

struct item {
	struct publication publication;
	char name[16];
	uint32_t runs;
};

struct fixture {
	struct event_base *base;
	struct feed *feed;
	int peer; /* the publisher's end */
	unsigned lost_count;
	char reason[64];
	unsigned alive_count;
};

static void
feed_on_row(void *arg, const struct publication *publication, struct wire_row *ret_row)
{
	const struct item *item = (const struct item *)publication;

	(void)arg;
	*ret_row = (struct wire_row){
		.name = (char *)item->name,
		.description = (char *)"",
		.group = (char *)"default",
		.type = CHECK_TYPE_COMMAND,
		.admin_state = CHECK_ADMIN_STATE_ENABLED,
		.run_state = CHECK_RUN_STATE_IDLE,
		.state = CHECK_STATE_OK,
		.last_outcome = CHECK_OUTCOME_EXITED,
		.last_meaning = (char *)"",
		.last_output = (char *)"",
		.runs = item->runs,
	};
}

static void
feed_on_summary(void *arg, struct wire_summary *ret_summary)
{
	(void)arg;
	*ret_summary = (struct wire_summary){.config_result = (char *)"ok"};
}

static void
peer_on_alive(void *arg, const struct wire_alive *alive)
{
	struct fixture *fixture = arg;

	(void)alive;
	fixture->alive_count++;
}

static void
peer_on_lost(void *arg, const char *reason)
{
	struct fixture *fixture = arg;

	fixture->lost_count++;
	snprintf(fixture->reason, sizeof(fixture->reason), "%s", reason);
}

static int
set_up(void **state)
{
	static const struct feed_callbacks callbacks = {
		.row = feed_on_row, .summary = feed_on_summary};
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));

	fixture->base = event_base_new();
	fixture->feed = feed_new(fixture->base, &callbacks, NULL);
	fixture->peer = -1;
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	feed_free(fixture->feed);
	util_closep(&fixture->peer);
	event_base_free(fixture->base);
	free(fixture);
	return 0;
}

static void
connect_peer(struct fixture *fixture)
{
	const struct wire_hello hello = {
		.version = (char *)"1",
		.master = (char *)"unix:/x",
		.log_level = 5,
		.priority = 127,
		.notify_rate = 1,
	};
	const struct feed_peer peer = {
		.alive = peer_on_alive, .lost = peer_on_lost, .arg = fixture};
	int fds[2];

	util_closep(&fixture->peer);
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
	fixture->peer = fds[1];
	feed_connect(fixture->feed, fds[0], &hello, &peer);
}

/* Runs the loop until the peer has a message, and decodes it. */
static enum wire_type
receive(struct fixture *fixture, struct wire_message *ret_message)
{
	int64_t deadline = monotime_now().ns + DEADLINE_MS * NS_PER_MS;
	uint8_t buf[WIRE_MESSAGE_MAX];
	ssize_t len;

	while ((len = recv(fixture->peer, buf, sizeof(buf), 0)) < 0) {
		assert_true(monotime_now().ns < deadline);
		event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	}
	assert_int_equal(wire_decode(buf, (size_t)len, ret_message), 0);
	return ret_message->type;
}

static void
expect(struct fixture *fixture, enum wire_type type)
{
	struct wire_message message;

	assert_int_equal(receive(fixture, &message), type);
	wire_message_deinit(&message);
}

static void
expect_row(struct fixture *fixture, const char *name, uint32_t runs)
{
	struct wire_message message;

	assert_int_equal(receive(fixture, &message), WIRE_ROW);
	assert_string_equal(message.row.name, name);
	assert_int_equal(message.row.runs, runs);
	wire_message_deinit(&message);
}

static void
expect_event(struct fixture *fixture, uint64_t number)
{
	struct wire_message message;

	assert_int_equal(receive(fixture, &message), WIRE_EVENT);
	assert_int_equal(message.event.number, number);
	wire_message_deinit(&message);
}

/* Hello and the first heartbeat begin every connection. */
static void
expect_beginning(struct fixture *fixture)
{
	expect(fixture, WIRE_HELLO);
	expect(fixture, WIRE_SUMMARY);
}

/* Lets the loop turn until nothing more is on its way to the peer. */
static void
expect_silence(struct fixture *fixture)
{
	struct timeval pause = {.tv_usec = 100000};
	char octet;

	event_base_loopexit(fixture->base, &pause);
	event_base_dispatch(fixture->base);
	assert_int_equal(recv(fixture->peer, &octet, 1, MSG_PEEK), -1);
}

static void
tell(struct fixture *fixture, const struct wire_message *message)
{
	uint8_t buf[WIRE_MESSAGE_MAX];
	size_t len = wire_encode(message, buf);

	assert_int_equal(send(fixture->peer, buf, len, MSG_NOSIGNAL), len);
}

static void
acknowledge(struct fixture *fixture, uint64_t number)
{
	tell(fixture, &(struct wire_message){
			      .type = WIRE_ACKNOWLEDGE, .acknowledge = {.number = number}});
}

static size_t
push_event(struct fixture *fixture, uint64_t number)
{
	struct wire_event event = {
		.number = number,
		.kind = CHECK_EVENT_FAILED,
		.name = xstrdup("a-check"),
		.state = CHECK_STATE_CRITICAL,
		.previous_state = CHECK_STATE_OK,
		.last_outcome = CHECK_OUTCOME_EXITED,
		.last_meaning = xstrdup(""),
		.last_output = xstrdup(""),
		.description = xstrdup(""),
		.group = xstrdup("default"),
	};

	return feed_notify(fixture->feed, &event);
}

static void
turn_until_pending(struct fixture *fixture, size_t pending)
{
	int64_t deadline = monotime_now().ns + DEADLINE_MS * NS_PER_MS;

	while (feed_pending(fixture->feed) != pending) {
		assert_true(monotime_now().ns < deadline);
		event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	}
}

static void
turn_until_lost(struct fixture *fixture)
{
	int64_t deadline = monotime_now().ns + DEADLINE_MS * NS_PER_MS;

	while (fixture->lost_count == 0) {
		assert_true(monotime_now().ns < deadline);
		event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	}
}

static void
a_connection_is_told_all_rows_and_then_that_it_is_in_sync(void **state)
{
	struct fixture *fixture = *state;
	struct item items[2] = {{.name = "one", .runs = 1}, {.name = "two", .runs = 2}};

	for (int i = 0; i < 2; i++)
		publication_init(&items[i].publication, fixture->feed);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect_row(fixture, "one", 1);
	expect_row(fixture, "two", 2);
	expect(fixture, WIRE_SYNC);
	expect_silence(fixture);
	for (int i = 0; i < 2; i++)
		publication_deinit(&items[i].publication, items[i].name);
}

static void
a_row_that_changes_often_is_told_once_with_its_newest_value(void **state)
{
	struct fixture *fixture = *state;
	struct item item = {.name = "one"};

	publication_init(&item.publication, fixture->feed);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect_row(fixture, "one", 0);
	expect(fixture, WIRE_SYNC);
	for (item.runs = 1; item.runs < 1000; item.runs++)
		publication_change(&item.publication);
	expect_row(fixture, "one", 1000);
	expect_silence(fixture);
	publication_deinit(&item.publication, item.name);
	expect(fixture, WIRE_REMOVE);
}

static void
a_row_is_told_before_its_event(void **state)
{
	struct fixture *fixture = *state;
	struct item item = {.name = "one"};

	publication_init(&item.publication, fixture->feed);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect_row(fixture, "one", 0);
	expect(fixture, WIRE_SYNC);
	push_event(fixture, 1);
	item.runs = 7;
	publication_change(&item.publication);
	expect_row(fixture, "one", 7);
	expect_event(fixture, 1);
	publication_deinit(&item.publication, item.name);
}

static void
no_more_events_than_the_window_are_on_their_way(void **state)
{
	struct fixture *fixture = *state;

	for (uint64_t number = 1; number <= WIRE_EVENT_WINDOW + 2; number++)
		push_event(fixture, number);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect(fixture, WIRE_SYNC);
	for (uint64_t number = 1; number <= WIRE_EVENT_WINDOW; number++)
		expect_event(fixture, number);
	expect_silence(fixture);
	acknowledge(fixture, 1);
	expect_event(fixture, WIRE_EVENT_WINDOW + 1);
	expect_silence(fixture);
}

static void
events_not_acknowledged_are_told_again_under_their_numbers_to_the_next(void **state)
{
	struct fixture *fixture = *state;

	for (uint64_t number = 1; number <= 4; number++)
		push_event(fixture, number);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect(fixture, WIRE_SYNC);
	for (uint64_t number = 1; number <= 4; number++)
		expect_event(fixture, number);
	acknowledge(fixture, 1);
	turn_until_pending(fixture, 3);
	feed_disconnect(fixture->feed);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect(fixture, WIRE_SYNC);
	for (uint64_t number = 2; number <= 4; number++)
		expect_event(fixture, number);
	expect_silence(fixture);
}

static void
the_next_connection_is_told_every_row_again(void **state)
{
	struct fixture *fixture = *state;
	struct item item = {.name = "one"};

	publication_init(&item.publication, fixture->feed);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect_row(fixture, "one", 0);
	expect(fixture, WIRE_SYNC);
	feed_disconnect(fixture->feed);
	item.runs = 5;
	publication_change(&item.publication);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect_row(fixture, "one", 5);
	expect(fixture, WIRE_SYNC);
	publication_deinit(&item.publication, item.name);
}

static void
beyond_the_backlog_the_oldest_event_that_was_not_sent_is_lost(void **state)
{
	struct fixture *fixture = *state;

	feed_set_backlog(fixture->feed, 3);
	for (uint64_t number = 1; number <= 3; number++)
		assert_int_equal(push_event(fixture, number), 0);
	assert_int_equal(push_event(fixture, 4), 1);
	assert_int_equal(feed_pending(fixture->feed), 3);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect(fixture, WIRE_SYNC);
	for (uint64_t number = 2; number <= 4; number++)
		expect_event(fixture, number);
}

static void
an_acknowledgement_of_what_was_not_sent_ends_the_connection(void **state)
{
	struct fixture *fixture = *state;

	push_event(fixture, 1);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect(fixture, WIRE_SYNC);
	expect_event(fixture, 1);
	acknowledge(fixture, 2);
	turn_until_lost(fixture);
	assert_string_equal(fixture->reason, "it acknowledged an event that it was not sent");
	assert_int_equal(feed_pending(fixture->feed), 1);
}

static void
an_acknowledgement_that_comes_twice_ends_the_connection(void **state)
{
	struct fixture *fixture = *state;

	push_event(fixture, 1);
	push_event(fixture, 2);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect(fixture, WIRE_SYNC);
	expect_event(fixture, 1);
	expect_event(fixture, 2);
	acknowledge(fixture, 2);
	acknowledge(fixture, 2);
	turn_until_lost(fixture);
	assert_int_equal(feed_pending(fixture->feed), 2);
}

static void
what_is_no_message_ends_the_connection(void **state)
{
	struct fixture *fixture = *state;

	connect_peer(fixture);
	assert_int_equal(send(fixture->peer, "\xff", 1, 0), 1);
	turn_until_lost(fixture);
	assert_string_equal(fixture->reason, "it sent what is no message");
}

static void
a_peer_that_says_what_the_engine_says_is_cut_off(void **state)
{
	struct fixture *fixture = *state;

	connect_peer(fixture);
	tell(fixture, &(struct wire_message){.type = WIRE_SYNC});
	turn_until_lost(fixture);
	assert_string_equal(fixture->reason, "it sent a message that is the engine's");
}

static void
a_peer_that_goes_is_noticed(void **state)
{
	struct fixture *fixture = *state;

	connect_peer(fixture);
	close(fixture->peer);
	fixture->peer = -1;
	turn_until_lost(fixture);
	feed_beat(fixture->feed);
	assert_int_equal(fixture->lost_count, 1);
}

static void
a_peer_that_does_not_read_costs_no_memory_and_gets_the_newest_later(void **state)
{
	enum {
		ROWS = 2000
	};
	struct fixture *fixture = *state;
	struct item *items = xcalloc(ROWS, sizeof(*items));
	struct timeval pause = {.tv_usec = 50000};
	struct wire_message message;
	unsigned newest = 0;

	for (unsigned i = 0; i < ROWS; i++) {
		snprintf(items[i].name, sizeof(items[i].name), "check-%u", i);
		publication_init(&items[i].publication, fixture->feed);
	}
	connect_peer(fixture);
	for (uint32_t round = 1; round <= 5; round++) {
		for (unsigned i = 0; i < ROWS; i++) {
			items[i].runs = round;
			publication_change(&items[i].publication);
		}
		event_base_loopexit(fixture->base, &pause);
		event_base_dispatch(fixture->base);
	}
	expect_beginning(fixture);
	while (receive(fixture, &message) == WIRE_ROW) {
		newest += message.row.runs == 5;
		wire_message_deinit(&message);
	}
	assert_int_equal(message.type, WIRE_SYNC);
	assert_int_equal(newest, ROWS);
	for (unsigned i = 0; i < ROWS; i++)
		publication_deinit(&items[i].publication, items[i].name);
	free(items);
}

static void
the_heartbeat_carries_the_scalars(void **state)
{
	struct fixture *fixture = *state;
	struct wire_message message;

	connect_peer(fixture);
	expect_beginning(fixture);
	expect(fixture, WIRE_SYNC);
	feed_beat(fixture->feed);
	assert_int_equal(receive(fixture, &message), WIRE_SUMMARY);
	assert_string_equal(message.summary.config_result, "ok");
	wire_message_deinit(&message);
}

#define FEED_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FEED_TEST(a_connection_is_told_all_rows_and_then_that_it_is_in_sync),
		FEED_TEST(a_row_that_changes_often_is_told_once_with_its_newest_value),
		FEED_TEST(a_row_is_told_before_its_event),
		FEED_TEST(no_more_events_than_the_window_are_on_their_way),
		FEED_TEST(
			events_not_acknowledged_are_told_again_under_their_numbers_to_the_next),
		FEED_TEST(the_next_connection_is_told_every_row_again),
		FEED_TEST(beyond_the_backlog_the_oldest_event_that_was_not_sent_is_lost),
		FEED_TEST(an_acknowledgement_of_what_was_not_sent_ends_the_connection),
		FEED_TEST(an_acknowledgement_that_comes_twice_ends_the_connection),
		FEED_TEST(what_is_no_message_ends_the_connection),
		FEED_TEST(a_peer_that_says_what_the_engine_says_is_cut_off),
		FEED_TEST(a_peer_that_goes_is_noticed),
		FEED_TEST(a_peer_that_does_not_read_costs_no_memory_and_gets_the_newest_later),
		FEED_TEST(the_heartbeat_carries_the_scalars),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
