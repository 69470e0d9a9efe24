/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Suggestions: a slip of the fingers is recognized, another word is left alone.
 */
#include "config_suggest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util.h"

static void
assert_suggested(const char *written, const char *meant)
{
	const struct config_key *key = config_suggest_key(CONFIG_SECTION_CHECK, written);

	assert_non_null(key);
	assert_string_equal(key->name, meant);
}

static void
a_slip_is_recognized(void **state)
{
	(void)state;
	assert_suggested("intervl", "interval");   /* one missed */
	assert_suggested("intervall", "interval"); /* one added */
	assert_suggested("intarval", "interval");  /* one changed */
	assert_suggested("intevral", "interval");  /* two swapped */
	assert_suggested("itnevral", "interval");  /* two such slips */
	assert_suggested("on-time_out", "on_timeout");
	assert_suggested("TIMEOUT", "timeout");
	assert_suggested("nmae", "name");
	assert_suggested("evn", "env");
}

static void
the_nearest_key_is_suggested(void **state)
{
	(void)state;
	assert_suggested("on_signa", "on_signal");
	assert_suggested("timeouts", "timeout");
}

static void
another_word_is_left_alone(void **state)
{
	static const char *const others[] = {"", "x", "members", "of", "depends", "retries_max",
		"a_word_that_is_longer_than_any_key_there_will_ever_be"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_null(config_suggest_key(CONFIG_SECTION_CHECK, others[i]));
}

static void
keys_of_other_sections_are_not_suggested(void **state)
{
	(void)state;
	assert_null(config_suggest_key(CONFIG_SECTION_LIMITS, "interval"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slip_is_recognized),
		cmocka_unit_test(the_nearest_key_is_suggested),
		cmocka_unit_test(another_word_is_left_alone),
		cmocka_unit_test(keys_of_other_sections_are_not_suggested),
	};

	return cmocka_run_group_tests_name("config_suggest", tests, NULL, NULL);
}
