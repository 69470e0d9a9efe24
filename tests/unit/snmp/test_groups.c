/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Groups and their sums, as rows come, change and go.
 */
#include "groups.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rows.h"
#include "sample.h"
#include "util.h"

static void
put(struct rows *rows, const char *name, const char *group, enum check_state state,
	enum check_admin_state admin_state)
{
	struct wire_row row = sample_row(name);

	free(row.group);
	row.group = xstrdup(group);
	row.state = state;
	row.admin_state = admin_state;
	rows_put(rows, &row);
}

static void
put_enabled(struct rows *rows, const char *name, const char *group, enum check_state state)
{
	put(rows, name, group, state, CHECK_ADMIN_STATE_ENABLED);
}

static const struct groups_row *
find(const struct rows *rows, const char *name)
{
	return groups_find(rows_groups(rows), name, strlen(name));
}

static void
a_group_sums_up_its_own_checks_only(void **state)
{
	struct rows *rows = rows_new();
	const struct groups_row *web;

	(void)state;
	put_enabled(rows, "aa", "web", CHECK_STATE_OK);
	put_enabled(rows, "bb", "web", CHECK_STATE_WARNING);
	put_enabled(rows, "cc", "web", CHECK_STATE_WARNING);
	put_enabled(rows, "dd", "db", CHECK_STATE_CRITICAL);
	web = find(rows, "web");
	assert_int_equal(tally_size(&web->tally), 3);
	assert_int_equal(web->tally.states[CHECK_STATE_OK], 1);
	assert_int_equal(web->tally.states[CHECK_STATE_WARNING], 2);
	assert_int_equal(tally_worst_state(&web->tally), CHECK_STATE_WARNING);
	assert_int_equal(tally_worst_state(&find(rows, "db")->tally), CHECK_STATE_CRITICAL);
	rows_free(rows);
}

static void
sums_follow_a_check_that_changes(void **state)
{
	struct rows *rows = rows_new();
	const struct groups_row *web;

	(void)state;
	put_enabled(rows, "aa", "web", CHECK_STATE_PENDING);
	web = find(rows, "web");
	put_enabled(rows, "aa", "web", CHECK_STATE_CRITICAL);
	assert_ptr_equal(find(rows, "web"), web);
	assert_int_equal(web->tally.states[CHECK_STATE_PENDING], 0);
	assert_int_equal(web->tally.states[CHECK_STATE_CRITICAL], 1);
	put_enabled(rows, "aa", "web", CHECK_STATE_OK);
	assert_int_equal(web->tally.states[CHECK_STATE_CRITICAL], 0);
	assert_int_equal(tally_worst_state(&web->tally), CHECK_STATE_OK);
	rows_free(rows);
}

static void
a_group_of_disabled_checks_is_empty_and_pending_but_there(void **state)
{
	struct rows *rows = rows_new();

	(void)state;
	put(rows, "aa", "web", CHECK_STATE_CRITICAL, CHECK_ADMIN_STATE_DISABLED);
	assert_int_equal(tally_size(&find(rows, "web")->tally), 0);
	assert_int_equal(tally_worst_state(&find(rows, "web")->tally), CHECK_STATE_PENDING);
	put(rows, "aa", "web", CHECK_STATE_CRITICAL, CHECK_ADMIN_STATE_MAINTENANCE);
	assert_int_equal(tally_size(&find(rows, "web")->tally), 1);
	rows_free(rows);
}

static void
a_check_that_changes_its_group_is_counted_in_the_new_one(void **state)
{
	struct rows *rows = rows_new();

	(void)state;
	put_enabled(rows, "aa", "old", CHECK_STATE_OK);
	put_enabled(rows, "bb", "old", CHECK_STATE_OK);
	put_enabled(rows, "aa", "new", CHECK_STATE_CRITICAL);
	assert_int_equal(tally_size(&find(rows, "old")->tally), 1);
	assert_int_equal(tally_worst_state(&find(rows, "old")->tally), CHECK_STATE_OK);
	assert_int_equal(tally_size(&find(rows, "new")->tally), 1);
	put_enabled(rows, "bb", "new", CHECK_STATE_OK);
	assert_null(find(rows, "old"));
	rows_free(rows);
}

static void
a_group_goes_with_its_last_check(void **state)
{
	struct rows *rows = rows_new();

	(void)state;
	put_enabled(rows, "aa", "web", CHECK_STATE_OK);
	put_enabled(rows, "bb", "web", CHECK_STATE_OK);
	rows_remove(rows, "aa");
	assert_int_equal(tally_size(&find(rows, "web")->tally), 1);
	rows_remove(rows, "bb");
	assert_null(find(rows, "web"));
	assert_null(groups_next(rows_groups(rows), NULL, 0, true));
	rows_free(rows);
}

static void
groups_are_walked_by_length_then_octets(void **state)
{
	static const char *const expected[] = {"zz", "abc", "abd", SAMPLE_NAME_60};
	struct rows *rows = rows_new();
	oid index[64] = {0};
	size_t len = 0;

	(void)state;
	put_enabled(rows, "aa", SAMPLE_NAME_60, CHECK_STATE_OK);
	put_enabled(rows, "bb", "abd", CHECK_STATE_OK);
	put_enabled(rows, "cc", "zz", CHECK_STATE_OK);
	put_enabled(rows, "dd", "abc", CHECK_STATE_OK);
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		const struct groups_row *row =
			groups_next(rows_groups(rows), index, len, false);

		assert_string_equal(row->name, expected[i]);
		index[0] = strlen(row->name);
		for (len = 1; len <= index[0]; len++)
			index[len] = (unsigned char)row->name[len - 1];
	}
	assert_null(groups_next(rows_groups(rows), index, len, false));
	rows_free(rows);
}

static void
stale_checks_are_counted_by_group_at_most_once_a_second(void **state)
{
	struct rows *rows = rows_new();
	struct boottime now = {.ms = SAMPLE_NOW_MS};
	struct wire_row row = sample_row("aa");

	(void)state;
	row.is_stale = 1;
	rows_put(rows, &row);
	put_enabled(rows, "bb", "web", CHECK_STATE_OK);
	rows_count_stale(rows, now);
	assert_int_equal(find(rows, "storage")->tally.stale, 1);
	assert_int_equal(find(rows, "web")->tally.stale, 0);
	row = sample_row("aa");
	rows_put(rows, &row);
	now.ms += 999;
	rows_count_stale(rows, now);
	assert_int_equal(find(rows, "storage")->tally.stale, 1);
	now.ms += 1;
	rows_count_stale(rows, now);
	assert_int_equal(find(rows, "storage")->tally.stale, 0);
	assert_int_equal(rows_tally(rows)->stale, 0);
	rows_free(rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_sums_up_its_own_checks_only),
		cmocka_unit_test(sums_follow_a_check_that_changes),
		cmocka_unit_test(a_group_of_disabled_checks_is_empty_and_pending_but_there),
		cmocka_unit_test(a_check_that_changes_its_group_is_counted_in_the_new_one),
		cmocka_unit_test(a_group_goes_with_its_last_check),
		cmocka_unit_test(groups_are_walked_by_length_then_octets),
		cmocka_unit_test(stale_checks_are_counted_by_group_at_most_once_a_second),
	};

	return cmocka_run_group_tests_name("groups", tests, NULL, NULL);
}
