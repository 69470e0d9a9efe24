/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options are taken where they stand, and each verb takes its own.
 */
#include "options.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util.h"

#define STATUS OPTIONS_COMMON "agnStpw"

/* Parses words, of which the first is the program's name; the list ends with NULL. */
static int
parse(struct options *options, const char *letters, bool may_permute, const char *const *words)
{
	char *argv[16] = {NULL};
	int argc = 0;

	for (; words[argc] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc];
	options_init(options);
	return options_parse(options, letters, may_permute, argc, argv);
}

#define PARSE(options, letters, may_permute, ...)                                              \
	parse(options, letters, may_permute,                                                   \
		(const char *const[]){"checkctl", __VA_ARGS__, NULL})

static void
without_options_there_are_defaults(void **state)
{
	struct options options;

	(void)state;
	unsetenv("CHECKCTL_SOCKET");
	assert_int_equal(PARSE(&options, STATUS, true, "web"), 1);
	assert_string_equal(options.socket, "/run/checkd/control.sock");
	assert_int_equal(options.patience_ms, 10000);
	assert_int_equal(options.count, -1);
	assert_false(options.is_json);
}

static void
the_environment_names_a_socket_and_the_option_overrules_it(void **state)
{
	struct options options;

	(void)state;
	setenv("CHECKCTL_SOCKET", "/tmp/other", 1);
	PARSE(&options, STATUS, true, "web");
	assert_string_equal(options.socket, "/tmp/other");
	PARSE(&options, STATUS, true, "-s", "/tmp/third");
	assert_string_equal(options.socket, "/tmp/third");
	unsetenv("CHECKCTL_SOCKET");
}

static void
options_stand_before_and_behind_arguments(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(PARSE(&options, STATUS, true, "web", "-n", "5", "db", "--json"), 4);
	assert_int_equal(options.count, 5);
	assert_true(options.is_json);
}

static void
before_a_verb_they_end_with_it(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(
		PARSE(&options, OPTIONS_COMMON, false, "--json", "status", "--help"), 2);
	assert_false(options.is_help);
}

static void
what_the_verb_does_not_take_is_an_error(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(PARSE(&options, OPTIONS_COMMON, true, "--all"), -EINVAL);
	assert_int_equal(PARSE(&options, OPTIONS_COMMON, true, "-n", "1"), -EINVAL);
}

static void
numbers_are_read_strictly(void **state)
{
	static const char *const wrong[] = {"0", "-1", "1x", "", " 1", "1000001"};
	struct options options;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(PARSE(&options, STATUS, true, "-n", wrong[i]), -EINVAL);
}

static void
durations_may_be_plain_seconds(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(PARSE(&options, STATUS, true, "--watch=5", "--timeout", "500ms"), 4);
	assert_true(options.is_watch);
	assert_int_equal(options.watch_ms, 5000);
	assert_int_equal(options.patience_ms, 500);
	assert_int_equal(PARSE(&options, STATUS, true, "--watch=5x"), -EINVAL);
	assert_int_equal(PARSE(&options, STATUS, true, "--watch=99ms"), -EINVAL);
	assert_int_equal(PARSE(&options, STATUS, true, "--timeout", "2h"), -EINVAL);
	assert_int_equal(
		PARSE(&options, STATUS, true, "--timeout", "999999999999999999"), -EINVAL);
}

static void
colours_have_three_ways(void **state)
{
	struct options options;

	(void)state;
	PARSE(&options, STATUS, true, "--colour=always");
	assert_int_equal(options.colour, OPTIONS_COLOUR_ALWAYS);
	PARSE(&options, STATUS, true, "--color", "never");
	assert_int_equal(options.colour, OPTIONS_COLOUR_NEVER);
	assert_int_equal(PARSE(&options, STATUS, true, "--colour=red"), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_options_there_are_defaults),
		cmocka_unit_test(the_environment_names_a_socket_and_the_option_overrules_it),
		cmocka_unit_test(options_stand_before_and_behind_arguments),
		cmocka_unit_test(before_a_verb_they_end_with_it),
		cmocka_unit_test(what_the_verb_does_not_take_is_an_error),
		cmocka_unit_test(numbers_are_read_strictly),
		cmocka_unit_test(durations_may_be_plain_seconds),
		cmocka_unit_test(colours_have_three_ways),
	};

	return cmocka_run_group_tests_name("ctl_options", tests, NULL, NULL);
}
