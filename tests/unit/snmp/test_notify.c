/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The queue of notifications: order, window, rate, acknowledgement, and what a refusal and
 * the loss of a session do.
 */
#include "notify.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sample.h"
#include "util.h"

/* What was settled, in order; a refused event has a minus. */
static int64_t settled[2 * WIRE_EVENT_WINDOW];
static size_t settled_count;

static void
notify_on_settled(void *arg, const struct check_event *event, bool is_accepted)
{
	(void)arg;
	settled[settled_count++] =
		is_accepted ? (int64_t)event->number : -(int64_t)event->number;
}

static const struct notify_callbacks callbacks = {.settled = notify_on_settled};

static struct monotime
at_ms(int64_t ms)
{
	return (struct monotime){.ns = NS_PER_S + ms * NS_PER_MS};
}

static struct notify *
queue_of(uint64_t count, uint32_t rate)
{
	struct notify *notify = notify_new(rate, &callbacks, NULL);

	settled_count = 0;
	for (uint64_t number = 1; number <= count; number++) {
		struct check_event event = sample_event(number, "disk");

		assert_int_equal(notify_push(notify, &event), 0);
		assert_null(event.name);
	}
	return notify;
}

/* Sends what may be sent, under packet IDs that are the numbers + 1000; returns how many. */
static uint32_t
send_all(struct notify *notify, struct monotime now)
{
	const struct check_event *event;
	uint32_t count = 0;

	while ((event = notify_next(notify, now)) != NULL) {
		notify_sent(notify, (uint32_t)event->number + 1000, now);
		count++;
	}
	return count;
}

static void
what_has_no_number_is_sent_and_settled_like_an_event(void **state)
{
	struct notify *notify = notify_new(1000, &callbacks, NULL);
	struct check_event started = check_event_new(CHECK_EVENT_AGENT_STARTED);
	struct check_event event = sample_event(7, "disk");

	(void)state;
	settled_count = 0;
	notify_push(notify, &started);
	notify_push(notify, &event);
	assert_int_equal(send_all(notify, at_ms(0)), 2);
	notify_answer(notify, 1000, 0, at_ms(1));
	notify_answer(notify, 1007, 0, at_ms(1));
	assert_int_equal(settled_count, 2);
	assert_int_equal(settled[0], 0);
	assert_int_equal(settled[1], 7);
	notify_free(notify);
}

static void
at_most_64_are_in_flight(void **state)
{
	struct notify *notify = queue_of(100, 1000);

	(void)state;
	assert_int_equal(send_all(notify, at_ms(0)), NOTIFY_IN_FLIGHT_MAX);
	assert_int_equal(notify_delay_ms(notify, at_ms(0)), -1);
	notify_answer(notify, 1001, 0, at_ms(1));
	assert_int_equal(notify_delay_ms(notify, at_ms(1)), 0);
	assert_int_equal(send_all(notify, at_ms(1)), 1);
	notify_free(notify);
}

static void
events_are_settled_in_order_whatever_the_order_of_the_answers(void **state)
{
	struct notify *notify = queue_of(3, 1000);

	(void)state;
	send_all(notify, at_ms(0));
	notify_answer(notify, 1003, 0, at_ms(1));
	notify_answer(notify, 1002, 0, at_ms(1));
	assert_int_equal(settled_count, 0);
	notify_answer(notify, 1001, 0, at_ms(1));
	assert_int_equal(settled_count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(settled[i], i + 1);
	notify_free(notify);
}

static void
an_answer_that_nobody_waits_for_changes_nothing(void **state)
{
	struct notify *notify = queue_of(1, 1000);

	(void)state;
	notify_answer(notify, 0, 0, at_ms(0));
	send_all(notify, at_ms(0));
	notify_answer(notify, 7, 0, at_ms(0));
	assert_int_equal(settled_count, 0);
	notify_answer(notify, 1001, 0, at_ms(0));
	notify_answer(notify, 1001, 0, at_ms(0));
	assert_int_equal(settled_count, 1);
	notify_free(notify);
}

static void
the_loss_of_a_session_sends_the_unanswered_again_and_no_other(void **state)
{
	struct notify *notify = queue_of(3, 1000);

	(void)state;
	send_all(notify, at_ms(0));
	notify_answer(notify, 1002, 0, at_ms(1));
	assert_null(notify_next(notify, at_ms(1)));
	notify_requeue(notify);
	assert_int_equal(notify_next(notify, at_ms(1))->number, 1);
	notify_sent(notify, 2001, at_ms(1));
	assert_int_equal(notify_next(notify, at_ms(1))->number, 3);
	notify_sent(notify, 2003, at_ms(1));
	assert_null(notify_next(notify, at_ms(1)));
	notify_answer(notify, 1001, 0, at_ms(1)); /* of the old session */
	assert_int_equal(settled_count, 0);
	notify_answer(notify, 2001, 0, at_ms(1));
	notify_answer(notify, 2003, 0, at_ms(1));
	assert_int_equal(settled_count, 3);
	notify_free(notify);
}

static void
a_refused_event_is_sent_again_before_all_others(void **state)
{
	struct notify *notify = queue_of(70, 1000);

	(void)state;
	send_all(notify, at_ms(0));
	notify_answer(notify, 1005, 268, at_ms(0));
	assert_null(notify_next(notify, at_ms(999)));
	assert_int_equal(notify_delay_ms(notify, at_ms(400)), 600);
	assert_int_equal(notify_next(notify, at_ms(1000))->number, 5);
	notify_free(notify);
}

static void
an_event_refused_three_times_is_given_up(void **state)
{
	struct notify *notify = queue_of(2, 1000);

	(void)state;
	for (int i = 0; i < NOTIFY_REFUSALS_MAX; i++) {
		send_all(notify, at_ms(2000 * i));
		assert_int_equal(settled_count, 0);
		notify_answer(notify, 1001, 268, at_ms(2000 * i));
	}
	assert_int_equal(settled_count, 1);
	assert_int_equal(settled[0], -1);
	notify_answer(notify, 1002, 0, at_ms(9000));
	assert_int_equal(settled[1], 2);
	notify_free(notify);
}

static void
the_rate_bounds_what_is_sent_after_a_burst(void **state)
{
	struct notify *notify = queue_of(100, 10);

	(void)state;
	assert_int_equal(send_all(notify, at_ms(0)), NOTIFY_IN_FLIGHT_MAX);
	for (uint32_t id = 1001; id <= 1000 + NOTIFY_IN_FLIGHT_MAX; id++)
		notify_answer(notify, id, 0, at_ms(0));
	assert_null(notify_next(notify, at_ms(0)));
	assert_int_equal(notify_delay_ms(notify, at_ms(0)), 100);
	assert_null(notify_next(notify, at_ms(99)));
	assert_int_equal(send_all(notify, at_ms(100)), 1);
	assert_int_equal(send_all(notify, at_ms(600)), 5);
	notify_free(notify);
}

static void
a_burst_is_a_second_of_the_rate(void **state)
{
	struct notify *notify = queue_of(WIRE_EVENT_WINDOW, 100);
	uint32_t sent = 0, now_sent;

	(void)state;
	while ((now_sent = send_all(notify, at_ms(0))) > 0) {
		for (uint32_t i = 1; i <= now_sent; i++)
			notify_answer(notify, 1000 + sent + i, 0, at_ms(0));
		sent += now_sent;
	}
	assert_int_equal(sent, 100);
	notify_free(notify);
}

static void
an_event_beyond_the_window_is_not_taken(void **state)
{
	struct notify *notify = queue_of(WIRE_EVENT_WINDOW, 1000);
	struct check_event event = sample_event(999, "disk");

	(void)state;
	assert_int_equal(notify_push(notify, &event), -ENOBUFS);
	check_event_deinit(&event);
	notify_free(notify);
}

static void
an_answer_is_overdue_after_ten_seconds(void **state)
{
	struct notify *notify = queue_of(1, 1000);

	(void)state;
	assert_false(notify_is_overdue(notify, at_ms(60000)));
	send_all(notify, at_ms(0));
	assert_false(notify_is_overdue(notify, at_ms(10000)));
	assert_true(notify_is_overdue(notify, at_ms(10001)));
	notify_requeue(notify);
	assert_false(notify_is_overdue(notify, at_ms(10001)));
	notify_free(notify);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_most_64_are_in_flight),
		cmocka_unit_test(what_has_no_number_is_sent_and_settled_like_an_event),
		cmocka_unit_test(events_are_settled_in_order_whatever_the_order_of_the_answers),
		cmocka_unit_test(an_answer_that_nobody_waits_for_changes_nothing),
		cmocka_unit_test(the_loss_of_a_session_sends_the_unanswered_again_and_no_other),
		cmocka_unit_test(a_refused_event_is_sent_again_before_all_others),
		cmocka_unit_test(an_event_refused_three_times_is_given_up),
		cmocka_unit_test(the_rate_bounds_what_is_sent_after_a_burst),
		cmocka_unit_test(a_burst_is_a_second_of_the_rate),
		cmocka_unit_test(an_event_beyond_the_window_is_not_taken),
		cmocka_unit_test(an_answer_is_overdue_after_ten_seconds),
	};

	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
