/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Metrics as runs bring them: their keys, their order, what stays in place and what goes.
 */
#include "metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "perfdata_key.h"
#include "util.h"

#define NAME_50 "a23456789.123456789.123456789.123456789.123456789."

static const struct metrics_row *
find(const struct metrics *metrics, const char *key)
{
	return metrics_find(metrics, key, strlen(key));
}

static void
assert_value(struct metrics *metrics, const char *key, const char *value)
{
	const struct metrics_row *row = find(metrics, key);

	assert_non_null(row);
	assert_string_equal(metrics_row_values(metrics, row)->value, value);
}

/* The keys in the order of a walk, each with a blank behind it. */
static void
assert_walk(struct metrics *metrics, const char *expected)
{
	oid index[1 + PERFDATA_KEY_MAX];
	size_t index_len = 0, len = 0;
	const struct metrics_row *row;
	char walked[1024] = "";

	while ((row = metrics_next(metrics, index, index_len, false)) != NULL) {
		const char *key = metrics_row_key(row);

		len += (size_t)snprintf(walked + len, sizeof(walked) - len, "%s ", key);
		assert_true(len < sizeof(walked));
		index[0] = strlen(key);
		for (index_len = 1; index_len <= index[0]; index_len++)
			index[index_len] = (unsigned char)key[index_len - 1];
	}
	assert_string_equal(walked, expected);
}

static void
end(struct metrics *metrics, struct metrics_set *set)
{
	assert_null(metrics_replace(metrics, set, "", ""));
	assert_walk(metrics, "");
	metrics_free(metrics);
}

static void
a_metric_is_found_by_its_key_with_all_its_values(void **state)
{
	struct metrics *metrics = metrics_new();
	struct metrics_set *set =
		metrics_replace(metrics, NULL, "disk", "/=1.5MB;@2:3;~:4;-5;60 inodes=U");
	const struct metrics_row *row = find(metrics, "disk|/");
	const struct perfdata_metric *values = metrics_row_values(metrics, row);

	(void)state;
	assert_string_equal(metrics_row_check(row), "disk");
	assert_string_equal(values->label, "/");
	assert_string_equal(values->value, "1.5");
	assert_string_equal(values->unit, "MB");
	assert_string_equal(values->warning, "@2:3");
	assert_string_equal(values->critical, "~:4");
	assert_string_equal(values->minimum, "-5");
	assert_string_equal(values->maximum, "60");
	assert_value(metrics, "disk|inodes", "U");
	assert_null(find(metrics, "disk|none"));
	end(metrics, set);
}

static void
metrics_of_all_checks_are_walked_by_length_then_octets(void **state)
{
	struct metrics *metrics = metrics_new();
	struct metrics_set *a = metrics_replace(metrics, NULL, "aa", "zz=1 b=2"),
			   *b = metrics_replace(metrics, NULL, "ab", "a=1");

	(void)state;
	assert_walk(metrics, "aa|b ab|a aa|zz ");
	assert_null(metrics_replace(metrics, a, "aa", ""));
	assert_walk(metrics, "ab|a ");
	end(metrics, b);
}

static void
values_change_in_place_where_the_labels_stay(void **state)
{
	struct metrics *metrics = metrics_new();
	struct metrics_set *set = metrics_replace(metrics, NULL, "aa", "x=1 y=2");
	const struct metrics_row *x = find(metrics, "aa|x");

	(void)state;
	assert_walk(metrics, "aa|x aa|y ");
	assert_ptr_equal(metrics_replace(metrics, set, "aa", "x=10 y=20"), set);
	assert_ptr_equal(find(metrics, "aa|x"), x);
	assert_value(metrics, "aa|x", "10");
	assert_ptr_equal(metrics_replace(metrics, set, "aa", "y=200 x=100"), set);
	assert_ptr_equal(find(metrics, "aa|x"), x);
	assert_value(metrics, "aa|x", "100");
	assert_value(metrics, "aa|y", "200");
	end(metrics, set);
}

static void
the_same_text_is_not_read_again(void **state)
{
	struct metrics *metrics = metrics_new();
	struct metrics_set *set = metrics_replace(metrics, NULL, "aa", "x=1");
	const char *value = metrics_row_values(metrics, find(metrics, "aa|x"))->value;

	(void)state;
	assert_ptr_equal(metrics_replace(metrics, set, "aa", "x=1"), set);
	assert_ptr_equal(metrics_row_values(metrics, find(metrics, "aa|x"))->value, value);
	end(metrics, set);
}

/* A walk reads the values of one check, then those of the next. */
static void
each_row_has_the_values_of_its_own_check_whoever_was_read_before(void **state)
{
	struct metrics *metrics = metrics_new();
	struct metrics_set *a = metrics_replace(metrics, NULL, "aa", "x=1 y=2"),
			   *b = metrics_replace(metrics, NULL, "bb", "x=3");

	(void)state;
	assert_value(metrics, "aa|y", "2");
	assert_value(metrics, "bb|x", "3");
	assert_value(metrics, "aa|x", "1");
	assert_ptr_equal(metrics_replace(metrics, a, "aa", "x=4 y=5"), a);
	assert_value(metrics, "aa|x", "4");
	assert_null(metrics_replace(metrics, a, "aa", ""));
	assert_value(metrics, "bb|x", "3");
	end(metrics, b);
}

static void
metrics_come_and_go_with_their_labels(void **state)
{
	struct metrics *metrics = metrics_new();
	struct metrics_set *set = metrics_replace(metrics, NULL, "aa", "x=1 y=2");

	(void)state;
	assert_walk(metrics, "aa|x aa|y ");
	set = metrics_replace(metrics, set, "aa", "y=3 z=4 w=5");
	assert_walk(metrics, "aa|w aa|y aa|z ");
	assert_null(find(metrics, "aa|x"));
	assert_value(metrics, "aa|y", "3");
	set = metrics_replace(metrics, set, "aa", "z=6");
	assert_walk(metrics, "aa|z ");
	assert_null(metrics_replace(metrics, set, "aa", "no metrics at all"));
	assert_walk(metrics, "");
	metrics_free(metrics);
}

static void
of_two_labels_that_give_one_key_the_first_counts(void **state)
{
	char key[PERFDATA_KEY_MAX + 1], perfdata[128], later[128];
	struct metrics *metrics = metrics_new();

	(void)state;
	perfdata_key("aa", "b c", key);
	snprintf(perfdata, sizeof(perfdata), "'b c'=1 %s=2 d=3", key + strlen("aa|"));

	struct metrics_set *set = metrics_replace(metrics, NULL, "aa", perfdata);

	assert_value(metrics, key, "1");
	assert_value(metrics, "aa|d", "3");
	snprintf(later, sizeof(later), "'b c'=4 %s=5 d=6", key + strlen("aa|"));
	assert_ptr_equal(metrics_replace(metrics, set, "aa", later), set);
	assert_value(metrics, key, "4");
	assert_value(metrics, "aa|d", "6");
	end(metrics, set);
}

/* What no two checks of a configuration can do, but for a hash that is the same. */
static void
of_two_checks_that_have_one_key_the_first_counts(void **state)
{
	struct metrics *metrics = metrics_new();
	struct metrics_set *first = metrics_replace(metrics, NULL, "aa", "'b|c'=1"),
			   *second = metrics_replace(metrics, NULL, "aa|b", "c=2 d=3");

	(void)state;
	assert_value(metrics, "aa|b|c", "1");
	assert_walk(metrics, "aa|b|c aa|b|d ");
	assert_ptr_equal(metrics_replace(metrics, second, "aa|b", "c=4 d=5"), second);
	assert_value(metrics, "aa|b|c", "1");
	assert_value(metrics, "aa|b|d", "5");
	assert_null(metrics_replace(metrics, first, "aa", ""));
	second = metrics_replace(metrics, second, "aa|b", "c=6");
	assert_value(metrics, "aa|b|c", "6");
	end(metrics, second);
}

static void
long_and_odd_keys_are_shortened_and_found(void **state)
{
	struct metrics *metrics = metrics_new();
	struct metrics_set *set =
		metrics_replace(metrics, NULL, NAME_50, "'C:\\ used %'=1 'C:\\ free %'=2");
	char key[PERFDATA_KEY_MAX + 1];

	(void)state;
	perfdata_key(NAME_50, "C:\\ free %", key);
	assert_int_equal(strlen(key), PERFDATA_KEY_MAX);
	assert_value(metrics, key, "2");
	end(metrics, set);
}

static void
ascii_changes_what_is_shown_and_no_key(void **state)
{
	struct metrics *metrics = metrics_new();
	char key[PERFDATA_KEY_MAX + 1];

	(void)state;
	metrics_set_ascii(metrics, true);
	perfdata_key("aa", "gr\xc3\xbcn", key);

	struct metrics_set *set =
		metrics_replace(metrics, NULL, "aa", "gr\xc3\xbcn=1\xc2\xb5s gr\xc3\xb6n=2");
	const struct metrics_row *row = find(metrics, key);

	assert_string_equal(metrics_row_values(metrics, row)->label, "gr?n");
	assert_string_equal(metrics_row_values(metrics, row)->unit, "?s");
	assert_ptr_equal(
		metrics_replace(metrics, set, "aa", "gr\xc3\xbcn=3 gr\xc3\xb6n=4"), set);
	assert_value(metrics, key, "3");
	end(metrics, set);
}

static void
as_many_metrics_as_there_may_be_are_kept(void **state)
{
	struct metrics *metrics = metrics_new();
	char perfdata[CHECK_PERFDATA_MAX + 1], key[PERFDATA_KEY_MAX + 1];
	size_t len = 0;

	(void)state;
	for (int i = 0; i < PERFDATA_METRICS_MAX; i++)
		len += (size_t)snprintf(
			perfdata + len, sizeof(perfdata) - len, "metric-%d=%d ", i, i);

	struct metrics_set *set = metrics_replace(metrics, NULL, "aa", perfdata);

	for (int i = 0; i < PERFDATA_METRICS_MAX; i++) {
		char label[32], value[8];

		snprintf(label, sizeof(label), "metric-%d", i);
		snprintf(value, sizeof(value), "%d", i);
		perfdata_key("aa", label, key);
		assert_value(metrics, key, value);
	}
	end(metrics, set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_metric_is_found_by_its_key_with_all_its_values),
		cmocka_unit_test(metrics_of_all_checks_are_walked_by_length_then_octets),
		cmocka_unit_test(values_change_in_place_where_the_labels_stay),
		cmocka_unit_test(the_same_text_is_not_read_again),
		cmocka_unit_test(
			each_row_has_the_values_of_its_own_check_whoever_was_read_before),
		cmocka_unit_test(metrics_come_and_go_with_their_labels),
		cmocka_unit_test(of_two_labels_that_give_one_key_the_first_counts),
		cmocka_unit_test(of_two_checks_that_have_one_key_the_first_counts),
		cmocka_unit_test(long_and_odd_keys_are_shortened_and_found),
		cmocka_unit_test(ascii_changes_what_is_shown_and_no_key),
		cmocka_unit_test(as_many_metrics_as_there_may_be_are_kept),
	};

	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
