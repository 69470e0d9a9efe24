/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exit-code maps: what their rules say, which wins, what the built-in ones are.
 */
#include "codes.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "util.h"

#define TOLD_MAX 8

/* A map of the rules, a list that ends in NULL. */
static struct codes *
map_of(const char *const *rules)
{
	struct codes *codes = NULL;
	const char *error = NULL;
	size_t count = 0;
	size_t index = 0;

	while (rules[count] != NULL)
		count++;
	assert_int_equal(codes_new("map", rules, count, &index, &error, &codes), 0);
	return codes;
}

#define MAP(...) map_of((const char *const[]){__VA_ARGS__, NULL})

static void
assert_lookup(
	const struct codes *codes, int status, enum check_state state, const char *meaning)
{
	const char *found = NULL;

	assert_int_equal(codes_lookup(codes, status, &found), state);
	assert_string_equal(found, meaning);
	assert_int_equal(codes_lookup(codes, status, NULL), state);
}

static void
a_rule_has_a_code_a_state_and_a_meaning(void **state)
{
	struct codes *codes = MAP("0 ok", "1-9 warning replication lag", "* critical down");
	const struct codes_rule *rule = codes_rule_at(codes, 1);

	(void)state;
	assert_string_equal(codes_name(codes), "map");
	assert_false(codes_is_builtin(codes));
	assert_int_equal(codes_rule_count(codes), 3);
	assert_int_equal(rule->first, 1);
	assert_int_equal(rule->last, 9);
	assert_int_equal(rule->state, CHECK_STATE_WARNING);
	assert_string_equal(rule->meaning, "replication lag");
	codes_unref(codes);
}

static void
the_first_match_wins(void **state)
{
	struct codes *codes = MAP("2-3 warning two or three", "0-9 ok", "* critical down");

	(void)state;
	assert_lookup(codes, 0, CHECK_STATE_OK, "");
	assert_lookup(codes, 2, CHECK_STATE_WARNING, "two or three");
	assert_lookup(codes, 3, CHECK_STATE_WARNING, "two or three");
	assert_lookup(codes, 4, CHECK_STATE_OK, "");
	assert_lookup(codes, 255, CHECK_STATE_CRITICAL, "down");
	codes_unref(codes);
}

static void
a_code_without_a_rule_is_unknown(void **state)
{
	struct codes *codes = MAP("0 ok fine");

	(void)state;
	assert_lookup(codes, 0, CHECK_STATE_OK, "fine");
	assert_lookup(codes, 1, CHECK_STATE_UNKNOWN, "");
	assert_lookup(codes, 255, CHECK_STATE_UNKNOWN, "");
	codes_unref(codes);
}

static void
blanks_around_the_parts_of_a_rule_do_not_count(void **state)
{
	struct codes *codes = MAP(" \t7\t critical   two  words \t ");

	(void)state;
	assert_lookup(codes, 7, CHECK_STATE_CRITICAL, "two  words");
	codes_unref(codes);
}

static void
a_wrong_rule_is_refused_with_its_number_and_a_reason(void **state)
{
	static const char *const wrong[] = {"", " ", "ok", "0", "0ok", "0 fine", "0 pending",
		"0 OK", "256 ok", "0-256 ok", "1000 ok", "3-1 ok", "-1 ok", "1- ok", "1-2-3 ok",
		"1,2 ok", "** ok", "*ok", "0x1 ok", "+1 ok", "1.0 ok", "*"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		const char *const rules[] = {"0 ok", wrong[i]};
		struct codes *codes = NULL;
		const char *error = NULL;
		size_t index = 0;

		assert_int_equal(codes_new("map", rules, 2, &index, &error, &codes), -EINVAL);
		assert_int_equal(index, 1);
		assert_memory_equal(error, "must ", 5);
		assert_null(codes);
	}
}

static void
a_meaning_has_a_bound(void **state)
{
	char rule[8 + CHECK_OUTPUT_MAX] = "0 ok ";
	const char *const rules[] = {rule};
	struct codes *codes = NULL;
	const char *error = NULL;
	size_t index = 1;

	(void)state;
	memset(rule + 5, 'x', CHECK_OUTPUT_MAX);
	assert_int_equal(codes_new("map", rules, 1, &index, &error, &codes), 0);
	codes_unref(codes);
	rule[5 + CHECK_OUTPUT_MAX] = 'x';
	assert_int_equal(codes_new("map", rules, 1, &index, &error, &codes), -EINVAL);
	assert_int_equal(index, 0);
}

static void
a_map_has_no_more_rules_than_there_are_codes(void **state)
{
	const char *rules[257];
	struct codes *codes = NULL;
	const char *error = NULL;
	size_t index = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		rules[i] = "0 ok";
	assert_int_equal(codes_new("map", rules, 256, &index, &error, &codes), 0);
	codes_unref(codes);
	assert_int_equal(codes_new("map", rules, 257, &index, &error, &codes), -EINVAL);
	assert_int_equal(index, 256);
}

struct expectation {
	const char *map;
	int status;
	enum check_state state;
	const char *meaning;
};

static void
the_builtin_maps_are_as_the_manual_has_them(void **state)
{
	static const struct expectation expected[] = {
		{"plugin", 0, CHECK_STATE_OK, ""},
		{"plugin", 1, CHECK_STATE_WARNING, ""},
		{"plugin", 2, CHECK_STATE_CRITICAL, ""},
		{"plugin", 3, CHECK_STATE_UNKNOWN, ""},
		{"plugin", 255, CHECK_STATE_UNKNOWN, ""},
		{"success", 0, CHECK_STATE_OK, ""},
		{"success", 1, CHECK_STATE_CRITICAL, ""},
		{"success", 255, CHECK_STATE_CRITICAL, ""},
		{"lsb", 0, CHECK_STATE_OK, "running"},
		{"lsb", 1, CHECK_STATE_CRITICAL, "dead, its pid file exists"},
		{"lsb", 2, CHECK_STATE_CRITICAL, "dead, its lock file exists"},
		{"lsb", 3, CHECK_STATE_CRITICAL, "not running"},
		{"lsb", 4, CHECK_STATE_UNKNOWN, ""},
		{"sysexits", 0, CHECK_STATE_OK, ""},
		{"sysexits", 1, CHECK_STATE_CRITICAL, ""},
		{"sysexits", 64, CHECK_STATE_UNKNOWN, "usage error"},
		{"sysexits", 69, CHECK_STATE_CRITICAL, "service unavailable"},
		{"sysexits", 75, CHECK_STATE_WARNING, "temporary failure"},
		{"sysexits", 78, CHECK_STATE_UNKNOWN, "configuration error"},
		{"sysexits", 79, CHECK_STATE_CRITICAL, ""},
		{"inverted", 0, CHECK_STATE_CRITICAL, ""},
		{"inverted", 1, CHECK_STATE_OK, ""},
		{"inverted", 126, CHECK_STATE_UNKNOWN, "cannot be run"},
		{"inverted", 127, CHECK_STATE_UNKNOWN, "cannot be run"},
		{"inverted", 128, CHECK_STATE_OK, ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		struct codes *codes = codes_builtin(expected[i].map);

		assert_non_null(codes);
		assert_true(codes_is_builtin(codes));
		assert_string_equal(codes_name(codes), expected[i].map);
		assert_lookup(
			codes, expected[i].status, expected[i].state, expected[i].meaning);
	}
}

static void
no_other_map_is_builtin(void **state)
{
	(void)state;
	assert_null(codes_builtin("Plugin"));
	assert_null(codes_builtin(""));
}

static void
references_to_builtin_maps_are_not_counted(void **state)
{
	struct codes *plugin = codes_builtin("plugin");

	(void)state;
	assert_ptr_equal(codes_ref(plugin), plugin);
	codes_unref(plugin);
	codes_unref(plugin);
	assert_lookup(codes_builtin("plugin"), 1, CHECK_STATE_WARNING, "");
}

static void
a_map_lives_as_long_as_a_reference(void **state)
{
	struct codes *codes = MAP("0 ok fine");

	(void)state;
	assert_ptr_equal(codes_ref(codes), codes);
	codes_unref(codes);
	assert_lookup(codes, 0, CHECK_STATE_OK, "fine");
	codes_unref(codes);
	codes_unref(NULL);
}

static void
maps_are_equal_that_say_the_same(void **state)
{
	struct codes *one = MAP("0 ok fine", "* critical");
	struct codes *same = MAP("0-0 ok  fine", "0-255 critical");
	struct codes *others[] = {
		MAP("0 ok", "* critical"), /* another meaning */
		MAP("0 ok fine", "* warning"),
		MAP("0 ok fine", "1-255 critical"),
		MAP("0 ok fine"),
	};

	(void)state;
	assert_true(codes_equal(one, one));
	assert_true(codes_equal(one, same));
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		assert_false(codes_equal(one, others[i]));
		codes_unref(others[i]);
	}
	assert_false(codes_equal(one, codes_builtin("success")));
	codes_unref(one);
	codes_unref(same);
}

struct told {
	char *texts[TOLD_MAX];
	size_t count;
};

static void
tell(void *arg, const char *text)
{
	struct told *told = arg;

	assert_true(told->count < TOLD_MAX);
	told->texts[told->count++] = xstrdup(text);
}

/* Examines a map, which it frees, and compares what is told: a list that ends in NULL. */
static void
assert_told(struct codes *codes, const char *const *expected)
{
	struct told told = {.count = 0};

	codes_examine(codes, tell, &told);
	for (size_t i = 0; i < told.count; i++) {
		assert_non_null(expected[i]);
		assert_string_equal(told.texts[i], expected[i]);
		free(told.texts[i]);
	}
	assert_null(expected[told.count]);
	codes_unref(codes);
}

#define ASSERT_TOLD(codes, ...) assert_told(codes, (const char *const[]){__VA_ARGS__, NULL})

static void
a_complete_map_is_not_told_of(void **state)
{
	(void)state;
	ASSERT_TOLD(MAP("0 ok", "1-9 warning", "* critical"), NULL);
	ASSERT_TOLD(MAP("0 ok", "1-255 critical", "* unknown"), NULL);
	ASSERT_TOLD(codes_builtin("sysexits"), NULL);
}

static void
rules_that_repeat_codes_are_told_of(void **state)
{
	(void)state;
	ASSERT_TOLD(MAP("0-5 ok", "4-7 warning", "* critical"),
		"rule 2 matches only in part: earlier rules have taken 4-5");
	ASSERT_TOLD(MAP("0-5 ok", "7 critical", "3-7 warning", "5 warning", "* critical"),
		"rule 3 matches only in part: earlier rules have taken 3-5, 7",
		"rule 4 never matches: earlier rules have taken 5");
	ASSERT_TOLD(MAP("* ok", "3-4 critical"),
		"rule 2 never matches: earlier rules have taken 3-4");
}

static void
codes_that_no_rule_covers_are_told_of(void **state)
{
	(void)state;
	ASSERT_TOLD(MAP("0 ok"), "no rule covers 1-255, taken as unknown");
	ASSERT_TOLD(MAP("1-9 ok", "11-254 critical"),
		"no rule covers 0, 10, 255, taken as unknown");
}

static void
the_longest_list_of_codes_is_told_whole(void **state)
{
	char texts[128][16];
	const char *rules[128];
	struct codes *codes = NULL;
	struct told told = {.count = 0};
	const char *error = NULL;
	size_t index = 0;

	(void)state;
	for (int i = 0; i < 128; i++) {
		snprintf(texts[i], sizeof(texts[i]), "%d ok", 2 * i);
		rules[i] = texts[i];
	}
	assert_int_equal(codes_new("map", rules, 128, &index, &error, &codes), 0);
	codes_examine(codes, tell, &told);
	assert_int_equal(told.count, 1);
	assert_non_null(strstr(told.texts[0], "no rule covers 1, 3, 5, "));
	assert_non_null(strstr(told.texts[0], ", 253, 255, taken as unknown"));
	free(told.texts[0]);
	codes_unref(codes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_has_a_code_a_state_and_a_meaning),
		cmocka_unit_test(the_first_match_wins),
		cmocka_unit_test(a_code_without_a_rule_is_unknown),
		cmocka_unit_test(blanks_around_the_parts_of_a_rule_do_not_count),
		cmocka_unit_test(a_wrong_rule_is_refused_with_its_number_and_a_reason),
		cmocka_unit_test(a_meaning_has_a_bound),
		cmocka_unit_test(a_map_has_no_more_rules_than_there_are_codes),
		cmocka_unit_test(the_builtin_maps_are_as_the_manual_has_them),
		cmocka_unit_test(no_other_map_is_builtin),
		cmocka_unit_test(references_to_builtin_maps_are_not_counted),
		cmocka_unit_test(a_map_lives_as_long_as_a_reference),
		cmocka_unit_test(maps_are_equal_that_say_the_same),
		cmocka_unit_test(a_complete_map_is_not_told_of),
		cmocka_unit_test(rules_that_repeat_codes_are_told_of),
		cmocka_unit_test(codes_that_no_rule_covers_are_told_of),
		cmocka_unit_test(the_longest_list_of_codes_is_told_whole),
	};

	return cmocka_run_group_tests_name("codes", tests, NULL, NULL);
}
