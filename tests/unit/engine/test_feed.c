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

#define DEADLINE_MS    30000
#define ROWS_UNDER_WAY 2000

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

	/* Events to be notified: from first to last; next is the first that was not sent. */
	uint64_t first, next, last;
	struct check_event notice;
	const struct publication *told_by; /* what tells of that event; NULL: nothing */

	/* What happens while a row is told; NULL: nothing. */
	void (*on_row)(struct fixture *fixture, const struct item *row);
	struct item *items; /* for that */
};

static void
feed_on_fill(void *arg, const struct publication *publication, struct wire_message *ret_message)
{
	const struct item *item = (const struct item *)publication;
	struct fixture *fixture = arg;

	if (publication->kind == FEED_EVENT) {
		ret_message->type = WIRE_EVENT;
		ret_message->event = fixture->notice;
		ret_message->event.number = item->runs;
		return;
	}
	if (fixture->on_row != NULL)
		fixture->on_row(fixture, item);
	ret_message->type = WIRE_ROW;
	ret_message->row = (struct wire_row){
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
		.last_perfdata = (char *)"",
		.suppression = CHECK_SUPPRESSION_NONE,
		.runs = item->runs,
	};
}

static void
feed_on_summary(void *arg, struct wire_summary *ret_summary)
{
	(void)arg;
	*ret_summary = (struct wire_summary){
		.config_result = (char *)"ok",
		.store_status = WIRE_STORE_OK,
	};
}

static const struct check_event *
feed_on_next_notice(void *arg, const struct publication **ret_publication)
{
	struct fixture *fixture = arg;

	*ret_publication = fixture->told_by;
	fixture->notice.number = fixture->next;
	return fixture->next <= fixture->last ? &fixture->notice : NULL;
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

	if (acknowledge->number != fixture->first)
		return false;
	fixture->first++;
	return true;
}

static void
feed_on_disconnected(void *arg)
{
	struct fixture *fixture = arg;

	fixture->next = fixture->first;
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
	snprintf(fixture->reason, sizeof(fixture->reason), "%s",
		reason != NULL ? reason : "the end");
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
	fixture->peer = -1;
	fixture->first = fixture->next = 1;
	fixture->notice = check_event_new(CHECK_EVENT_FAILED);
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	feed_free(fixture->feed);
	check_event_deinit(&fixture->notice);
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
		.listen = (char *)"",
		.config = (char *)"",
		.persistent_dir = (char *)"",
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
expect_notice(struct fixture *fixture, uint64_t number)
{
	struct wire_message message;

	assert_int_equal(receive(fixture, &message), WIRE_NOTIFY);
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

static void
push_notices(struct fixture *fixture, uint64_t count)
{
	fixture->last += count;
	feed_notify(fixture->feed);
}

static void
init_row(struct fixture *fixture, struct item *item)
{
	publication_init(&item->publication, fixture->feed, FEED_ROW);
}

static void
deinit_row(struct item *item)
{
	const struct wire_message removal = {
		.type = WIRE_REMOVE, .remove = {.name = item->name}};

	publication_deinit(&item->publication, &removal);
}

static void
turn_until_first(struct fixture *fixture, uint64_t first)
{
	int64_t deadline = monotime_now().ns + DEADLINE_MS * NS_PER_MS;

	while (fixture->first != first) {
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
		init_row(fixture, &items[i]);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect_row(fixture, "one", 1);
	expect_row(fixture, "two", 2);
	expect(fixture, WIRE_SYNC);
	expect_silence(fixture);
	for (int i = 0; i < 2; i++)
		deinit_row(&items[i]);
}

static void
a_row_that_changes_often_is_told_once_with_its_newest_value(void **state)
{
	struct fixture *fixture = *state;
	struct item item = {.name = "one"};

	init_row(fixture, &item);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect_row(fixture, "one", 0);
	expect(fixture, WIRE_SYNC);
	for (item.runs = 1; item.runs < 1000; item.runs++)
		publication_change(&item.publication);
	expect_row(fixture, "one", 1000);
	expect_silence(fixture);
	deinit_row(&item);
	expect(fixture, WIRE_REMOVE);
}

static void
a_phase_is_told_unless_it_is_over_before(void **state)
{
	struct fixture *fixture = *state;
	struct item item = {.name = "one"};

	init_row(fixture, &item);
	publication_pass(&item.publication, 1);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect_row(fixture, "one", 0);
	expect(fixture, WIRE_SYNC);
	publication_pass(&item.publication, 2);
	publication_pass(&item.publication, 1);
	expect_silence(fixture);
	publication_pass(&item.publication, 2);
	expect_row(fixture, "one", 0);
	publication_pass(&item.publication, 1);
	expect_row(fixture, "one", 0);
	expect_silence(fixture);
	deinit_row(&item);
	expect(fixture, WIRE_REMOVE);
}

static void
a_phase_that_is_over_before_it_is_told_leaves_no_timer(void **state)
{
	struct fixture *fixture = *state;
	struct item item = {.name = "one"};

	init_row(fixture, &item);
	publication_pass(&item.publication, 1);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect_row(fixture, "one", 0);
	expect(fixture, WIRE_SYNC);
	expect_silence(fixture);
	int before = event_base_get_num_events(fixture->base, EVENT_BASE_COUNT_ADDED);
	publication_pass(&item.publication, 2);
	assert_int_equal(
		event_base_get_num_events(fixture->base, EVENT_BASE_COUNT_ADDED), before + 1);
	publication_pass(&item.publication, 1);
	assert_int_equal(
		event_base_get_num_events(fixture->base, EVENT_BASE_COUNT_ADDED), before);
	deinit_row(&item);
}

static void
what_was_stored_after_a_silence_is_told_at_once(void **state)
{
	struct fixture *fixture = *state;
	struct item item = {.name = "one"};

	init_row(fixture, &item);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect_row(fixture, "one", 0);
	expect(fixture, WIRE_SYNC);
	expect_silence(fixture);
	expect_silence(fixture);
	item.runs = 1;
	publication_change(&item.publication);
	feed_notify_stored(fixture->feed);
	event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	/* Without a further turn of the loop. */
	char octet;
	assert_int_equal(recv(fixture->peer, &octet, 1, MSG_PEEK), 1);
	expect_row(fixture, "one", 1);
	deinit_row(&item);
}

static void
what_changes_beside_a_phase_is_told_in_any_case(void **state)
{
	struct fixture *fixture = *state;
	struct item item = {.name = "one"};

	init_row(fixture, &item);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect_row(fixture, "one", 0);
	expect(fixture, WIRE_SYNC);
	publication_pass(&item.publication, 2);
	item.runs = 1;
	publication_change(&item.publication);
	publication_pass(&item.publication, 0);
	expect_row(fixture, "one", 1);
	expect_silence(fixture);
	deinit_row(&item);
	expect(fixture, WIRE_REMOVE);
}

/* As soon as a row is told the other one changes: there is always one to be told. */
static void
change_other(struct fixture *fixture, const struct item *row)
{
	publication_change(&fixture->items[row == &fixture->items[0]].publication);
}

/* Expects a message of that type behind so many rows as the socket may have held before. */
static void
expect_soon(struct fixture *fixture, enum wire_type type)
{
	struct wire_message message;
	unsigned rows = 0;

	while (receive(fixture, &message) == WIRE_ROW) {
		wire_message_deinit(&message);
		assert_true(++rows <= ROWS_UNDER_WAY);
	}
	assert_int_equal(message.type, type);
	wire_message_deinit(&message);
}

static void
nothing_waits_for_rows_that_change_without_an_end(void **state)
{
	struct fixture *fixture = *state;
	struct item items[2] = {{.name = "one"}, {.name = "two"}};
	struct item event = {.runs = 1};

	fixture->items = items;
	fixture->on_row = change_other;
	for (int i = 0; i < 2; i++)
		init_row(fixture, &items[i]);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect_soon(fixture, WIRE_SYNC);
	publication_init(&event.publication, fixture->feed, FEED_EVENT);
	fixture->told_by = &event.publication;
	push_notices(fixture, 1);
	expect_soon(fixture, WIRE_EVENT);
	expect_soon(fixture, WIRE_SUMMARY);
	expect_soon(fixture, WIRE_NOTIFY);
	fixture->on_row = NULL;
	for (int i = 0; i < 2; i++)
		deinit_row(&items[i]);
	deinit_row(&event);
}

/* The first time a row is told an event happens. */
static void
begin_event(struct fixture *fixture, const struct item *row)
{
	struct item *event = &fixture->items[1];

	(void)row;
	fixture->on_row = NULL;
	publication_init(&event->publication, fixture->feed, FEED_EVENT);
	fixture->told_by = &event->publication;
	push_notices(fixture, 1);
}

static void
a_notice_waits_for_its_event(void **state)
{
	struct fixture *fixture = *state;
	struct item items[2] = {{.name = "one"}, {.runs = 1}};

	init_row(fixture, &items[0]);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect_row(fixture, "one", 0);
	expect(fixture, WIRE_SYNC);
	fixture->items = items;
	fixture->on_row = begin_event;
	publication_change(&items[0].publication);
	expect_row(fixture, "one", 0);
	expect(fixture, WIRE_EVENT);
	expect(fixture, WIRE_SUMMARY);
	expect_notice(fixture, 1);
	for (int i = 0; i < 2; i++)
		deinit_row(&items[i]);
}

static void
a_row_is_told_before_its_event(void **state)
{
	struct fixture *fixture = *state;
	struct item row = {.name = "one"}, event = {.runs = 1};

	init_row(fixture, &row);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect_row(fixture, "one", 0);
	expect(fixture, WIRE_SYNC);
	publication_init(&event.publication, fixture->feed, FEED_EVENT);
	fixture->told_by = &event.publication;
	push_notices(fixture, 1);
	row.runs = 7;
	publication_change(&row.publication);
	expect_row(fixture, "one", 7);
	expect(fixture, WIRE_EVENT);
	expect(fixture, WIRE_SUMMARY);
	expect_notice(fixture, 1);
	deinit_row(&row);
	deinit_row(&event);
}

static void
an_event_of_the_log_is_told_after_rows_and_before_its_notice(void **state)
{
	struct fixture *fixture = *state;
	struct item row = {.name = "one"}, event = {.runs = 1};
	struct wire_message message;

	push_notices(fixture, 1);
	publication_init(&event.publication, fixture->feed, FEED_EVENT);
	init_row(fixture, &row);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect_row(fixture, "one", 0);
	assert_int_equal(receive(fixture, &message), WIRE_EVENT);
	assert_int_equal(message.event.number, 1);
	wire_message_deinit(&message);
	expect(fixture, WIRE_SUMMARY);
	expect(fixture, WIRE_SYNC);
	expect_notice(fixture, 1);
	deinit_row(&row);
	publication_deinit(&event.publication,
		&(struct wire_message){.type = WIRE_FORGET, .forget = {.number = 1}});
	expect(fixture, WIRE_REMOVE);
	expect(fixture, WIRE_FORGET);
}

static void
what_was_never_told_takes_no_leave(void **state)
{
	struct fixture *fixture = *state;
	struct item row = {.name = "one"};

	connect_peer(fixture);
	expect_beginning(fixture);
	expect(fixture, WIRE_SYNC);
	init_row(fixture, &row);
	deinit_row(&row);
	expect_silence(fixture);
}

static void
no_more_events_than_the_window_are_on_their_way(void **state)
{
	struct fixture *fixture = *state;

	push_notices(fixture, WIRE_EVENT_WINDOW + 2);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect(fixture, WIRE_SYNC);
	for (uint64_t number = 1; number <= WIRE_EVENT_WINDOW; number++)
		expect_notice(fixture, number);
	expect_silence(fixture);
	acknowledge(fixture, 1);
	expect_notice(fixture, WIRE_EVENT_WINDOW + 1);
	expect_silence(fixture);
}

static void
events_not_acknowledged_are_told_again_under_their_numbers_to_the_next(void **state)
{
	struct fixture *fixture = *state;

	push_notices(fixture, 4);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect(fixture, WIRE_SYNC);
	for (uint64_t number = 1; number <= 4; number++)
		expect_notice(fixture, number);
	acknowledge(fixture, 1);
	turn_until_first(fixture, 2);
	feed_disconnect(fixture->feed);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect(fixture, WIRE_SYNC);
	for (uint64_t number = 2; number <= 4; number++)
		expect_notice(fixture, number);
	expect_silence(fixture);
}

static void
the_next_connection_is_told_every_row_again(void **state)
{
	struct fixture *fixture = *state;
	struct item item = {.name = "one"};

	init_row(fixture, &item);
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
	deinit_row(&item);
}

static void
an_acknowledgement_of_what_was_not_sent_ends_the_connection(void **state)
{
	struct fixture *fixture = *state;

	push_notices(fixture, 1);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect(fixture, WIRE_SYNC);
	expect_notice(fixture, 1);
	acknowledge(fixture, 2);
	turn_until_lost(fixture);
	assert_string_equal(fixture->reason, "it acknowledged an event out of turn");
	assert_int_equal(fixture->first, 1);
}

static void
an_acknowledgement_that_comes_twice_ends_the_connection(void **state)
{
	struct fixture *fixture = *state;

	push_notices(fixture, 2);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect(fixture, WIRE_SYNC);
	expect_notice(fixture, 1);
	expect_notice(fixture, 2);
	acknowledge(fixture, 1);
	acknowledge(fixture, 1);
	turn_until_lost(fixture);
	assert_int_equal(fixture->first, 2);
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
	assert_string_equal(fixture->reason, "the end");
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
	bool is_synced = false;
	unsigned newest = 0;

	for (unsigned i = 0; i < ROWS; i++) {
		snprintf(items[i].name, sizeof(items[i].name), "check-%u", i);
		init_row(fixture, &items[i]);
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
	while (newest < ROWS) {
		if (receive(fixture, &message) == WIRE_SYNC)
			is_synced = true;
		else
			newest += message.row.runs == 5;
		wire_message_deinit(&message);
	}
	assert_true(is_synced);
	expect_silence(fixture);
	for (unsigned i = 0; i < ROWS; i++)
		deinit_row(&items[i]);
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

static void
a_heartbeat_may_come_with_what_is_told_next_or_by_itself_at_the_next(void **state)
{
	struct fixture *fixture = *state;
	struct item item = {.name = "web", .runs = 1};

	init_row(fixture, &item);
	connect_peer(fixture);
	expect_beginning(fixture);
	expect_row(fixture, "web", 1);
	expect(fixture, WIRE_SYNC);
	feed_beat_later(fixture->feed);
	expect_silence(fixture);
	item.runs = 2;
	publication_change(&item.publication);
	feed_notify(fixture->feed);
	expect(fixture, WIRE_SUMMARY);
	expect_row(fixture, "web", 2);
	feed_beat_later(fixture->feed);
	expect_silence(fixture);
	feed_beat_later(fixture->feed);
	expect(fixture, WIRE_SUMMARY);
	deinit_row(&item);
}

#define FEED_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FEED_TEST(a_connection_is_told_all_rows_and_then_that_it_is_in_sync),
		FEED_TEST(a_row_that_changes_often_is_told_once_with_its_newest_value),
		FEED_TEST(a_phase_is_told_unless_it_is_over_before),
		FEED_TEST(a_phase_that_is_over_before_it_is_told_leaves_no_timer),
		FEED_TEST(what_was_stored_after_a_silence_is_told_at_once),
		FEED_TEST(what_changes_beside_a_phase_is_told_in_any_case),
		FEED_TEST(nothing_waits_for_rows_that_change_without_an_end),
		FEED_TEST(a_notice_waits_for_its_event),
		FEED_TEST(a_row_is_told_before_its_event),
		FEED_TEST(an_event_of_the_log_is_told_after_rows_and_before_its_notice),
		FEED_TEST(what_was_never_told_takes_no_leave),
		FEED_TEST(no_more_events_than_the_window_are_on_their_way),
		FEED_TEST(
			events_not_acknowledged_are_told_again_under_their_numbers_to_the_next),
		FEED_TEST(the_next_connection_is_told_every_row_again),
		FEED_TEST(an_acknowledgement_of_what_was_not_sent_ends_the_connection),
		FEED_TEST(an_acknowledgement_that_comes_twice_ends_the_connection),
		FEED_TEST(what_is_no_message_ends_the_connection),
		FEED_TEST(a_peer_that_says_what_the_engine_says_is_cut_off),
		FEED_TEST(a_peer_that_goes_is_noticed),
		FEED_TEST(a_peer_that_does_not_read_costs_no_memory_and_gets_the_newest_later),
		FEED_TEST(the_heartbeat_carries_the_scalars),
		FEED_TEST(a_heartbeat_may_come_with_what_is_told_next_or_by_itself_at_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
