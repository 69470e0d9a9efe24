/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whatever a check is made of, it comes out as lines that checkd takes, or as a comment.
 */
#include "import_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "definition.h"
#include "import_words.h"
#include "util.h"

static const struct import_place here = {"file", 3};

static int
setup(void **state)
{
	struct import_report *report = xcalloc(1, sizeof(*report));

	import_report_init(report, stderr);
	*state = report;
	return 0;
}

static int
teardown(void **state)
{
	import_report_deinit(*state);
	free(*state);
	return 0;
}

static struct import_check *
begin(struct import_report *report, const char *name)
{
	struct import_check *check = import_check_new(report, here, "origin");

	import_check_set_name(check, name);
	return check;
}

/* The words end with NULL. */
static void
set_argv(struct import_check *check, const char *const *words)
{
	CLEANUP(import_words_deinit) struct import_words argv = {0};

	for (; *words != NULL; words++)
		import_words_add(&argv, xstrdup(*words));
	import_check_set_argv(check, argv.list);
}

static void
expect_body(struct import_report *report, const char *wanted)
{
	fflush(report->body);
	assert_string_equal(report->body_text, wanted);
}

static void
expect_name(struct import_report *report, const char *wanted_name, const char *name)
{
	CLEANUP_FREE char *made = import_report_name(report, wanted_name);

	assert_string_equal(made, name);
}

static void
names_are_made_of_what_checkd_takes(void **state)
{
	expect_name(*state, "10.0.0.1:80/misc", "10.0.0.1:80/misc");
	expect_name(*state, "a b*c", "a_b_c");
	expect_name(*state, "::1", "x::1");
	expect_name(*state, "", "xx");
	expect_name(*state, "a", "xa");
	expect_name(*state, "gr\xfcn", "gr_n");
}

static void
names_differ_whatever_their_case(void **state)
{
	expect_name(*state, "Same", "Same");
	expect_name(*state, "same", "same-2");
	expect_name(*state, "SAME", "SAME-3");
	expect_name(*state, "same-2", "same-2-2");
}

static void
long_names_are_short_different_and_always_the_same(void **state)
{
	char wanted[201], other[201];

	memset(wanted, 'a', sizeof(wanted) - 1);
	wanted[200] = '\0';
	memcpy(other, wanted, sizeof(other));
	other[199] = 'b';
	CLEANUP_FREE char *first = import_report_name(*state, wanted);
	CLEANUP_FREE char *second = import_report_name(*state, other);
	CLEANUP_FREE char *again = import_report_valid_name(wanted);
	CLEANUP_FREE char *twice = import_report_name(*state, wanted);

	assert_int_equal(strlen(first), DEFINITION_NAME_MAX);
	assert_int_equal(strlen(second), DEFINITION_NAME_MAX);
	assert_int_equal(strlen(twice), DEFINITION_NAME_MAX);
	assert_string_not_equal(first, second);
	assert_string_equal(first, again);
	assert_string_equal(twice + DEFINITION_NAME_MAX - 2, "-2");
}

static void
durations_are_brought_within_what_checkd_takes(void **state)
{
	struct import_check *check = begin(*state, "name");

	import_check_set_duration(check, "interval", 0);
	import_check_set_duration(check, "timeout", 1500);
	import_check_set_duration(check, "retry", UINT64_MAX);
	import_check_end(check);
	expect_body(*state, "  # file:3: origin\n"
			    "  # file:3: interval would be 0ms: checkd has from 100ms to 30d\n"
			    "  # file:3: retry would be 18446744073709551615ms: checkd has "
			    "from 100ms to 30d\n"
			    "  - name: name\n"
			    "    interval: 100ms\n"
			    "    timeout: 1500ms\n"
			    "    retry: 2592000s\n");
}

static void
plain_words_are_a_command_and_others_a_list(void **state)
{
	struct import_check *check = begin(*state, "plain");

	set_argv(check, (const char *[]){"/bin/x", "-a", "b,c", NULL});
	import_check_end(check);
	check = begin(*state, "list");
	set_argv(check, (const char *[]){"/bin/x", "", "a b", "c\nd", NULL});
	import_check_end(check);
	expect_body(*state, "  # file:3: origin\n"
			    "  - name: plain\n"
			    "    command: /bin/x -a b,c\n"
			    "  # file:3: origin\n"
			    "  - name: list\n"
			    "    argv:\n"
			    "      - /bin/x\n"
			    "      - \"\"\n"
			    "      - a b\n"
			    "      - \"c\\nd\"\n");
}

static void
what_checkd_would_not_take_becomes_a_comment(void **state)
{
	struct import_report *report = *state;
	struct import_check *check = begin(report, "name");

	set_argv(check, (const char *[]){"/bin/x", "\a\n", "\xff", NULL});
	import_check_end(check);
	expect_body(report, "  # file:3: origin\n"
			    "  # file:3: not imported: an argument has control characters\n"
			    "  # - name: name\n"
			    "  #   argv:\n"
			    "  #     - /bin/x\n"
			    "  #     -\n"
			    "  #     - \xef\xbf\xbd\n");
	assert_int_equal(report->check_count, 0);
}

static void
no_text_ends_a_comment(void **state)
{
	import_report_note(*state, here, "a\nb\r\xe2\x80\xa8\xef\xbb\xbf\xc2\x85 c");
	expect_body(*state, "  # file:3: a\n");
	import_report_note(*state, here, "a\tb\r\xe2\x80\xa8\xef\xbb\xbf\xc2\x85 c");
	expect_body(*state, "  # file:3: a\n  # file:3: a b  ?  c\n");
}

static void
a_check_of_an_unknown_user_is_disabled(void **state)
{
	struct import_check *check = begin(*state, "name");

	import_check_set_user(check, "no-such-user");
	import_check_end(check);
	expect_body(*state, "  # file:3: origin\n"
			    "  # file:3: disabled: it ran as user no-such-user, whom this host "
			    "does not know\n"
			    "  - name: name\n"
			    "    enabled: false\n");
}

static void
a_user_may_be_a_number(void **state)
{
	struct import_check *check = begin(*state, "name");

	import_check_set_user(check, "#0");
	import_check_end(check);
	expect_body(*state, "  # file:3: origin\n  - name: name\n    user: root\n");
}

static void
nothing_is_told_of_a_first_reading(void **state)
{
	struct import_report *report = *state;

	report->is_muted = true;
	struct import_check *check = begin(report, "name");

	import_check_note(check, here, "note");
	import_check_end(check);
	import_report_note(report, here, "note");
	import_report_problem(report, here, "problem");
	report->is_muted = false;
	expect_body(report, "");
	assert_int_equal(report->check_count + report->note_count + report->problem_count, 0);
	expect_name(report, "name", "name");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			names_are_made_of_what_checkd_takes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			names_differ_whatever_their_case, setup, teardown),
		cmocka_unit_test_setup_teardown(
			long_names_are_short_different_and_always_the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(
			durations_are_brought_within_what_checkd_takes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			plain_words_are_a_command_and_others_a_list, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_checkd_would_not_take_becomes_a_comment, setup, teardown),
		cmocka_unit_test_setup_teardown(no_text_ends_a_comment, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_check_of_an_unknown_user_is_disabled, setup, teardown),
		cmocka_unit_test_setup_teardown(a_user_may_be_a_number, setup, teardown),
		cmocka_unit_test_setup_teardown(
			nothing_is_told_of_a_first_reading, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
