/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of events with a real store under it; the test plays the feed, which asks for
 * notices and hands in acknowledgements.
 */
#include "eventlog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "feed.h"
#include "util.h"

#define DEADLINE_MS 30000

struct fixture {
	char folder[32];
	struct event_base *base;
	struct feed *feed;
	struct store *store;
	struct eventlog *log;
	struct store_figures figures; /* as they are stored */
	bool is_stopped;
};

static void
feed_on_disconnected(void *arg)
{
	(void)arg;
}

static struct store_check *
store_on_snapshot(void *arg, struct storable *storable)
{
	(void)arg;
	(void)storable;
	return NULL;
}

static void
store_on_stored(void *arg, struct storable *storable, struct store_check *check)
{
	(void)arg;
	(void)storable;
	store_check_free(check);
}

static void
store_on_figures(void *arg, struct store_figures *ret_figures)
{
	*ret_figures = (struct store_figures){0};
	eventlog_figures(((struct fixture *)arg)->log, ret_figures);
}

static void
store_on_figures_stored(void *arg, const struct store_figures *figures)
{
	((struct fixture *)arg)->figures = *figures;
}

static void
store_on_event_stored(void *arg, uint64_t number)
{
	eventlog_stored(((struct fixture *)arg)->log, number);
}

static void
store_on_order_stored(void *arg, struct order *order)
{
	(void)arg;
	order_free(order);
}

static void
store_on_delivery_stored(void *arg, uint64_t number, enum check_delivery delivery)
{
	eventlog_stored_delivery(((struct fixture *)arg)->log, number, delivery);
}

static void
store_on_status(void *arg, enum wire_store_status status)
{
	(void)arg;
	(void)status;
}

static void
store_on_emptied(void *arg, uint32_t state_epoch)
{
	(void)arg;
	(void)state_epoch;
}

static void
store_on_stopped(void *arg)
{
	((struct fixture *)arg)->is_stopped = true;
}

static void
open_log(struct fixture *fixture)
{
	static const struct feed_callbacks feed_callbacks = {
		.disconnected = feed_on_disconnected};
	static const struct store_callbacks callbacks = {
		.snapshot = store_on_snapshot,
		.stored = store_on_stored,
		.figures = store_on_figures,
		.figures_stored = store_on_figures_stored,
		.event_stored = store_on_event_stored,
		.delivery_stored = store_on_delivery_stored,
		.order_stored = store_on_order_stored,
		.status = store_on_status,
		.emptied = store_on_emptied,
		.stopped = store_on_stopped,
	};
	CLEANUP_FREE char *path = xasprintf("%s/checkd.db", fixture->folder);
	struct store_settings settings = {.path = path, .history = 100, .backlog = 1000};
	struct store_content content;
	char *reason = NULL;

	fixture->base = event_base_new();
	fixture->feed = feed_new(fixture->base, &feed_callbacks, NULL);
	fixture->log = eventlog_new(fixture->feed);
	fixture->is_stopped = false;
	assert_int_equal(store_open(fixture->base, &settings, &callbacks, fixture,
				 &fixture->store, &content, &reason),
		0);
	eventlog_restore(fixture->log, fixture->store, &content);
	fixture->figures = content.figures;
	store_content_deinit(&content);
}

static void
close_log(struct fixture *fixture)
{
	int64_t deadline = monotime_now().ns + DEADLINE_MS * NS_PER_MS;

	store_stop(fixture->store);
	while (!fixture->is_stopped) {
		assert_true(monotime_now().ns < deadline);
		event_base_loop(fixture->base, EVLOOP_ONCE);
	}
	eventlog_free(fixture->log);
	store_free(fixture->store);
	feed_free(fixture->feed);
	event_base_free(fixture->base);
}

static int
set_up(void **state)
{
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));

	snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/eventlog-XXXXXX");
	if (mkdtemp(fixture->folder) == NULL)
		return -1;
	open_log(fixture);
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;
	CLEANUP_FREE char *command = xasprintf("rm -rf %s", fixture->folder);

	close_log(fixture);
	assert_int_equal(system(command), 0);
	free(fixture);
	return 0;
}

static uint64_t
add(struct fixture *fixture, bool is_notified)
{
	struct check_event event = check_event_new(CHECK_EVENT_FAILED);

	event.suppression = is_notified ? CHECK_SUPPRESSION_NONE : CHECK_SUPPRESSION_POLICY;
	return eventlog_add(fixture->log, &event);
}

static struct wire_summary
summarize(const struct fixture *fixture)
{
	struct wire_summary summary = {0};

	eventlog_summarize(fixture->log, &fixture->figures, &summary);
	return summary;
}

/* Lets the loop turn until the scalar has the value. */
#define TURN_UNTIL(fixture, member, value)                                                     \
	do {                                                                                   \
		int64_t deadline = monotime_now().ns + DEADLINE_MS * NS_PER_MS;                \
                                                                                               \
		while (summarize(fixture).member != (value)) {                                 \
			assert_true(monotime_now().ns < deadline);                             \
			event_base_loop((fixture)->base, EVLOOP_ONCE);                         \
		}                                                                              \
	} while (false)

static const struct check_event *
next_notice(struct fixture *fixture)
{
	const struct publication *publication;

	return eventlog_next_notice(fixture->log, &publication);
}

static void
expect_notice(struct fixture *fixture, uint64_t number)
{
	const struct check_event *event = next_notice(fixture);

	assert_non_null(event);
	assert_int_equal(event->number, number);
	eventlog_notice_sent(fixture->log);
}

static bool
acknowledge(struct fixture *fixture, uint64_t number)
{
	return eventlog_acknowledged(fixture->log,
		&(struct wire_acknowledge){.number = number, .is_accepted = true});
}

/* What comes before all events of a life. */
static void
pass_announcement(struct fixture *fixture)
{
	expect_notice(fixture, 0);
	assert_true(acknowledge(fixture, 0));
}

static void
events_are_numbered_from_one_without_a_gap(void **state)
{
	struct fixture *fixture = *state;

	for (uint64_t number = 1; number <= 10; number++)
		assert_int_equal(add(fixture, number % 2 == 0), number);
	TURN_UNTIL(fixture, last_event, 10);
	assert_int_equal(summarize(fixture).first_event, 1);
	assert_int_equal(summarize(fixture).suppressed_events, 5);
	assert_int_equal(summarize(fixture).pending_events, 5);
}

static void
an_event_is_not_notified_before_it_is_stored(void **state)
{
	struct fixture *fixture = *state;

	pass_announcement(fixture);
	add(fixture, true);
	assert_null(next_notice(fixture));
	assert_int_equal(summarize(fixture).last_event, 0);
	TURN_UNTIL(fixture, last_event, 1);
	expect_notice(fixture, 1);
}

static void
that_checkd_has_started_is_notified_first_with_the_log_s_range(void **state)
{
	struct fixture *fixture = *state;
	const struct check_event *event;

	add(fixture, true);
	add(fixture, true);
	TURN_UNTIL(fixture, last_event, 2);
	event = next_notice(fixture);
	assert_int_equal(event->kind, CHECK_EVENT_AGENT_STARTED);
	assert_int_equal(event->first, 1);
	assert_int_equal(event->last, 2);
	assert_int_equal(event->state_epoch, eventlog_epoch(fixture->log));
	eventlog_notice_sent(fixture->log);
	expect_notice(fixture, 1);
	assert_false(acknowledge(fixture, 1));
	assert_true(acknowledge(fixture, 0));
	assert_true(acknowledge(fixture, 1));
}

static void
an_acknowledgement_out_of_turn_is_refused(void **state)
{
	struct fixture *fixture = *state;

	pass_announcement(fixture);
	add(fixture, true);
	add(fixture, true);
	add(fixture, true);
	TURN_UNTIL(fixture, last_event, 3);
	expect_notice(fixture, 1);
	expect_notice(fixture, 2);
	assert_false(acknowledge(fixture, 2));
	assert_true(acknowledge(fixture, 1));
	assert_false(acknowledge(fixture, 1));
	assert_true(acknowledge(fixture, 2));
	assert_false(acknowledge(fixture, 3));
}

static void
after_a_loss_notices_begin_again_with_the_oldest_not_accepted(void **state)
{
	struct fixture *fixture = *state;

	pass_announcement(fixture);
	for (int i = 0; i < 4; i++)
		add(fixture, true);
	TURN_UNTIL(fixture, last_event, 4);
	for (uint64_t number = 1; number <= 3; number++)
		expect_notice(fixture, number);
	acknowledge(fixture, 1);
	eventlog_disconnected(fixture->log);
	for (uint64_t number = 2; number <= 4; number++)
		expect_notice(fixture, number);
	assert_null(next_notice(fixture));
}

static void
an_acceptance_is_shown_once_it_is_stored(void **state)
{
	struct fixture *fixture = *state;

	pass_announcement(fixture);
	add(fixture, true);
	TURN_UNTIL(fixture, last_event, 1);
	expect_notice(fixture, 1);
	acknowledge(fixture, 1);
	assert_int_equal(summarize(fixture).accepted_events, 0);
	assert_int_equal(summarize(fixture).pending_events, 1);
	TURN_UNTIL(fixture, accepted_events, 1);
	assert_int_equal(summarize(fixture).accepted_event, 1);
	assert_int_equal(summarize(fixture).pending_events, 0);
}

static void
what_the_master_refuses_for_good_is_lost(void **state)
{
	struct fixture *fixture = *state;

	pass_announcement(fixture);
	add(fixture, true);
	TURN_UNTIL(fixture, last_event, 1);
	expect_notice(fixture, 1);
	assert_true(
		eventlog_acknowledged(fixture->log, &(struct wire_acknowledge){.number = 1}));
	TURN_UNTIL(fixture, lost_events, 1);
	assert_int_equal(summarize(fixture).last_event, 1);
}

static void
settled_events_beyond_the_history_are_dropped(void **state)
{
	struct fixture *fixture = *state;

	eventlog_set_limits(fixture->log, 3, 100);
	add(fixture, true);
	for (int i = 0; i < 10; i++)
		add(fixture, false);
	TURN_UNTIL(fixture, last_event, 11);
	assert_int_equal(summarize(fixture).first_event, 1);
	pass_announcement(fixture);
	expect_notice(fixture, 1);
	acknowledge(fixture, 1);
	assert_int_equal(summarize(fixture).first_event, 9);
	add(fixture, false);
	TURN_UNTIL(fixture, last_event, 12);
	assert_int_equal(summarize(fixture).first_event, 10);
}

static void
a_pending_event_that_keeps_too_many_settled_ones_is_lost(void **state)
{
	struct fixture *fixture = *state;

	eventlog_set_limits(fixture->log, 3, 5);
	add(fixture, true);
	for (int i = 0; i < 7; i++)
		add(fixture, false);
	TURN_UNTIL(fixture, last_event, 8);
	assert_int_equal(summarize(fixture).first_event, 1);
	assert_int_equal(summarize(fixture).pending_events, 1);
	add(fixture, false);
	TURN_UNTIL(fixture, lost_events, 1);
	assert_int_equal(summarize(fixture).first_event, 7);
}

static void
pending_events_beyond_the_backlog_are_lost_and_told_when_there_is_room(void **state)
{
	struct fixture *fixture = *state;
	const struct check_event *event;

	pass_announcement(fixture);
	eventlog_set_limits(fixture->log, 100, 3);
	for (int i = 0; i < 5; i++)
		add(fixture, true);
	TURN_UNTIL(fixture, lost_events, 2);
	assert_int_equal(summarize(fixture).pending_events, 3);
	expect_notice(fixture, 3);
	acknowledge(fixture, 3);
	TURN_UNTIL(fixture, last_event, 6);
	expect_notice(fixture, 4);
	expect_notice(fixture, 5);
	event = next_notice(fixture);
	assert_int_equal(event->kind, CHECK_EVENT_EVENTS_LOST);
	assert_int_equal(event->number, 6);
	assert_int_equal(event->first, 1);
	assert_int_equal(event->last, 2);
}

static void
events_that_were_sent_are_not_given_up(void **state)
{
	struct fixture *fixture = *state;

	pass_announcement(fixture);
	eventlog_set_limits(fixture->log, 100, 3);
	for (int i = 0; i < 3; i++)
		add(fixture, true);
	TURN_UNTIL(fixture, last_event, 3);
	expect_notice(fixture, 1);
	expect_notice(fixture, 2);
	add(fixture, true);
	assert_true(acknowledge(fixture, 1));
	assert_true(acknowledge(fixture, 2));
	TURN_UNTIL(fixture, lost_events, 1);
	expect_notice(fixture, 4);
}

static void
after_a_restart_pending_events_come_again_under_their_numbers(void **state)
{
	struct fixture *fixture = *state;
	uint32_t state_epoch = eventlog_epoch(fixture->log);

	pass_announcement(fixture);
	for (int i = 0; i < 3; i++)
		add(fixture, true);
	TURN_UNTIL(fixture, last_event, 3);
	expect_notice(fixture, 1);
	acknowledge(fixture, 1);
	close_log(fixture);
	open_log(fixture);
	assert_int_equal(eventlog_epoch(fixture->log), state_epoch);
	assert_int_equal(summarize(fixture).accepted_events, 1);
	pass_announcement(fixture);
	expect_notice(fixture, 2);
	expect_notice(fixture, 3);
	assert_int_equal(add(fixture, true), 4);
}

#define EVENTLOG_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		EVENTLOG_TEST(events_are_numbered_from_one_without_a_gap),
		EVENTLOG_TEST(an_event_is_not_notified_before_it_is_stored),
		EVENTLOG_TEST(that_checkd_has_started_is_notified_first_with_the_log_s_range),
		EVENTLOG_TEST(an_acknowledgement_out_of_turn_is_refused),
		EVENTLOG_TEST(after_a_loss_notices_begin_again_with_the_oldest_not_accepted),
		EVENTLOG_TEST(an_acceptance_is_shown_once_it_is_stored),
		EVENTLOG_TEST(what_the_master_refuses_for_good_is_lost),
		EVENTLOG_TEST(settled_events_beyond_the_history_are_dropped),
		EVENTLOG_TEST(a_pending_event_that_keeps_too_many_settled_ones_is_lost),
		EVENTLOG_TEST(
			pending_events_beyond_the_backlog_are_lost_and_told_when_there_is_room),
		EVENTLOG_TEST(events_that_were_sent_are_not_given_up),
		EVENTLOG_TEST(after_a_restart_pending_events_come_again_under_their_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
