/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Command lines: split as a shell would that knows nothing but quoting.
 */
#include "config_words.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "definition.h"
#include "util.h"

#define WORDS_MAX 8

struct expectation {
	const char *line;
	const char *words[WORDS_MAX]; /* ends in NULL */
};

static void
assert_split(const struct expectation *expected)
{
	const char *error = NULL;
	char **words = NULL;
	size_t count = 0;

	if (config_words_split(expected->line, &words, &error) < 0)
		fail_msg("<%s> %s", expected->line, error);
	for (size_t i = 0; expected->words[i] != NULL; i++) {
		assert_non_null(words[i]);
		assert_string_equal(words[i], expected->words[i]);
		count++;
	}
	if (words[count] != NULL)
		fail_msg("<%s> has more words than expected", expected->line);
	strv_free(words);
}

static void
assert_all_split(const struct expectation *expected, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_split(&expected[i]);
}

static void
blanks_separate_words(void **state)
{
	static const struct expectation expected[] = {
		{"a", {"a"}},
		{"a b", {"a", "b"}},
		{"  a \t b\n c\n", {"a", "b", "c"}},
		{"", {NULL}},
		{" \t\n", {NULL}},
		{"a b c d e f g", {"a", "b", "c", "d", "e", "f", "g"}},
	};

	(void)state;
	assert_all_split(expected, ARRAY_LEN(expected));
}

static void
all_stands_for_itself_in_single_quotes(void **state)
{
	static const struct expectation expected[] = {
		{"'a b'", {"a b"}},
		{"'a\\b'", {"a\\b"}},
		{"'a\"b'", {"a\"b"}},
		{"'$a `b`'", {"$a `b`"}},
		{"'a\nb'", {"a\nb"}},
		{"'a\\' b", {"a\\", "b"}},
	};

	(void)state;
	assert_all_split(expected, ARRAY_LEN(expected));
}

static void
a_backslash_escapes_five_characters_in_double_quotes(void **state)
{
	static const struct expectation expected[] = {
		{"\"a b\"", {"a b"}},
		{"\"a'b\"", {"a'b"}},
		{"\"a\\\"b\"", {"a\"b"}},
		{"\"a\\\\\" b", {"a\\", "b"}},
		{"\"\\$a \\`b\"", {"$a `b"}},
		{"\"a\\\nb\"", {"ab"}},
		{"\"a\\nb \\d\"", {"a\\nb \\d"}},
		{"\"$a\"", {"$a"}},
	};

	(void)state;
	assert_all_split(expected, ARRAY_LEN(expected));
}

static void
a_backslash_escapes_every_character_outside_of_quotes(void **state)
{
	static const struct expectation expected[] = {
		{"a\\ b", {"a b"}},
		{"\\'a\\'", {"'a'"}},
		{"\\\"a", {"\"a"}},
		{"a\\\\b", {"a\\b"}},
		{"\\a", {"a"}},
		{"a\\\nb", {"ab"}},
		{"a \\\n b", {"a", "b"}},
		{"a \\\nb \\\n", {"a", "b"}},
		{"\\\n", {NULL}},
	};

	(void)state;
	assert_all_split(expected, ARRAY_LEN(expected));
}

static void
pieces_without_blanks_between_them_are_one_word(void **state)
{
	static const struct expectation expected[] = {
		{"a'b c'd", {"ab cd"}},
		{"--option=\"a b\"'c d'e\\ f", {"--option=a bc de f"}},
		{"''", {""}},
		{"\"\" '' a''", {"", "", "a"}},
	};

	(void)state;
	assert_all_split(expected, ARRAY_LEN(expected));
}

static void
nothing_else_of_a_shell_has_a_meaning(void **state)
{
	static const struct expectation expected[] = {
		{"a | b > c", {"a", "|", "b", ">", "c"}},
		{"$A $(b) `c` ~ *", {"$A", "$(b)", "`c`", "~", "*"}},
		{"a # b", {"a", "#", "b"}},
		{"A=b c;d &", {"A=b", "c;d", "&"}},
		{"\xc3\xa4 '\xc3\xb6'", {"\xc3\xa4", "\xc3\xb6"}},
	};

	(void)state;
	assert_all_split(expected, ARRAY_LEN(expected));
}

static void
a_quote_left_open_is_refused(void **state)
{
	static const char *const open[] = {
		"'", "a 'b", "\"", "a \"b", "\"a\\\"", "'a\\'b'", "a\\", "a b \\"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(open); i++) {
		const char *error = NULL;
		char **words = NULL;

		assert_int_equal(config_words_split(open[i], &words, &error), -EINVAL);
		assert_memory_equal(error, "must ", 5);
		assert_null(words);
	}
}

static void
a_line_of_many_words_is_split_whole(void **state)
{
	enum {
		COUNT = 10000
	};
	char *line = xcalloc(2 * COUNT + 1, 1);
	const char *error = NULL;
	char **words = NULL;
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		memcpy(line + 2 * i, "x ", 2);
	assert_int_equal(config_words_split(line, &words, &error), 0);
	while (words[count] != NULL)
		assert_string_equal(words[count++], "x");
	assert_int_equal(count, COUNT);
	strv_free(words);
	free(line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blanks_separate_words),
		cmocka_unit_test(all_stands_for_itself_in_single_quotes),
		cmocka_unit_test(a_backslash_escapes_five_characters_in_double_quotes),
		cmocka_unit_test(a_backslash_escapes_every_character_outside_of_quotes),
		cmocka_unit_test(pieces_without_blanks_between_them_are_one_word),
		cmocka_unit_test(nothing_else_of_a_shell_has_a_meaning),
		cmocka_unit_test(a_quote_left_open_is_refused),
		cmocka_unit_test(a_line_of_many_words_is_split_whole),
	};

	return cmocka_run_group_tests_name("config_words", tests, NULL, NULL);
}
