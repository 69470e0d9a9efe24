/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A text takes the columns that its characters take, and is cut between them.
 */
#include "width.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util.h"

#define ELLIPSIS "\xe2\x80\xa6"
#define E_ACUTE  "\xc3\xa9"
#define CHINESE  "\xe4\xb8\xad\xe6\x96\x87" /* two characters of two columns */
#define SNAIL    "\xf0\x9f\x90\x8c"         /* two columns */

static void
expect_fit(const char *text, size_t columns, bool is_ascii, const char *wanted)
{
	CLEANUP_FREE char *fit = width_fit(text, columns, is_ascii);

	assert_string_equal(fit, wanted);
	assert_true(width_of(fit) <= columns);
}

static void
characters_of_one_column_are_counted_as_such(void **state)
{
	(void)state;
	assert_int_equal(width_of(""), 0);
	assert_int_equal(width_of("disk"), 4);
	assert_int_equal(width_of(E_ACUTE "t" E_ACUTE), 3);
}

static void
wide_characters_take_two_columns(void **state)
{
	(void)state;
	assert_int_equal(width_of(CHINESE), 4);
	assert_int_equal(width_of(SNAIL), 2);
}

static void
accents_that_combine_take_no_column(void **state)
{
	(void)state;
	assert_int_equal(width_of("e\xcc\x81"), 1);
}

static void
a_character_that_no_locale_knows_takes_one(void **state)
{
	(void)state;
	assert_int_equal(width_of("\xf3\xa0\xa0\x80"), 1);
}

static void
a_text_that_fits_stays_as_it_is(void **state)
{
	(void)state;
	expect_fit("disk", 4, false, "disk");
	expect_fit(CHINESE, 4, false, CHINESE);
}

static void
a_text_that_does_not_fit_ends_in_an_ellipsis(void **state)
{
	(void)state;
	expect_fit("disk-root", 5, false, "disk" ELLIPSIS);
	expect_fit("disk-root", 5, true, "di...");
	expect_fit("disk-root", 1, false, ELLIPSIS);
	expect_fit("disk-root", 2, true, "di");
	expect_fit("disk-root", 0, false, "");
}

static void
a_wide_character_is_not_cut_in_halves(void **state)
{
	(void)state;
	expect_fit(CHINESE, 3, false, "\xe4\xb8\xad" ELLIPSIS);
	expect_fit(CHINESE, 2, false, ELLIPSIS);
	expect_fit("ab" SNAIL "cd", 4, false, "ab" ELLIPSIS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_of_one_column_are_counted_as_such),
		cmocka_unit_test(wide_characters_take_two_columns),
		cmocka_unit_test(accents_that_combine_take_no_column),
		cmocka_unit_test(a_character_that_no_locale_knows_takes_one),
		cmocka_unit_test(a_text_that_fits_stays_as_it_is),
		cmocka_unit_test(a_text_that_does_not_fit_ends_in_an_ellipsis),
		cmocka_unit_test(a_wide_character_is_not_cut_in_halves),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("ctl_width", tests, NULL, NULL);
}
