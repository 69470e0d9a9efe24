/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What results bring about in a set of checks: events and why they are suppressed, told
 * differences, aggregates, staleness, maintenance. The results are submitted to passive
 * checks; the log is a real store's.
 */
#include "checks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "aggregate.h"
#include "config.h"
#include "entry.h"
#include "eventlog.h"
#include "feed.h"
#include "maintenance.h"
#include "means.h"
#include "runner.h"
#include "scheduler.h"
#include "spawner.h"
#include "shared_text.h"
#include "util.h"

#define DEADLINE_MS 30000
#define CHECKS_MAX  16

struct fixture {
	char folder[32];
	struct event_base *base;
	struct spawner *spawner;
	struct runner *runner;
	struct feed *feed;
	struct store *store;
	struct eventlog *log;
	struct checks *checks;
	struct config *config; /* what is being defined, and what was applied last */
	uint64_t stored_event;
	uint64_t read_event; /* the last event that was expected */
	unsigned stored_figures;
	bool is_stopped;
};

static void
feed_on_disconnected(void *arg)
{
	(void)arg;
}

static void
feed_on_fill(void *arg, const struct publication *publication, struct wire_message *ret_message)
{
	(void)arg;
	(void)publication;
	(void)ret_message;
}

static struct store_check *
store_on_snapshot(void *arg, struct storable *storable)
{
	(void)arg;
	return checks_snapshot(storable);
}

static void
store_on_stored(void *arg, struct storable *storable, struct store_check *check)
{
	(void)arg;
	checks_stored(storable, check);
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
	(void)figures;
	((struct fixture *)arg)->stored_figures++;
}

static void
store_on_event_stored(void *arg, uint64_t number)
{
	((struct fixture *)arg)->stored_event = number;
	eventlog_stored(((struct fixture *)arg)->log, number);
}

static void
store_on_order_stored(void *arg, struct order *order)
{
	struct fixture *fixture = arg;

	checks_order_stored(fixture->checks, order);
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
open_store(struct fixture *fixture)
{
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
	struct store_settings settings = {.path = path, .history = 1000, .backlog = 1000};
	struct store_content content;
	char *reason = NULL;

	assert_int_equal(store_open(fixture->base, &settings, &callbacks, fixture,
				 &fixture->store, &content, &reason),
		0);
	checks_restore(fixture->checks, fixture->store, &content);
	eventlog_restore(fixture->log, fixture->store, &content);
	store_content_deinit(&content);
}

static void
begin(struct fixture *fixture)
{
	static const struct feed_callbacks feed_callbacks = {
		.fill = feed_on_fill, .disconnected = feed_on_disconnected};

	fixture->base = event_base_new();
	fixture->spawner = spawner_new(fixture->base);
	fixture->runner = runner_new(fixture->base, fixture->spawner, 1024);
	fixture->feed = feed_new(fixture->base, &feed_callbacks, fixture);
	fixture->log = eventlog_new(fixture->feed);
	eventlog_set_limits(fixture->log, 1000, 1000);
	fixture->checks = checks_new(fixture->base,
		&(const struct means){.runner = fixture->runner}, fixture->feed, fixture->log);
	fixture->is_stopped = false;
	open_store(fixture);
}

/* As a kill would. */
static void
end(struct fixture *fixture)
{
	checks_stop(fixture->checks);
	runner_free(fixture->runner);
	checks_free(fixture->checks);
	eventlog_free(fixture->log);
	store_free(fixture->store);
	feed_free(fixture->feed);
	spawner_free(fixture->spawner);
	event_base_free(fixture->base);
}

static void
define_nothing(struct fixture *fixture)
{
	config_free(fixture->config);
	fixture->config = config_new();
	fixture->config->checks = xcalloc(CHECKS_MAX, sizeof(struct definition *));
}

static int
set_up(void **state)
{
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));

	snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/checks-XXXXXX");
	if (mkdtemp(fixture->folder) == NULL)
		return -1;
	begin(fixture);
	define_nothing(fixture);
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;
	CLEANUP_FREE char *command = xasprintf("rm -rf %s", fixture->folder);

	end(fixture);
	config_free(fixture->config);
	assert_int_equal(system(command), 0);
	free(fixture);
	return 0;
}

static struct definition *
define(struct fixture *fixture, const char *name, enum check_type type)
{
	struct definition *definition = definition_new();
	struct config *config = fixture->config;

	definition->name = xstrdup(name);
	definition->description = xstrdup("");
	definition->group = shared_text_new("default");
	definition->type = type;
	definition->is_enabled = true;
	definition->interval_ms = 60000;
	definition->retry_ms = 60000;
	definition->timeout_ms = 10000;
	definition->fresh_ms = type == CHECK_TYPE_AGGREGATE ? 0 : 190000;
	definition->policy = (struct check_policy){
		.confirm = 1,
		.codes = codes_builtin("plugin"),
		.on_timeout = CHECK_STATE_CRITICAL,
		.on_signal = CHECK_STATE_CRITICAL,
		.on_start_failure = CHECK_STATE_UNKNOWN,
	};
	definition->notify = CHECK_NOTIFY_STATUS;
	assert_true(config->check_count < CHECKS_MAX);
	config->checks[config->check_count++] = definition;
	return definition;
}

/* Of words with blanks between. */
static char **
words(const char *text)
{
	char **list = xcalloc(CHECKS_MAX + 1, sizeof(char *));
	CLEANUP_FREE char *copy = xstrdup(text);
	size_t count = 0;
	char *rest = copy, *word;

	while ((word = strsep(&rest, " ")) != NULL)
		list[count++] = xstrdup(word);
	return list;
}

static struct definition *
define_passive(struct fixture *fixture, const char *name)
{
	return define(fixture, name, CHECK_TYPE_PASSIVE);
}

static struct definition *
define_dependant(struct fixture *fixture, const char *name, const char *parents)
{
	struct definition *definition = define_passive(fixture, name);

	definition->depends = words(parents);
	fixture->config->is_linked = true;
	return definition;
}

static struct definition *
define_aggregate(struct fixture *fixture, const char *name, enum aggregate_rule rule,
	const char *members)
{
	struct definition *definition = define(fixture, name, CHECK_TYPE_AGGREGATE);

	definition->aggregate = xcalloc(1, sizeof(*definition->aggregate));
	definition->aggregate->rule = rule;
	definition->aggregate->selectors = words(members);
	definition->aggregate->members = words(members);
	fixture->config->is_linked = true;
	return definition;
}

/* As the configuration's loader has them. */
static void
rank(struct config *config)
{
	free(config->ranks);
	config->ranks = xcalloc(config->check_count, sizeof(*config->ranks));
	for (size_t i = 0; i < config->check_count; i++) {
		for (size_t j = 0; j < config->check_count; j++)
			config->ranks[i] += strcasecmp(config->checks[j]->name,
						    config->checks[i]->name) < 0;
	}
}

static struct checks_changes
apply(struct fixture *fixture)
{
	rank(fixture->config);
	return checks_apply(fixture->checks, fixture->config);
}

static void
submit(struct fixture *fixture, const char *name, int status)
{
	const struct submission submission = {
		.name = name, .status = status, .output = "text", .len = 4};

	assert_int_equal(checks_submit(fixture->checks, &submission), 0);
}

/* All that was gathered until now is on disk. */
static void
flush(struct fixture *fixture)
{
	int64_t deadline = monotime_now().ns + DEADLINE_MS * NS_PER_MS;
	unsigned batches = fixture->stored_figures;

	/* One batch may be under way already. */
	for (int i = 0; i < 2; i++, batches = fixture->stored_figures) {
		store_change_figures(fixture->store);
		while (fixture->stored_figures == batches) {
			assert_true(monotime_now().ns < deadline);
			event_base_loop(fixture->base, EVLOOP_ONCE);
		}
	}
}

static const char *
event_line(sqlite3_stmt *statement, char *buf, size_t size)
{
	const char *suppression = check_suppression_name(sqlite3_column_int(statement, 6));

	snprintf(buf, size, "%s %s %d>%d %s>%s%s%s", sqlite3_column_text(statement, 1),
		check_event_kind_name(sqlite3_column_int(statement, 2)),
		sqlite3_column_int(statement, 3), sqlite3_column_int(statement, 4),
		check_state_name(sqlite3_column_int(statement, 5)),
		check_state_name(sqlite3_column_int(statement, 7)),
		strcmp(suppression, "none") != 0 ? " " : "",
		strcmp(suppression, "none") != 0 ? suppression : "");
	return buf;
}

/* The events since the last such call are these lines. */
static void
expect_events(struct fixture *fixture, const char *lines)
{
	CLEANUP_FREE char *path = xasprintf("%s/checkd.db", fixture->folder);
	CLEANUP_FREE char *text = xstrdup("");
	sqlite3_stmt *statement;
	sqlite3 *sqlite;
	char buf[256];

	flush(fixture);
	assert_int_equal(sqlite3_open_v2(path, &sqlite, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(sqlite,
			"SELECT number, name, kind, from_status, to_status, from_state, "
			"suppression, to_state FROM events WHERE number > ? ORDER BY number",
			-1, &statement, NULL),
		SQLITE_OK);
	sqlite3_bind_int64(statement, 1, (sqlite3_int64)fixture->read_event);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		CLEANUP_FREE char *head = text;

		fixture->read_event = (uint64_t)sqlite3_column_int64(statement, 0);
		text = xasprintf("%s%s\n", head, event_line(statement, buf, sizeof(buf)));
	}
	sqlite3_finalize(statement);
	sqlite3_close(sqlite);
	assert_string_equal(text, lines);
}

/* As if this much time had passed. */
static void
let_pass(struct fixture *fixture, int64_t s)
{
	struct instant now = instant_now();

	checks_tick(fixture->checks, &now);
	for (int64_t i = 0; i <= s; i += 5) {
		struct instant later = now;

		later.boot.ms += i * 1000;
		later.wall.s += (uint32_t)i;
		checks_tick(fixture->checks, &later);
	}
}

/* Runs the loop for so long, and no longer than until the check is stored. */
static bool
is_stored_within(struct fixture *fixture, const char *name, int64_t ms)
{
	const struct timeval turn = {.tv_usec = 10000};
	const struct storable *storable = &checks_find(fixture->checks, name)->storable;
	int64_t end = monotime_now().ns + ms * NS_PER_MS;

	while ((storable->is_changed || storable->item != NULL) && monotime_now().ns < end) {
		event_base_loopexit(fixture->base, &turn);
		event_base_dispatch(fixture->base);
	}
	return !storable->is_changed && storable->item == NULL;
}

static void
a_result_waits_for_a_tick_where_it_repeats_and_the_interval_is_long(void **state)
{
	struct fixture *fixture = *state;

	define_passive(fixture, "often")->interval_ms = 29999;
	define_passive(fixture, "seldom");
	apply(fixture);
	submit(fixture, "often", 0);
	submit(fixture, "seldom", 0);
	flush(fixture);
	submit(fixture, "seldom", 0);
	assert_false(is_stored_within(fixture, "seldom", 300));
	assert_true(store_tick(fixture->store) || store_tick(fixture->store));
	assert_true(is_stored_within(fixture, "seldom", DEADLINE_MS));
	submit(fixture, "often", 0);
	assert_true(is_stored_within(fixture, "often", DEADLINE_MS));
	submit(fixture, "seldom", 1);
	assert_true(is_stored_within(fixture, "seldom", DEADLINE_MS));
}

static void
a_first_failure_is_an_event_and_a_first_success_is_none(void **state)
{
	struct fixture *fixture = *state;

	define_passive(fixture, "aa");
	define_passive(fixture, "bb");
	apply(fixture);
	submit(fixture, "aa", 0);
	submit(fixture, "bb", 1);
	submit(fixture, "bb", 2);
	submit(fixture, "bb", 0);
	expect_events(fixture, "bb failed -1>1 pending>warning\n"
			       "bb changed 1>2 warning>critical\n"
			       "bb recovered 2>0 critical>ok\n");
}

static void
while_a_parent_fails_nothing_is_told_and_afterwards_what_differs(void **state)
{
	struct fixture *fixture = *state;

	define_passive(fixture, "parent");
	define_dependant(fixture, "child", "parent");
	define_dependant(fixture, "other", "parent");
	apply(fixture);
	submit(fixture, "parent", 0);
	submit(fixture, "child", 0);
	submit(fixture, "other", 0);
	submit(fixture, "parent", 2);
	submit(fixture, "child", 2);
	submit(fixture, "child", 1);
	submit(fixture, "other", 2);
	submit(fixture, "other", 0);
	expect_events(fixture, "parent failed 0>2 ok>critical\n"
			       "child failed 0>2 ok>critical dependency\n"
			       "child changed 2>1 critical>warning dependency\n"
			       "other failed 0>2 ok>critical dependency\n"
			       "other recovered 2>0 critical>ok dependency\n");
	submit(fixture, "parent", 0);
	expect_events(fixture, "parent recovered 2>0 critical>ok\n"
			       "child failed 0>1 ok>warning\n");
}

static void
what_was_told_before_a_parent_failed_is_taken_back_after_it(void **state)
{
	struct fixture *fixture = *state;

	define_passive(fixture, "parent");
	define_dependant(fixture, "child", "parent");
	apply(fixture);
	submit(fixture, "child", 2);
	submit(fixture, "parent", 2);
	submit(fixture, "child", 0);
	submit(fixture, "parent", 0);
	expect_events(fixture, "child failed -1>2 pending>critical\n"
			       "parent failed -1>2 pending>critical\n"
			       "child recovered 2>0 critical>ok dependency\n"
			       "parent recovered 2>0 critical>ok\n"
			       "child recovered 2>0 critical>ok\n");
}

static void
a_parent_that_awaits_confirmation_or_is_disabled_suppresses_nothing(void **state)
{
	struct fixture *fixture = *state;

	define_passive(fixture, "soft")->policy.confirm = 2;
	define_passive(fixture, "off")->is_enabled = false;
	define_dependant(fixture, "child", "soft off");
	apply(fixture);
	submit(fixture, "soft", 0);
	submit(fixture, "soft", 2);
	submit(fixture, "child", 2);
	expect_events(fixture, "soft changed 0>2 ok>ok\n"
			       "child failed -1>2 pending>critical\n");
}

static void
an_aggregate_changes_with_its_members_by_one_event(void **state)
{
	struct fixture *fixture = *state;

	define_passive(fixture, "web1");
	define_passive(fixture, "web2");
	define_aggregate(fixture, "top", AGGREGATE_RULE_WORST, "any all");
	define_aggregate(fixture, "all", AGGREGATE_RULE_ALL, "web1 web2");
	define_aggregate(fixture, "any", AGGREGATE_RULE_ANY, "web1 web2");
	apply(fixture);
	submit(fixture, "web1", 0);
	submit(fixture, "web2", 0);
	expect_events(fixture, "");
	submit(fixture, "web1", 2);
	expect_events(fixture, "web1 failed 0>2 ok>critical\n"
			       "all failed 0>2 ok>critical\n"
			       "top failed 0>2 ok>critical\n");
	submit(fixture, "web2", 1);
	expect_events(fixture, "web2 failed 0>1 ok>warning\n"
			       "any failed 0>2 ok>critical\n");
	submit(fixture, "web1", 0);
	submit(fixture, "web2", 0);
	expect_events(fixture, "web1 recovered 2>0 critical>ok\n"
			       "any recovered 2>0 critical>ok\n"
			       "web2 recovered 1>0 warning>ok\n"
			       "all recovered 2>0 critical>ok\n"
			       "top recovered 2>0 critical>ok\n");
}

static void
a_dependant_of_an_aggregate_follows_it(void **state)
{
	struct fixture *fixture = *state;

	define_passive(fixture, "link1");
	define_passive(fixture, "link2");
	define_aggregate(fixture, "uplinks", AGGREGATE_RULE_ANY, "link1 link2");
	define_dependant(fixture, "far", "uplinks");
	apply(fixture);
	submit(fixture, "link1", 0);
	submit(fixture, "link2", 0);
	submit(fixture, "far", 0);
	submit(fixture, "link1", 2);
	submit(fixture, "link2", 2);
	submit(fixture, "far", 2);
	submit(fixture, "link2", 0);
	expect_events(fixture, "link1 failed 0>2 ok>critical\n"
			       "link2 failed 0>2 ok>critical\n"
			       "uplinks failed 0>2 ok>critical\n"
			       "far failed 0>2 ok>critical dependency\n"
			       "link2 recovered 2>0 critical>ok\n"
			       "uplinks recovered 2>0 critical>ok\n"
			       "far failed 0>2 ok>critical\n");
}

static void
disabled_members_do_not_count(void **state)
{
	struct fixture *fixture = *state;

	define_passive(fixture, "web1");
	define_passive(fixture, "web2");
	define_aggregate(fixture, "all", AGGREGATE_RULE_ALL, "web1 web2");
	apply(fixture);
	submit(fixture, "web1", 0);
	submit(fixture, "web2", 2);
	define_nothing(fixture);
	define_passive(fixture, "web1");
	define_passive(fixture, "web2")->is_enabled = false;
	define_aggregate(fixture, "all", AGGREGATE_RULE_ALL, "web1 web2");
	apply(fixture);
	expect_events(fixture, "web2 failed -1>2 pending>critical\n"
			       "all failed -1>2 pending>critical\n"
			       "web2 withdrawn 2>2 critical>critical\n"
			       "all recovered 2>0 critical>ok\n");
}

static void
what_no_run_refreshes_becomes_stale_and_its_aggregates_with_it(void **state)
{
	struct fixture *fixture = *state;

	define_passive(fixture, "web1");
	define_passive(fixture, "web2")->fresh_ms = 100000000;
	define_aggregate(fixture, "all", AGGREGATE_RULE_ALL, "web1 web2");
	apply(fixture);
	submit(fixture, "web1", 0);
	submit(fixture, "web2", 0);
	let_pass(fixture, 185);
	expect_events(fixture, "");
	let_pass(fixture, 195);
	expect_events(fixture, "web1 becameStale 0>0 ok>ok\n"
			       "all becameStale 0>0 ok>ok\n");
	submit(fixture, "web1", 1);
	expect_events(fixture, "web1 becameFresh 1>1 warning>warning\n"
			       "web1 failed 0>1 ok>warning\n"
			       "all becameFresh 0>0 ok>ok\n"
			       "all failed 0>2 ok>critical\n");
}

static void
staleness_that_a_parent_hid_is_told_after_it(void **state)
{
	struct fixture *fixture = *state;

	define_passive(fixture, "parent")->fresh_ms = 100000000;
	define_dependant(fixture, "child", "parent");
	apply(fixture);
	submit(fixture, "child", 0);
	submit(fixture, "parent", 2);
	let_pass(fixture, 200);
	submit(fixture, "parent", 0);
	expect_events(fixture, "parent failed -1>2 pending>critical\n"
			       "child becameStale 0>0 ok>ok dependency\n"
			       "parent recovered 2>0 critical>ok\n"
			       "child becameStale 0>0 ok>ok\n");
}

static void
an_engine_that_was_held_up_makes_nothing_stale(void **state)
{
	struct fixture *fixture = *state;
	struct instant now = instant_now();

	define_passive(fixture, "aa");
	apply(fixture);
	submit(fixture, "aa", 0);
	checks_tick(fixture->checks, &now);
	now.boot.ms += 3600000;
	checks_tick(fixture->checks, &now);
	now.boot.ms += 1000;
	checks_tick(fixture->checks, &now);
	expect_events(fixture, "");
}

static void
flapping_is_told_at_its_start_and_its_end(void **state)
{
	struct fixture *fixture = *state;
	struct definition *definition = define_passive(fixture, "aa");

	definition->policy.flapping_start = 20;
	definition->policy.flapping_stop = 10;
	apply(fixture);
	submit(fixture, "aa", 0);
	for (int i = 0; i < 3; i++) {
		submit(fixture, "aa", 2);
		submit(fixture, "aa", 0);
	}
	expect_events(fixture, "aa failed 0>2 ok>critical\n"
			       "aa recovered 2>0 critical>ok\n"
			       "aa failed 0>2 ok>critical\n"
			       "aa recovered 2>0 critical>ok flapping\n"
			       "aa flappingStarted 2>0 critical>ok\n"
			       "aa failed 0>2 ok>critical flapping\n"
			       "aa recovered 2>0 critical>ok flapping\n");
	submit(fixture, "aa", 1);
	for (int i = 0; i < 20; i++)
		submit(fixture, "aa", 1);
	expect_events(fixture, "aa failed 0>1 ok>warning flapping\n"
			       "aa flappingStopped 0>1 ok>warning\n");
}

static void
a_maintenance_suppresses_and_its_end_tells(void **state)
{
	struct fixture *fixture = *state;
	struct definition *definition = define_passive(fixture, "aa");
	char text[64];
	char *when[] = {text, NULL}, *selectors[] = {(char *)"aa", NULL};
	struct maintenance *maintenance = NULL;
	time_t now = time(NULL), end = now + 3600;
	struct tm from, to;
	const char *error;
	size_t index;

	localtime_r(&now, &from);
	localtime_r(&end, &to);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M - ", &from);
	strftime(text + strlen(text), sizeof(text) - strlen(text), "%Y-%m-%d %H:%M", &to);
	assert_int_equal(maintenance_new(when, selectors, "", &maintenance, &index, &error), 0);
	fixture->config->maintenance = xcalloc(1, sizeof(struct maintenance *));
	fixture->config->maintenance[fixture->config->maintenance_count++] = maintenance;
	fixture->config->is_linked = true;
	definition->maintenance = xcalloc(1, sizeof(struct maintenance *));
	definition->maintenance[definition->maintenance_count++] = maintenance_ref(maintenance);
	definition->fresh_ms = 100000000;
	apply(fixture);
	submit(fixture, "aa", 0);
	submit(fixture, "aa", 2);
	submit(fixture, "aa", 1);
	expect_events(fixture, "aa failed 0>2 ok>critical maintenance\n"
			       "aa changed 2>1 critical>warning maintenance\n");
	let_pass(fixture, 3700);
	expect_events(fixture, "aa failed 0>1 ok>warning\n");
}

static void
an_alarm_of_a_check_that_is_removed_or_disabled_is_withdrawn(void **state)
{
	struct fixture *fixture = *state;

	define_passive(fixture, "gone");
	define_passive(fixture, "fine");
	define_passive(fixture, "off");
	apply(fixture);
	submit(fixture, "gone", 2);
	submit(fixture, "fine", 0);
	submit(fixture, "off", 1);
	define_nothing(fixture);
	define_passive(fixture, "off")->is_enabled = false;
	apply(fixture);
	expect_events(fixture, "gone failed -1>2 pending>critical\n"
			       "off failed -1>1 pending>warning\n"
			       "off withdrawn 1>1 warning>warning\n"
			       "gone withdrawn 2>2 critical>critical\n");
	/* What is still so is told again when it is enabled, or comes back. */
	define_nothing(fixture);
	define_passive(fixture, "off");
	define_passive(fixture, "gone");
	apply(fixture);
	expect_events(fixture, "gone failed -1>2 pending>critical\n"
			       "off failed -1>1 pending>warning\n");
}

/* A name is unique regardless of its case, and another check where that is another. */
static void
checks_are_found_by_their_very_names_whatever_comes_and_goes(void **state)
{
	struct fixture *fixture = *state;

	define_passive(fixture, "Bb");
	define_passive(fixture, "aa");
	define_passive(fixture, "cc");
	apply(fixture);
	submit(fixture, "aa", 0);
	define_nothing(fixture);
	define_passive(fixture, "cc");
	define_passive(fixture, "b");
	define_passive(fixture, "AA");
	apply(fixture);
	assert_int_equal(checks_count(fixture->checks), 3);
	assert_null(checks_find(fixture->checks, "aa"));
	assert_null(checks_find(fixture->checks, "Bb"));
	assert_null(checks_find(fixture->checks, "d"));
	assert_string_equal(entry_name(checks_find(fixture->checks, "AA")), "AA");
	assert_string_equal(entry_name(checks_after(fixture->checks, "aa")), "b");
	assert_string_equal(entry_name(checks_after(fixture->checks, "bb")), "cc");
	assert_null(checks_after(fixture->checks, "CC"));
}

static void
what_is_owed_survives_a_kill(void **state)
{
	struct fixture *fixture = *state;

	define_passive(fixture, "parent");
	define_dependant(fixture, "child", "parent");
	apply(fixture);
	submit(fixture, "parent", 2);
	submit(fixture, "child", 1);
	expect_events(fixture, "parent failed -1>2 pending>critical\n"
			       "child failed -1>1 pending>warning dependency\n");
	end(fixture);
	begin(fixture);
	apply(fixture);
	expect_events(fixture, "");
	submit(fixture, "parent", 0);
	expect_events(fixture, "parent recovered 2>0 critical>ok\n"
			       "child failed -1>1 pending>warning\n");
}

static void
results_for_others_than_enabled_passive_checks_are_refused(void **state)
{
	struct fixture *fixture = *state;
	struct submission submission = {.name = "none", .output = "", .len = 0};

	define_passive(fixture, "off")->is_enabled = false;
	define_passive(fixture, "on");
	define_aggregate(fixture, "all", AGGREGATE_RULE_ALL, "on");
	apply(fixture);
	assert_int_equal(checks_submit(fixture->checks, &submission), -ENOENT);
	submission.name = "all";
	assert_int_equal(checks_submit(fixture->checks, &submission), -EINVAL);
	submission.name = "off";
	assert_int_equal(checks_submit(fixture->checks, &submission), -ECANCELED);
}

static int
give_order(struct fixture *fixture, const char *name, enum checks_wish wish, int64_t seconds)
{
	const struct walltime now = instant_now().wall;
	const struct checks_order order = {
		.wish = wish,
		.now = now,
		.until = {seconds > 0 ? now.s + (uint32_t)seconds : 0},
		.reason = "moved",
	};

	return checks_give_order(fixture->checks, checks_find(fixture->checks, name), &order);
}

static uint8_t
admin_state_of(struct fixture *fixture, const char *name)
{
	struct wire_row row;

	entry_row(checks_find(fixture->checks, name), &row);
	return row.admin_state;
}

static void
an_order_is_in_force_once_it_is_stored(void **state)
{
	struct fixture *fixture = *state;

	define_passive(fixture, "aa");
	apply(fixture);
	submit(fixture, "aa", 2);
	flush(fixture);
	assert_int_equal(give_order(fixture, "aa", CHECKS_DISABLE, 0), 1);
	assert_int_equal(admin_state_of(fixture, "aa"), CHECK_ADMIN_STATE_ENABLED);
	assert_null(checks_order_of(fixture->checks, "aa"));
	end(fixture);
	begin(fixture);
	apply(fixture);
	assert_int_equal(admin_state_of(fixture, "aa"), CHECK_ADMIN_STATE_ENABLED);
	assert_int_equal(give_order(fixture, "aa", CHECKS_DISABLE, 0), 1);
	flush(fixture);
	assert_int_equal(admin_state_of(fixture, "aa"), CHECK_ADMIN_STATE_DISABLED);
	assert_int_equal(give_order(fixture, "aa", CHECKS_DISABLE, 0), 0);
	end(fixture);
	begin(fixture);
	apply(fixture);
	assert_int_equal(admin_state_of(fixture, "aa"), CHECK_ADMIN_STATE_DISABLED);
	expect_events(fixture, "aa failed -1>2 pending>critical\n"
			       "aa withdrawn 2>2 critical>critical\n");
}

static void
an_order_is_in_force_at_once_where_the_store_has_failed(void **state)
{
	struct fixture *fixture = *state;
	CLEANUP_FREE char *path = xasprintf("%s/checkd.db", fixture->folder);
	sqlite3 *sqlite;

	end(fixture);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(sqlite3_open(path, &sqlite), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sqlite, "CREATE TABLE songs (title)", 0, 0, 0), 0);
	sqlite3_close(sqlite);
	begin(fixture);
	define_passive(fixture, "aa");
	apply(fixture);
	assert_int_equal(store_status(fixture->store), WIRE_STORE_FAILED);
	assert_int_equal(give_order(fixture, "aa", CHECKS_DISABLE, 0), 1);
	assert_true(order_is_disabled(checks_order_of(fixture->checks, "aa")));
	event_base_loop(fixture->base, EVLOOP_ONCE);
	assert_int_equal(admin_state_of(fixture, "aa"), CHECK_ADMIN_STATE_DISABLED);
	assert_int_equal(give_order(fixture, "aa", CHECKS_ENABLE, 0), 1);
	assert_null(checks_order_of(fixture->checks, "aa"));
}

static void
of_an_aggregate_that_is_enabled_only_what_it_is_now_is_told(void **state)
{
	struct fixture *fixture = *state;

	define_passive(fixture, "aa");
	define_aggregate(fixture, "all", AGGREGATE_RULE_ALL, "aa");
	apply(fixture);
	submit(fixture, "aa", 2);
	flush(fixture);
	give_order(fixture, "all", CHECKS_DISABLE, 0);
	flush(fixture);
	submit(fixture, "aa", 0);
	expect_events(fixture, "aa failed -1>2 pending>critical\n"
			       "all failed -1>2 pending>critical\n"
			       "all withdrawn 2>2 critical>critical\n"
			       "aa recovered 2>0 critical>ok\n");
	give_order(fixture, "all", CHECKS_ENABLE, 0);
	flush(fixture);
	flush(fixture);
	assert_int_equal(admin_state_of(fixture, "all"), CHECK_ADMIN_STATE_ENABLED);
	expect_events(fixture, "all recovered 2>0 critical>ok disabled\n");
}

static void
members_and_parents_that_an_order_disables_do_not_count(void **state)
{
	struct fixture *fixture = *state;

	define_passive(fixture, "parent");
	define_dependant(fixture, "child", "parent");
	define_aggregate(fixture, "all", AGGREGATE_RULE_ALL, "parent child");
	apply(fixture);
	submit(fixture, "parent", 2);
	submit(fixture, "child", 1);
	give_order(fixture, "parent", CHECKS_DISABLE, 0);
	flush(fixture);
	flush(fixture);
	give_order(fixture, "child", CHECKS_MAINTAIN, 100);
	flush(fixture);
	flush(fixture);
	submit(fixture, "child", 0);
	expect_events(fixture, "parent failed -1>2 pending>critical\n"
			       "all failed -1>2 pending>critical\n"
			       "child failed -1>1 pending>warning dependency\n"
			       "parent withdrawn 2>2 critical>critical\n"
			       "child failed -1>1 pending>warning\n"
			       "child recovered 1>0 warning>ok maintenance\n"
			       "all recovered 2>0 critical>ok\n");
	let_pass(fixture, 150);
	expect_events(fixture, "child recovered 1>0 warning>ok\n");
	assert_null(checks_order_of(fixture->checks, "child"));
}

static void
an_order_of_a_check_that_nobody_knows_is_forgotten(void **state)
{
	struct fixture *fixture = *state;

	define_passive(fixture, "aa");
	apply(fixture);
	give_order(fixture, "aa", CHECKS_DISABLE, 0);
	flush(fixture);
	define_nothing(fixture);
	apply(fixture);
	checks_forget_removed(fixture->checks, 1000);
	flush(fixture);
	assert_int_equal(checks_order_count(fixture->checks), 1);
	checks_forget_removed(fixture->checks, 1000 + 31 * 24 * 3600);
	flush(fixture);
	assert_int_equal(checks_order_count(fixture->checks), 0);
}

static void
define_again(struct fixture *fixture, struct definition *definition)
{
	struct config *config = fixture->config;

	config->checks[config->check_count++] = definition;
}

/* What is as it was has the very same definition, as the loader sees to it. */
static void
what_changed_is_told_from_what_stands_where_it_stood(void **state)
{
	struct fixture *fixture = *state;
	struct definition *first = definition_ref(define_passive(fixture, "first"));
	struct definition *last;

	define_passive(fixture, "gone");
	define_passive(fixture, "moved");
	last = definition_ref(define_passive(fixture, "last"));
	apply(fixture);
	submit(fixture, "first", 1);
	submit(fixture, "moved", 1);
	submit(fixture, "last", 1);

	define_nothing(fixture);
	define_again(fixture, first);
	define_passive(fixture, "new");
	define_again(fixture, last);
	define_passive(fixture, "moved")->notify = CHECK_NOTIFY_NONE;
	struct checks_changes changes = apply(fixture);

	assert_int_equal(changes.added, 1);
	assert_int_equal(changes.changed, 1);
	assert_int_equal(changes.removed, 1);
	assert_int_equal(checks_count(fixture->checks), 4);
	assert_null(checks_find(fixture->checks, "gone"));
	assert_ptr_equal(checks_find(fixture->checks, "first")->job.definition, first);
	assert_ptr_equal(checks_find(fixture->checks, "last")->job.definition, last);
	assert_int_equal(checks_find(fixture->checks, "last")->job.check.last_status, 1);
	assert_int_equal(
		checks_find(fixture->checks, "first")->suppression, CHECK_SUPPRESSION_NONE);
	assert_int_equal(
		checks_find(fixture->checks, "moved")->suppression, CHECK_SUPPRESSION_POLICY);
	assert_int_equal(checks_find(fixture->checks, "new")->block, CHECK_SUPPRESSION_NONE);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_first_failure_is_an_event_and_a_first_success_is_none),
		TEST(a_result_waits_for_a_tick_where_it_repeats_and_the_interval_is_long),
		TEST(while_a_parent_fails_nothing_is_told_and_afterwards_what_differs),
		TEST(what_was_told_before_a_parent_failed_is_taken_back_after_it),
		TEST(a_parent_that_awaits_confirmation_or_is_disabled_suppresses_nothing),
		TEST(an_aggregate_changes_with_its_members_by_one_event),
		TEST(a_dependant_of_an_aggregate_follows_it),
		TEST(disabled_members_do_not_count),
		TEST(what_no_run_refreshes_becomes_stale_and_its_aggregates_with_it),
		TEST(staleness_that_a_parent_hid_is_told_after_it),
		TEST(an_engine_that_was_held_up_makes_nothing_stale),
		TEST(flapping_is_told_at_its_start_and_its_end),
		TEST(a_maintenance_suppresses_and_its_end_tells),
		TEST(what_changed_is_told_from_what_stands_where_it_stood),
		TEST(an_alarm_of_a_check_that_is_removed_or_disabled_is_withdrawn),
		TEST(checks_are_found_by_their_very_names_whatever_comes_and_goes),
		TEST(what_is_owed_survives_a_kill),
		TEST(results_for_others_than_enabled_passive_checks_are_refused),
		TEST(an_order_is_in_force_once_it_is_stored),
		TEST(an_order_is_in_force_at_once_where_the_store_has_failed),
		TEST(of_an_aggregate_that_is_enabled_only_what_it_is_now_is_told),
		TEST(members_and_parents_that_an_order_disables_do_not_count),
		TEST(an_order_of_a_check_that_nobody_knows_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
