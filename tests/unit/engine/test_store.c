/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is given to the store comes back from it, once each, and when it said so.
 */
#include "store.h"

#include "store_fixture.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "shared_text.h"
#include "util.h"

/* A row with a value of its own in each member. */
static struct store_check *
full_check(void)
{
	struct store_check *check = xcalloc(1, sizeof(*check));
	const struct instant now = instant_now();

	check->name = xstrdup("web/frontend:443");
	check->check = (struct check){
		.state = CHECK_STATE_CRITICAL,
		.last_status = 2,
		.previous_status = -1,
		.last_outcome = CHECK_OUTCOME_EXITED,
		.last_signal = 15,
		.last_meaning = xstrdup("critical"),
		.last_output = xstrdup("DISK CRITICAL - é"),
		.last_perfdata = xstrdup("/=2643MB;5948;5958;0;5968"),
		.flapping_history = 0x55,
		.is_flapping = true,
		.is_stale = true,
		.told = {.state = CHECK_STATE_WARNING,
			.outcome = CHECK_OUTCOME_SIGNALED,
			.status = -1,
			.signal = 9,
			.is_stale = true,
			.is_flapping = true},
		.last_ran_wall = now.wall,
		.last_ran_boot = {now.boot.ms - 5},
		.last_duration_ms = 21,
		.last_lateness_ms = 22,
		.last_change_wall = {now.wall.s - 1},
		.last_change_boot = {now.boot.ms - 1005},
		.status_changes = UINT64_C(5000000000),
		.state_changes = 24,
		.runs = INT64_MAX,
		.failures = 26,
		.timeouts = 27,
		.attempt = 28,
	};
	check_join_texts(&check->check);
	check->missed_runs = 29;
	check->last_event = 30;
	check->discontinuity.s = 31;
	check->removed_lived_s = 32;
	return check;
}

static void
assert_check_equal(const struct store_check *a, const struct store_check *b)
{
	assert_string_equal(a->name, b->name);
	assert_int_equal(a->check.state, b->check.state);
	assert_int_equal(a->check.last_status, b->check.last_status);
	assert_int_equal(a->check.previous_status, b->check.previous_status);
	assert_int_equal(a->check.last_outcome, b->check.last_outcome);
	assert_int_equal(a->check.last_signal, b->check.last_signal);
	assert_string_equal(a->check.last_meaning, b->check.last_meaning);
	assert_string_equal(a->check.last_output, b->check.last_output);
	assert_string_equal(a->check.last_perfdata, b->check.last_perfdata);
	assert_int_equal(a->check.flapping_history, b->check.flapping_history);
	assert_int_equal(a->check.is_flapping, b->check.is_flapping);
	assert_int_equal(a->check.is_stale, b->check.is_stale);
	assert_int_equal(a->check.told.state, b->check.told.state);
	assert_int_equal(a->check.told.outcome, b->check.told.outcome);
	assert_int_equal(a->check.told.status, b->check.told.status);
	assert_int_equal(a->check.told.signal, b->check.told.signal);
	assert_int_equal(a->check.told.is_stale, b->check.told.is_stale);
	assert_int_equal(a->check.told.is_flapping, b->check.told.is_flapping);
	assert_int_equal(a->check.last_ran_wall.s, b->check.last_ran_wall.s);
	assert_int_equal(a->check.last_ran_boot.ms, b->check.last_ran_boot.ms);
	assert_int_equal(a->check.last_duration_ms, b->check.last_duration_ms);
	assert_int_equal(a->check.last_lateness_ms, b->check.last_lateness_ms);
	assert_int_equal(a->check.last_change_wall.s, b->check.last_change_wall.s);
	assert_int_equal(a->check.last_change_boot.ms, b->check.last_change_boot.ms);
	assert_int_equal(a->check.status_changes, b->check.status_changes);
	assert_int_equal(a->check.state_changes, b->check.state_changes);
	assert_int_equal(a->check.runs, b->check.runs);
	assert_int_equal(a->check.failures, b->check.failures);
	assert_int_equal(a->check.timeouts, b->check.timeouts);
	assert_int_equal(a->check.attempt, b->check.attempt);
	assert_int_equal(a->missed_runs, b->missed_runs);
	assert_int_equal(a->last_event, b->last_event);
	assert_int_equal(a->discontinuity.s, b->discontinuity.s);
	assert_int_equal(a->removed_lived_s, b->removed_lived_s);
}

static void
every_value_of_a_check_comes_back(void **state)
{
	struct store_fixture *fixture = *state;
	struct store_check *expected = full_check();
	struct store_check *given = xcalloc(1, sizeof(*given));

	store_fixture_open(fixture);
	*given = *expected;
	given->name = xstrdup(expected->name);
	check_copy(&given->check, &expected->check);
	store_keep_check(fixture->store, given);
	store_fixture_stop(fixture);
	store_fixture_open(fixture);
	assert_int_equal(fixture->content.check_count, 1);
	assert_check_equal(fixture->content.checks[0], expected);
	store_check_free(expected);
}

static struct check_event
full_event(void)
{
	return (struct check_event){
		.number = 41,
		.state_epoch = 1792800000,
		.kind = CHECK_EVENT_RECOVERED,
		.delivery = CHECK_DELIVERY_SUPPRESSED,
		.name = xstrdup("disk-root"),
		.from_status = -1,
		.to_status = 0,
		.previous_status = 7,
		.from_outcome = CHECK_OUTCOME_TIMED_OUT,
		.to_outcome = CHECK_OUTCOME_EXITED,
		.from_state = CHECK_STATE_UNKNOWN,
		.to_state = CHECK_STATE_OK,
		.meaning = xstrdup("ok"),
		.output = xstrdup("all is well"),
		.description = xstrdup("Root file system"),
		.group = xstrdup("storage"),
		.epoch = 1792800001,
		.held_s = 42,
		.status_changes = UINT32_MAX,
		.first = 43,
		.last = 44,
	};
}

static void
every_value_of_an_event_comes_back(void **state)
{
	struct store_fixture *fixture = *state;
	struct check_event a = full_event();

	store_fixture_open(fixture);
	store_add_event(fixture->store, &a);
	store_fixture_stop(fixture);
	store_fixture_open(fixture);
	assert_int_equal(fixture->content.event_count, 1);
	const struct check_event *b = &fixture->content.events[0];
	assert_int_equal(a.number, b->number);
	assert_int_equal(a.state_epoch, b->state_epoch);
	assert_int_equal(a.kind, b->kind);
	assert_int_equal(a.delivery, b->delivery);
	assert_string_equal(a.name, b->name);
	assert_int_equal(a.from_status, b->from_status);
	assert_int_equal(a.to_status, b->to_status);
	assert_int_equal(a.previous_status, b->previous_status);
	assert_int_equal(a.from_outcome, b->from_outcome);
	assert_int_equal(a.to_outcome, b->to_outcome);
	assert_int_equal(a.from_state, b->from_state);
	assert_int_equal(a.to_state, b->to_state);
	assert_string_equal(a.meaning, b->meaning);
	assert_string_equal(a.output, b->output);
	assert_string_equal(a.description, b->description);
	assert_string_equal(a.group, b->group);
	assert_int_equal(a.epoch, b->epoch);
	assert_int_equal(a.held_s, b->held_s);
	assert_int_equal(a.status_changes, b->status_changes);
	assert_int_equal(a.first, b->first);
	assert_int_equal(a.last, b->last);
	check_event_deinit(&a);
}

static void
the_figures_come_back(void **state)
{
	struct store_fixture *fixture = *state;
	const struct store_figures figures = {8, 2, 3, 4, 5, 6, 7, 8, 9};

	store_fixture_open(fixture);
	fixture->figures = figures;
	store_fixture_flush(fixture);
	assert_int_equal(fixture->figures_count, 1);
	store_fixture_stop(fixture);
	store_fixture_open(fixture);
	assert_memory_equal(&fixture->content.figures, &figures, sizeof(figures));
}

static void
a_check_that_changes_often_is_written_once_as_it_is_then(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	struct kept *kept = store_fixture_keep(fixture, "often", 1);
	for (uint64_t runs = 2; runs <= 100; runs++)
		store_fixture_run(kept, runs);
	assert_int_equal(kept->snapshot_count, 0);
	store_fixture_wait_stored(fixture, kept);
	assert_int_equal(kept->snapshot_count, 1);
	assert_int_equal(kept->stored_count, 1);
	assert_int_equal(kept->stored_runs, 100);
}

/* Runs the loop for longer than what is not patient waits. */
static void
let_time_pass(struct store_fixture *fixture)
{
	const struct timeval time = {.tv_usec = 300000};

	event_base_loopexit(fixture->base, &time);
	event_base_dispatch(fixture->base);
}

static void
what_is_patient_waits_for_a_tick(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	struct kept *kept = store_fixture_keep(fixture, "patient", 1);
	store_fixture_wait_stored(fixture, kept);
	kept->check.runs = 2;
	storable_change(&kept->storable, STORE_PATIENT);
	let_time_pass(fixture);
	assert_int_equal(kept->stored_runs, 1);
	bool has_begun = store_tick(fixture->store);
	has_begun |= store_tick(fixture->store);
	assert_true(has_begun);
	store_fixture_wait_stored(fixture, kept);
	assert_int_equal(kept->stored_runs, 2);
	assert_false(store_tick(fixture->store) || store_tick(fixture->store));
}

static void
what_is_patient_is_written_with_what_is_not(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	struct kept *patient = store_fixture_keep(fixture, "patient", 1);
	struct kept *calm = store_fixture_keep(fixture, "calm", 1);
	store_fixture_wait_stored(fixture, calm);
	patient->check.runs = 2;
	calm->check.runs = 2;
	storable_change(&patient->storable, STORE_PATIENT);
	storable_change(&calm->storable, STORE_CALM);
	store_fixture_wait_stored(fixture, calm);
	assert_int_equal(patient->stored_runs, 2);
	assert_int_equal(calm->stored_runs, 2);
}

static struct kept crowd[1100];

static bool
is_crowd_stored(struct store_fixture *fixture)
{
	(void)fixture;
	for (size_t i = 0; i < ARRAY_LEN(crowd); i++) {
		if (crowd[i].stored_count == 0)
			return false;
	}
	return true;
}

static void
a_crowd_is_not_patient(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	for (size_t i = 0; i < ARRAY_LEN(crowd); i++) {
		check_init(&crowd[i].check);
		snprintf(crowd[i].name, sizeof(crowd[i].name), "check-%zu", i);
		storable_init(&crowd[i].storable, fixture->store);
		storable_change(&crowd[i].storable, STORE_PATIENT);
	}
	store_fixture_wait(fixture, is_crowd_stored);
	for (size_t i = 0; i < ARRAY_LEN(crowd); i++) {
		storable_deinit(&crowd[i].storable);
		check_deinit(&crowd[i].check);
	}
}

static bool
is_being_written(struct store_fixture *fixture)
{
	return fixture->kept[0].storable.item != NULL;
}

static void
what_changes_while_it_is_written_is_written_again(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	struct kept *kept = store_fixture_keep(fixture, "twice", 1);
	store_fixture_wait(fixture, is_being_written);
	store_fixture_run(kept, 2);
	store_fixture_wait_stored(fixture, kept);
	assert_int_equal(kept->stored_count, 2);
	store_fixture_kill(fixture);
	store_fixture_open(fixture);
	assert_int_equal(store_fixture_loaded(fixture, "twice")->check.runs, 2);
}

static void
a_check_may_go_while_it_is_written(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	struct kept *kept = store_fixture_keep(fixture, "goes", 1);
	store_fixture_keep(fixture, "stays", 1);
	store_fixture_wait(fixture, is_being_written);
	storable_deinit(&kept->storable);
	store_fixture_flush(fixture);
	assert_int_equal(kept->stored_count, 0);
	assert_int_equal(fixture->kept[1].stored_count, 1);
}

static void
a_check_may_go_when_another_is_told_as_stored(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	store_fixture_keep(fixture, "first", 1);
	struct kept *second = store_fixture_keep(fixture, "second", 1);
	fixture->to_deinit = &second->storable;
	store_fixture_flush(fixture);
	assert_int_equal(second->stored_count, 0);
}

static void
a_check_that_goes_before_it_is_written_is_not_written(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	struct kept *kept = store_fixture_keep(fixture, "goes", 1);
	storable_deinit(&kept->storable);
	store_fixture_flush(fixture);
	assert_int_equal(store_fixture_number(fixture, "SELECT count(*) FROM checks"), 0);
}

static void
a_check_is_told_before_its_event_and_both_are_one_commit(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	struct kept *kept = store_fixture_keep(fixture, "pair", 1);
	kept->last_event = 1;
	store_fixture_add_event(fixture, 1, "pair");
	store_fixture_wait_stored(fixture, kept);
	assert_true(fixture->are_checks_first);
	assert_int_equal(fixture->event_count, 1);
	assert_int_equal(fixture->stored_event, 1);
}

static void
a_forgotten_check_may_come_again_under_its_name(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	store_fixture_keep(fixture, "phoenix", 7);
	store_fixture_stop(fixture);
	store_fixture_open(fixture);
	struct kept *kept = store_fixture_keep(fixture, "phoenix", 1);
	store_forget_check(fixture->store, "phoenix");
	store_fixture_wait_stored(fixture, kept);
	assert_int_equal(store_fixture_number(fixture, "SELECT runs FROM checks"), 1);
}

static void
a_check_that_is_kept_and_forgotten_is_gone(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	store_keep_check(fixture->store, full_check());
	store_keep_check(fixture->store, full_check());
	store_forget_check(fixture->store, "web/frontend:443");
	store_fixture_flush(fixture);
	assert_int_equal(store_fixture_number(fixture, "SELECT count(*) FROM checks"), 0);
}

static void
an_event_that_goes_before_it_is_written_is_never_written(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	store_fixture_add_event(fixture, 1, "a-check");
	store_fixture_add_event(fixture, 2, "a-check");
	store_set_delivery(fixture->store, 1, CHECK_DELIVERY_LOST);
	store_remove_event(fixture->store, 1);
	store_fixture_flush(fixture);
	assert_int_equal(fixture->event_count, 1);
	assert_int_equal(fixture->delivery_count, 0);
	assert_int_equal(store_fixture_number(fixture, "SELECT min(number) FROM events"), 2);
}

static void
a_delivery_is_stored_with_an_event_or_after_it(void **state)
{
	struct store_fixture *fixture = *state;
	static const char sql[] = "SELECT delivery FROM events WHERE number = 1";

	store_fixture_open(fixture);
	store_fixture_add_event(fixture, 1, "a-check");
	store_set_delivery(fixture->store, 1, CHECK_DELIVERY_LOST);
	store_fixture_flush(fixture);
	assert_int_equal(fixture->delivery_count, 1);
	assert_int_equal(store_fixture_number(fixture, sql), CHECK_DELIVERY_LOST);
	store_set_delivery(fixture->store, 1, CHECK_DELIVERY_ACCEPTED);
	store_fixture_flush(fixture);
	assert_int_equal(fixture->delivery_number, 1);
	assert_int_equal(fixture->delivery, CHECK_DELIVERY_ACCEPTED);
	assert_int_equal(store_fixture_number(fixture, sql), CHECK_DELIVERY_ACCEPTED);
}

static void
the_log_is_a_ring_that_does_not_grow(void **state)
{
	struct store_fixture *fixture = *state;
	uint64_t number = 0;
	int64_t pages = 0;

	store_fixture_open(fixture);
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < 50; i++) {
			store_fixture_add_event(fixture, ++number, "a-check");
			if (number > 200)
				store_remove_event(fixture->store, number - 200);
		}
		store_fixture_flush(fixture);
		if (round == 8)
			pages = store_fixture_number(fixture, "PRAGMA page_count");
	}
	assert_int_equal(store_fixture_number(fixture, "SELECT count(*) FROM events"), 200);
	assert_true(store_fixture_number(fixture, "PRAGMA page_count") <= pages + 1);
}

static void
events_come_back_in_their_order(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	for (uint64_t number = 1; number <= 30; number++)
		store_fixture_add_event(fixture, number, "a-check");
	store_fixture_stop(fixture);
	store_fixture_open(fixture);
	assert_int_equal(fixture->content.event_count, 30);
	for (size_t i = 0; i < 30; i++)
		assert_int_equal(fixture->content.events[i].number, i + 1);
	assert_int_equal(fixture->content.figures.last_event, 30);
}

static void
checks_of_one_place_lie_side_by_side(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	struct kept *kept = store_fixture_keep(fixture, "first", 1);
	store_fixture_wait_stored(fixture, kept);
	sqlite3 *other = store_fixture_connect(fixture);
	sqlite3_busy_timeout(other, DEADLINE_MS);
	/* As if another had the hash that the next one is about to have. */
	assert_int_equal(sqlite3_exec(other, "UPDATE checks SET name = 'other'", 0, 0, 0), 0);
	sqlite3_close(other);
	store_fixture_run(kept, 2);
	store_fixture_wait_stored(fixture, kept);
	assert_int_equal(
		store_fixture_number(fixture, "SELECT max(place) - min(place) FROM checks"), 1);
}

static void
the_definition_is_there_for_people(void **state)
{
	struct store_fixture *fixture = *state;
	struct store_check *check = full_check();

	store_fixture_open(fixture);
	check->definition = definition_new();
	check->definition->name = xstrdup(check->name);
	check->definition->description = xstrdup("The web");
	check->definition->group = shared_text_new("web");
	check->definition->interval_ms = 30000;
	check->definition->type = CHECK_TYPE_COMMAND;
	store_keep_check(fixture->store, check);
	store_fixture_flush(fixture);
	/* Once it is removed nothing is known of it, and what was known stays. */
	store_keep_check(fixture->store, full_check());
	store_fixture_flush(fixture);
	assert_int_equal(
		store_fixture_number(fixture,
			"SELECT count(*) FROM checks WHERE description = 'The web' AND "
			"check_group = 'web' AND interval_ms = 30000"),
		1);
}

static void
its_files_are_for_its_user_alone_whatever_the_umask(void **state)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", "-lock"};
	struct store_fixture *fixture = *state;
	mode_t mask = umask(0);

	store_fixture_open(fixture);
	umask(mask);
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		CLEANUP_FREE char *path = xasprintf("%s%s", fixture->path, suffixes[i]);
		struct stat status;

		assert_int_equal(stat(path, &status), 0);
		assert_int_equal(status.st_mode & 07777, 0600);
	}
}

static void
its_durability_can_be_changed(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	struct kept *kept = store_fixture_keep(fixture, "durable", 1);
	store_fixture_wait_stored(fixture, kept);
	store_set_durability(fixture->store, true);
	store_fixture_run(kept, 2);
	store_fixture_wait_stored(fixture, kept);
	store_fixture_kill(fixture);
	store_fixture_open(fixture);
	assert_int_equal(store_fixture_loaded(fixture, "durable")->check.runs, 2);
}

static void
a_stop_with_nothing_to_write_ends_too(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_open(fixture);
	store_fixture_stop(fixture);
	store_fixture_open(fixture);
	assert_int_equal(fixture->content.check_count, 0);
	assert_true(fixture->content.is_vouched);
}

int
main(void)
{
#define TEST(name)                                                                             \
	cmocka_unit_test_setup_teardown(name, store_fixture_set_up, store_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(every_value_of_a_check_comes_back),
		TEST(every_value_of_an_event_comes_back),
		TEST(the_figures_come_back),
		TEST(a_check_that_changes_often_is_written_once_as_it_is_then),
		TEST(what_is_patient_waits_for_a_tick),
		TEST(what_is_patient_is_written_with_what_is_not),
		TEST(a_crowd_is_not_patient),
		TEST(what_changes_while_it_is_written_is_written_again),
		TEST(a_check_may_go_while_it_is_written),
		TEST(a_check_may_go_when_another_is_told_as_stored),
		TEST(a_check_that_goes_before_it_is_written_is_not_written),
		TEST(a_check_is_told_before_its_event_and_both_are_one_commit),
		TEST(a_forgotten_check_may_come_again_under_its_name),
		TEST(a_check_that_is_kept_and_forgotten_is_gone),
		TEST(an_event_that_goes_before_it_is_written_is_never_written),
		TEST(a_delivery_is_stored_with_an_event_or_after_it),
		TEST(the_log_is_a_ring_that_does_not_grow),
		TEST(events_come_back_in_their_order),
		TEST(checks_of_one_place_lie_side_by_side),
		TEST(the_definition_is_there_for_people),
		TEST(its_files_are_for_its_user_alone_whatever_the_umask),
		TEST(its_durability_can_be_changed),
		TEST(a_stop_with_nothing_to_write_ends_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
