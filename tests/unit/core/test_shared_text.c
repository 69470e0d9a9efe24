/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A text lives as long as anybody refers to it.
 */
#include "shared_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
a_text_is_a_copy(void **state)
{
	char text[] = "storage";
	char *shared = shared_text_new(text);

	(void)state;
	text[0] = 'S';
	assert_string_equal(shared, "storage");
	shared_text_unref(shared);
}

/* The sanitizer sees to the rest. */
static void
a_text_is_there_until_its_last_reference_is_gone(void **state)
{
	char *first = shared_text_new("");
	char *second = shared_text_ref(first);

	(void)state;
	assert_ptr_equal(first, second);
	shared_text_unref(first);
	assert_string_equal(second, "");
	shared_text_unref(second);
}

static void
none_is_a_text_too(void **state)
{
	(void)state;
	assert_null(shared_text_ref(NULL));
	shared_text_unref(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_a_copy),
		cmocka_unit_test(a_text_is_there_until_its_last_reference_is_gone),
		cmocka_unit_test(none_is_a_text_too),
	};

	return cmocka_run_group_tests_name("shared_text", tests, NULL, NULL);
}
