/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines become the words that keepalived, net-snmp and sh(1) make of them.
 */
#include "import_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "definition.h"
#include "import_keepalived_words.h"
#include "import_snmpd_words.h"
#include "util.h"

/* Words are compared as one text, each in <>. */
static void
expect_words(const struct import_words *words, const char *wanted)
{
	CLEANUP_FREE char *joined =
		words->count > 0 ? strv_join(words->list, "><") : xstrdup("");
	CLEANUP_FREE char *text = words->count > 0 ? xasprintf("<%s>", joined) : xstrdup("");

	assert_string_equal(text, wanted);
}

static void
expect_script(const char *line, enum keepalived_reading reading, const char *wanted)
{
	CLEANUP(import_words_deinit) struct import_words words = {0};

	keepalived_words_split_script(line, reading, &words);
	expect_words(&words, wanted);
}

static void
expect_statement(const char *line, const char *wanted)
{
	CLEANUP(import_words_deinit) struct import_words words = {0};

	keepalived_words_split(line, &words);
	expect_words(&words, wanted);
}

static void
expect_extension(const char *text, const char *wanted)
{
	CLEANUP(import_words_deinit) struct import_words words = {0};

	snmpd_words_split(text, &words);
	expect_words(&words, wanted);
}

static void
a_statement_of_keepalived_has_words_and_double_quotes(void **state)
{
	(void)state;
	expect_statement("weight  -20\treverse", "<weight><-20><reverse>");
	expect_statement("path \"/a b\"", "<path></a b>");
	expect_statement("path a\"b c\"d", "<path><a><b c><d>");
	expect_statement("path 'a b'", "<path><'a><b'>");
	expect_statement("path \"\"", "<path><>");
	expect_statement("path a \"open", "<path><a>");
}

static void
a_script_of_keepalived_is_its_second_word_split_again(void **state)
{
	(void)state;
	expect_script("script \"/bin/x  a b\"", KEEPALIVED_READING_OLD, "</bin/x><a><b>");
	expect_script("script \"/bin/x 'a b' ''\"", KEEPALIVED_READING_OLD, "</bin/x><a b><>");
	expect_script("script '/bin/x \"a b\"'", KEEPALIVED_READING_OLD, "</bin/x><a b>");
	expect_script("script /bin/x a b", KEEPALIVED_READING_OLD, "</bin/x>");
	expect_script("script /bin/\"x a\"", KEEPALIVED_READING_OLD, "</bin/x><a>");
	assert_int_equal(keepalived_words_count("script /bin/x a b"), 4);
}

static void
old_versions_of_keepalived_take_escapes_twice(void **state)
{
	(void)state;
	expect_script("script \"/x \\x41 \\\\x42\"", KEEPALIVED_READING_OLD, "</x><A><B>");
	expect_script("script \"/x \\x41 \\\\x42\"", KEEPALIVED_READING_NEW, "</x><A><\\x42>");
	expect_script("script \"/x \\\"a b\\\"\"", KEEPALIVED_READING_OLD, "</x><a b>");
	expect_script("script \"/x \\\"a b\\\"\"", KEEPALIVED_READING_NEW, "</x><\"a><b\">");
	expect_script(
		"script '/x \\101\\1 \\t\\q'", KEEPALIVED_READING_NEW, "</x><A\001><\tq>");
	expect_script("script '/x \\cA\\E'", KEEPALIVED_READING_NEW, "</x><\001\033>");
}

static void
a_hexadecimal_escape_is_long_in_old_versions_only(void **state)
{
	(void)state;
	expect_script("script '/x \\\\x141'", KEEPALIVED_READING_OLD, "</x><A>");
	expect_script("script '/x \\x412'", KEEPALIVED_READING_NEW, "</x><A2>");
}

static void
an_open_quote_or_escape_leaves_keepalived_without_a_script(void **state)
{
	(void)state;
	expect_script("script \"/bin/x a", KEEPALIVED_READING_OLD, "");
	expect_script("script \"/bin/x 'a\"", KEEPALIVED_READING_OLD, "");
	expect_script("script /bin/x\\", KEEPALIVED_READING_OLD, "");
	expect_script("script", KEEPALIVED_READING_OLD, "");
	expect_script("script \"\"", KEEPALIVED_READING_OLD, "");
}

static void
a_quote_of_snmpd_begins_and_ends_a_word(void **state)
{
	(void)state;
	expect_extension("/bin/x \"a b\" 'c d'", "</bin/x><a b><c d>");
	expect_extension("/bin/x \"a\"b c\"d e\"", "</bin/x><a><b><c\"d><e\">");
	expect_extension("/bin/x 'open", "</bin/x><open>");
	expect_extension("/bin/x a\\ b \"c\\\"d\" e\\", "</bin/x><a b><c\"d><e\\>");
}

static void
a_hash_of_snmpd_is_a_comment_where_a_word_begins(void **state)
{
	(void)state;
	expect_extension("/bin/x a#b # c", "</bin/x><a#b>");
	assert_null(snmpd_words_skip("  # all"));
	assert_null(snmpd_words_skip("  "));
}

static void
the_99th_word_of_snmpd_is_the_rest(void **state)
{
	char line[300] = "";
	CLEANUP(import_words_deinit) struct import_words words = {0};

	(void)state;
	for (int i = 0; i < 98; i++)
		strcat(line, "a ");
	strcat(line, "b c");
	snmpd_words_split(line, &words);
	assert_int_equal(words.count, 99);
	assert_string_equal(words.list[98], "b c");
}

static void
a_plain_command_line_needs_no_shell(void **state)
{
	(void)state;
	assert_false(
		import_words_need_shell("/bin/x -w 5,10% --a=b 'c $d' \"e f\" \\# g#h i~"));
	assert_false(import_words_need_shell("  /bin/x"));
}

static void
what_a_shell_would_expand_or_run_needs_one(void **state)
{
	static const char *const lines[] = {"/bin/x | y", "/bin/x; y", "/bin/x &", "/bin/x > y",
		"/bin/x < y", "/bin/x $y", "/bin/x \"$y\"", "/bin/x `y`", "/bin/x \"`y`\"",
		"/bin/x *", "/bin/x ?", "/bin/x [a]", "/bin/x {a,b}", "/bin/x ~", "/bin/x # y",
		"(/bin/x)", "x y", "A=b /bin/x", "/bin/a=b c", "/bin/x \"open", "/bin/x 'open",
		"/bin/x \\", "", "exit 3"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		assert_true(import_words_need_shell(lines[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_statement_of_keepalived_has_words_and_double_quotes),
		cmocka_unit_test(a_script_of_keepalived_is_its_second_word_split_again),
		cmocka_unit_test(old_versions_of_keepalived_take_escapes_twice),
		cmocka_unit_test(a_hexadecimal_escape_is_long_in_old_versions_only),
		cmocka_unit_test(an_open_quote_or_escape_leaves_keepalived_without_a_script),
		cmocka_unit_test(a_quote_of_snmpd_begins_and_ends_a_word),
		cmocka_unit_test(a_hash_of_snmpd_is_a_comment_where_a_word_begins),
		cmocka_unit_test(the_99th_word_of_snmpd_is_the_rest),
		cmocka_unit_test(a_plain_command_line_needs_no_shell),
		cmocka_unit_test(what_a_shell_would_expand_or_run_needs_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
