/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "selector.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool
matches(const char *text, const char *name)
{
	const struct selector selector = selector_parse(text);

	return selector_matches(&selector, name);
}

static void
a_name_selects_itself_alone(void **state)
{
	(void)state;
	assert_true(matches("web", "web"));
	assert_false(matches("web", "Web"));
	assert_false(matches("web", "web-1"));
}

static void
a_pattern_selects_what_it_matches(void **state)
{
	(void)state;
	assert_true(matches("web-*", "web-1/2"));
	assert_true(matches("web-[12]", "web-2"));
	assert_false(matches("web-?", "web-"));
}

static void
a_group_is_told_from_a_name(void **state)
{
	const struct selector selector = selector_parse("group=web-*");

	(void)state;
	assert_true(selector.is_group);
	assert_true(selector.is_pattern);
	assert_string_equal(selector.text, "web-*");
	assert_int_equal(selector.stem_len, 4);
	assert_false(selector_parse("web").is_group);
}

static void
likeness_does_not_look_at_case(void **state)
{
	(void)state;
	assert_true(selector_is_like("WEB-*", "web-1"));
	assert_true(selector_is_like("web", "Web"));
	assert_false(selector_is_like("web", "web-1"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_selects_itself_alone),
		cmocka_unit_test(a_pattern_selects_what_it_matches),
		cmocka_unit_test(a_group_is_told_from_a_name),
		cmocka_unit_test(likeness_does_not_look_at_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
