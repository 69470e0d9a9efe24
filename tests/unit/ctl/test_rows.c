/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows come worst first, and what wants no alarm counts as none.
 */
#include "rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ask.h"
#include "util.h"

static void
add(struct rows *rows, const char *name, const char *state, bool is_stale,
	const char *suppression)
{
	rows->items = xreallocarray(rows->items, rows->count + 1, sizeof(*rows->items));
	rows->items[rows->count++] = json_pack("{s:s, s:s, s:b, s:s}", "name", name, "state",
		state, "stale", is_stale, "suppression", suppression);
}

/* The names as they are sorted, each behind a blank. */
static void
expect_order(struct rows *rows, const char *wanted)
{
	char names[256] = "";

	rows_sort(rows);
	for (size_t i = 0; i < rows->count; i++) {
		strcat(names, " ");
		strcat(names, ask_text(rows->items[i], "name"));
	}
	assert_string_equal(names, wanted);
	rows_deinit(rows);
}

static void
the_worst_comes_first(void **state)
{
	struct rows rows = {0};

	(void)state;
	add(&rows, "ok", "ok", false, "none");
	add(&rows, "pending", "pending", false, "none");
	add(&rows, "warning", "warning", false, "none");
	add(&rows, "critical", "critical", false, "none");
	add(&rows, "unknown", "unknown", false, "none");
	expect_order(&rows, " critical unknown warning pending ok");
}

static void
names_order_what_is_alike_regardless_of_case(void **state)
{
	struct rows rows = {0};

	(void)state;
	add(&rows, "beta", "ok", false, "none");
	add(&rows, "Gamma", "ok", false, "none");
	add(&rows, "alpha", "ok", false, "none");
	expect_order(&rows, " alpha beta Gamma");
}

static void
trouble_that_wants_no_alarm_comes_behind_trouble_that_does(void **state)
{
	struct rows rows = {0};

	(void)state;
	add(&rows, "excused", "critical", false, "maintenance");
	add(&rows, "small", "warning", false, "none");
	add(&rows, "waiting", "pending", false, "none");
	add(&rows, "off", "ok", false, "disabled");
	add(&rows, "fine", "ok", false, "none");
	expect_order(&rows, " small excused waiting off fine");
}

static void
what_is_stale_is_as_bad_as_unknown(void **state)
{
	struct rows rows = {0};

	(void)state;
	add(&rows, "warning", "warning", false, "none");
	add(&rows, "silent", "ok", true, "none");
	add(&rows, "critical", "critical", true, "none");
	expect_order(&rows, " critical silent warning");
}

static void
a_check_that_came_twice_is_there_once(void **state)
{
	struct rows rows = {0};

	(void)state;
	add(&rows, "web", "ok", false, "none");
	add(&rows, "db", "ok", false, "none");
	add(&rows, "web", "critical", false, "none");
	rows_sort(&rows);
	assert_int_equal(rows.count, 2);
	rows_deinit(&rows);
}

static void
no_rows_can_be_sorted(void **state)
{
	struct rows rows = {0};

	(void)state;
	expect_order(&rows, "");
}

static void
what_is_suppressed_counts_as_that_only(void **state)
{
	struct rows rows = {0};
	struct rows_counts counts;

	(void)state;
	add(&rows, "one", "critical", true, "maintenance");
	add(&rows, "two", "critical", false, "dependency");
	add(&rows, "three", "ok", false, "none");
	rows_count(&rows, &counts);
	assert_int_equal(counts.total, 3);
	assert_int_equal(counts.states[CHECK_STATE_CRITICAL], 0);
	assert_int_equal(counts.states[CHECK_STATE_OK], 1);
	assert_int_equal(counts.stale, 0);
	assert_int_equal(counts.suppressions[CHECK_SUPPRESSION_MAINTENANCE], 1);
	assert_int_equal(counts.suppressions[CHECK_SUPPRESSION_DEPENDENCY], 1);
	assert_int_equal(counts.worst, CHECK_STATE_OK);
	rows_deinit(&rows);
}

static void
the_worst_of_all_is_found(void **state)
{
	struct rows rows = {0};
	struct rows_counts counts;

	(void)state;
	rows_count(&rows, &counts);
	assert_int_equal(counts.worst, CHECK_STATE_PENDING);
	add(&rows, "one", "ok", true, "none");
	rows_count(&rows, &counts);
	assert_int_equal(counts.worst, CHECK_STATE_UNKNOWN);
	add(&rows, "two", "critical", false, "none");
	rows_count(&rows, &counts);
	assert_int_equal(counts.worst, CHECK_STATE_CRITICAL);
	rows_deinit(&rows);
}

static void
exit_statuses_are_those_of_plugins(void **state)
{
	(void)state;
	assert_int_equal(rows_plugin_status(CHECK_STATE_PENDING), 0);
	assert_int_equal(rows_plugin_status(CHECK_STATE_OK), 0);
	assert_int_equal(rows_plugin_status(CHECK_STATE_WARNING), 1);
	assert_int_equal(rows_plugin_status(CHECK_STATE_CRITICAL), 2);
	assert_int_equal(rows_plugin_status(CHECK_STATE_UNKNOWN), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worst_comes_first),
		cmocka_unit_test(names_order_what_is_alike_regardless_of_case),
		cmocka_unit_test(trouble_that_wants_no_alarm_comes_behind_trouble_that_does),
		cmocka_unit_test(what_is_stale_is_as_bad_as_unknown),
		cmocka_unit_test(a_check_that_came_twice_is_there_once),
		cmocka_unit_test(no_rows_can_be_sorted),
		cmocka_unit_test(what_is_suppressed_counts_as_that_only),
		cmocka_unit_test(the_worst_of_all_is_found),
		cmocka_unit_test(exit_statuses_are_those_of_plugins),
	};

	return cmocka_run_group_tests_name("ctl_rows", tests, NULL, NULL);
}
