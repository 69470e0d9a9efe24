/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nothing that comes from elsewhere commands a terminal, whatever it is.
 */
#include "output.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util.h"

static void
expect_clean(const struct output *output, const char *text, const char *wanted)
{
	CLEANUP_FREE char *clean = output_clean(output, text);

	assert_string_equal(clean, wanted);
}

static void
text_has_no_control_characters(void **state)
{
	struct output output = {.is_terminal = true};

	(void)state;
	expect_clean(&output,
		"a\033[31mb\x7f"
		"c\xc2\x9b"
		"2Jd\ne",
		"a [31mb c 2Jd");
	expect_clean(&output, "gr\xfcn", "gr\xef\xbf\xbdn");
	expect_clean(&output, "gr\xc3\xbcn", "gr\xc3\xbcn");
	expect_clean(&output, NULL, "");
}

static void
a_terminal_of_another_character_set_gets_ascii(void **state)
{
	struct output output = {.is_terminal = true, .is_ascii = true};

	(void)state;
	expect_clean(&output, "gr\xc3\xbcn \xff", "gr?n ?");
}

static char *
print_json(bool is_terminal, const char *text)
{
	struct output output = {.is_terminal = is_terminal};
	json_t *object = json_pack("{s:s}", "text", text);
	char *line = NULL;
	size_t size;

	output.stream = open_memstream(&line, &size);
	output_json(&output, object);
	fclose(output.stream);
	json_decref(object);
	return line;
}

static void
json_on_a_terminal_is_ascii(void **state)
{
	CLEANUP_FREE char *shown = print_json(true, "\xc3\xbc\xc2\x9b\033");
	CLEANUP_FREE char *piped = print_json(false, "\xc3\xbc");

	(void)state;
	assert_string_equal(shown, "{\"text\":\"\\u00FC\\u009B\\u001B\"}\n");
	assert_string_equal(piped, "{\"text\":\"\xc3\xbc\"}\n");
}

static void
a_state_has_a_colour_and_others_have_none(void **state)
{
	struct output coloured = {.is_coloured = true}, plain = {.is_coloured = false};

	(void)state;
	assert_string_equal(output_begin(&coloured, output_style_of("critical")), "\033[1;31m");
	assert_string_equal(output_end(&coloured, output_style_of("critical")), "\033[0m");
	assert_string_equal(output_begin(&coloured, output_style_of("nonsense")), "");
	assert_string_equal(output_end(&coloured, output_style_of("nonsense")), "");
	assert_string_equal(output_begin(&plain, OUTPUT_CRITICAL), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_has_no_control_characters),
		cmocka_unit_test(a_terminal_of_another_character_set_gets_ascii),
		cmocka_unit_test(json_on_a_terminal_is_ascii),
		cmocka_unit_test(a_state_has_a_colour_and_others_have_none),
	};

	return cmocka_run_group_tests_name("ctl_output", tests, NULL, NULL);
}
