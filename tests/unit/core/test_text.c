/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whatever a script wrote, what is shown is one line of valid UTF-8 within its bounds.
 */
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util.h"

#define BAD "\xef\xbf\xbd" /* U+FFFD, what an octet that is no UTF-8 becomes */

static void
expect_cleaned(const char *source, size_t len, size_t size, const char *wanted)
{
	char buf[512];

	memset(buf, 0x55, sizeof(buf));
	size_t cleaned_len = text_clean(source, len, buf, size);

	assert_string_equal(buf, wanted);
	assert_int_equal(cleaned_len, strlen(wanted));
	assert_int_equal(buf[size], 0x55); /* nothing was written behind the buffer */
}

static void
expect_line(const char *source, const char *wanted)
{
	expect_cleaned(source, strlen(source), 256, wanted);
}

static void
a_plain_line_stays_as_it_is(void **state)
{
	(void)state;
	expect_line("OK - 3 processes", "OK - 3 processes");
	expect_line("OK - 3 processes\n", "OK - 3 processes");
	expect_line("\xc3\xa9t\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x8c",
		"\xc3\xa9t\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x8c");
}

static void
only_the_first_line_that_is_not_blank_is_taken(void **state)
{
	(void)state;
	expect_line("first\nsecond\n", "first");
	expect_line("\n\nfirst\nsecond\n", "first");
	expect_line("  \t\n \r\n  first\n", "first");
}

static void
nothing_and_blanks_become_the_empty_text(void **state)
{
	(void)state;
	expect_line("", "");
	expect_line("\n", "");
	expect_line(" \t \r\n \n\n", "");
}

static void
trailing_blanks_and_carriage_returns_go(void **state)
{
	(void)state;
	expect_line("OK  \t \r\nnext", "OK");
	expect_line("OK \x01\n", "OK");
}

static void
control_characters_become_blanks(void **state)
{
	(void)state;
	expect_line("a\tb\x1b[31mc\x7f"
		    "d",
		"a b [31mc d");
	expect_cleaned("a\0b", 3, 256, "a b");
	expect_line("a\xc2\x85z", "a z"); /* NEL, a C1 control */
	expect_line(
		"a\xe2\x80\xa8z\xe2\x80\xa9y", "a z y"); /* separators of lines, paragraphs */
}

static void
octets_that_are_not_utf_8_become_replacement_characters(void **state)
{
	static const char *const broken[] = {
		"\x80", /* a continuation with no lead */
		"\xbf", /* the same */
		"\xc3", /* a lead with no continuation */
		"\xc0", /* leads that only overlong forms have */
		"\xc1",
		"\xf5", /* above U+10FFFF */
		"\xfe",
		"\xff",
	};
	char source[16], wanted[16];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		source[0] = 'a';
		source[1] = broken[i][0];
		strcpy(source + 2, "z");
		strcpy(wanted, "a" BAD "z");
		expect_line(source, wanted);
	}
	expect_line("a\xe2\x82", "a" BAD BAD);            /* cut off in mid-character */
	expect_line("\xc0\xaf", BAD BAD);                 /* "/" in two octets */
	expect_line("\xe0\x9f\xbf", BAD BAD BAD);         /* overlong */
	expect_line("\xed\xa0\x80", BAD BAD BAD);         /* a surrogate */
	expect_line("\xf4\x90\x80\x80", BAD BAD BAD BAD); /* U+110000 */
	expect_line("\xf0\x8f\xbf\xbf", BAD BAD BAD BAD); /* overlong */
}

static void
the_edges_of_valid_utf_8_stay(void **state)
{
	static const char *const valid[] = {"\x7e", "\xc2\xa0", "\xdf\xbf", "\xe0\xa0\x80",
		"\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80",
		"\xf4\x8f\xbf\xbf"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(valid); i++)
		expect_line(valid[i], valid[i]);
}

static void
a_long_line_is_cut_at_the_edge_of_a_character(void **state)
{
	(void)state;
	expect_cleaned("abcdef", 6, 4, "abc");
	expect_cleaned("ab\xc3\xa9z", 5, 4, "ab");
	expect_cleaned("ab\xc3\xa9z", 5, 5, "ab\xc3\xa9");
	expect_cleaned("\xf0\x9f\x90\x8c", 4, 4, "");
	expect_cleaned("\xf0\x9f\x90\x8c", 4, 5, "\xf0\x9f\x90\x8c");
	expect_cleaned("a\xff", 2, 4, "a"); /* the replacement has three octets */
	expect_cleaned("abcdef", 6, 1, "");
}

static void
a_blank_before_the_cut_goes_too(void **state)
{
	(void)state;
	expect_cleaned("ab  cd", 6, 5, "ab");
}

/* Whether leads and continuations match and no control character is among them. */
static bool
is_showable(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	while (*at != '\0') {
		size_t len = *at < 0x80 ? 1 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : 4;

		if (*at < 0x20 || *at == 0x7f || (*at >= 0x80 && *at < 0xc2) || *at > 0xf4 ||
			(*at == 0xc2 && at[1] < 0xa0))
			return false;
		for (size_t i = 1; i < len; i++) {
			if ((at[i] & 0xc0) != 0x80)
				return false;
		}
		at += len;
	}
	return true;
}

static void
any_octets_whatever_give_text_that_may_be_shown(void **state)
{
	uint32_t seed = 2412;
	char source[64], buf[40];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		for (size_t i = 0; i < sizeof(source); i++) {
			seed = seed * 1664525 + 1013904223;
			source[i] = (char)(seed >> 24);
		}
		size_t len = text_clean(source, seed % sizeof(source), buf, sizeof(buf));

		assert_int_equal(len, strlen(buf));
		assert_true(is_showable(buf));
	}
}

static void
a_text_within_its_bound_is_not_cut(void **state)
{
	char text[] = "abc\xc3\xa9";

	(void)state;
	text_cut(text, 5);
	assert_string_equal(text, "abc\xc3\xa9");
	text_cut(text, 100);
	assert_string_equal(text, "abc\xc3\xa9");
}

static void
a_text_beyond_its_bound_loses_whole_characters(void **state)
{
	char text[] = "abc\xf0\x9f\x90\x8c";

	(void)state;
	text_cut(text, 6);
	assert_string_equal(text, "abc");
	text_cut(text, 2);
	assert_string_equal(text, "ab");
	text_cut(text, 0);
	assert_string_equal(text, "");
}

static void
each_character_beyond_ascii_becomes_one_question_mark(void **state)
{
	char text[] = "\xc3\xa9t\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x8c ok";

	(void)state;
	text_to_ascii(text);
	assert_string_equal(text, "?t? ? ? ok");
}

static void
a_text_is_valid_where_all_of_it_is_utf_8(void **state)
{
	(void)state;
	assert_true(text_is_valid(""));
	assert_true(text_is_valid("\xc3\xa9t\xc3\xa9\n \xe2\x82\xac \xf0\x9f\x90\x8c"));
	assert_false(text_is_valid("a\xff"));
	assert_false(text_is_valid("a\xc3"));
	assert_false(text_is_valid("\xc0\x80"));
	assert_false(text_is_valid("\xed\xa0\x80"));
}

static void
of_lines_newlines_and_tabs_stay(void **state)
{
	static const char source[] = "\n a\tb \x1b[1m\r\nc\xff\n";
	char buf[32];

	(void)state;
	assert_int_equal(text_clean_lines(source, sizeof(source) - 1, buf, sizeof(buf)), 17);
	assert_string_equal(buf, "\n a\tb  [1m \nc\xef\xbf\xbd\n");
	assert_int_equal(text_clean_lines("a\xc3\xa9", 3, buf, 3), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_line_stays_as_it_is),
		cmocka_unit_test(only_the_first_line_that_is_not_blank_is_taken),
		cmocka_unit_test(nothing_and_blanks_become_the_empty_text),
		cmocka_unit_test(trailing_blanks_and_carriage_returns_go),
		cmocka_unit_test(control_characters_become_blanks),
		cmocka_unit_test(octets_that_are_not_utf_8_become_replacement_characters),
		cmocka_unit_test(the_edges_of_valid_utf_8_stay),
		cmocka_unit_test(a_long_line_is_cut_at_the_edge_of_a_character),
		cmocka_unit_test(a_blank_before_the_cut_goes_too),
		cmocka_unit_test(any_octets_whatever_give_text_that_may_be_shown),
		cmocka_unit_test(of_lines_newlines_and_tabs_stay),
		cmocka_unit_test(a_text_within_its_bound_is_not_cut),
		cmocka_unit_test(a_text_beyond_its_bound_loses_whole_characters),
		cmocka_unit_test(each_character_beyond_ascii_becomes_one_question_mark),
		cmocka_unit_test(a_text_is_valid_where_all_of_it_is_utf_8),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
