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
	static const char *const others[] = {"", "x", "members", "parents", "retries_max",
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

/* The nearest of the names, as a search through all of them finds it. */
static const char *
nearest(const char *written, const char *const *names, size_t count)
{
	unsigned distance = CONFIG_SUGGEST_FAR;
	const char *best = NULL;

	for (size_t i = 0; i < count; i++) {
		if (config_suggest_is_nearer(written, names[i], &distance))
			best = names[i];
	}
	return best;
}

static void
the_nearest_of_names_is_found(void **state)
{
	static const char *const names[] = {
		"host1/disk-root", "host1/disk-roof", "host2/load", "ab", "db/replication-lag"};
	const size_t count = ARRAY_LEN(names);

	(void)state;
	assert_string_equal(nearest("host1/disk-rot", names, count), names[0]);
	assert_string_equal(nearest("host1/disk-rooff", names, count), names[1]);
	assert_string_equal(nearest("HOST2/laod", names, count), names[2]);
	assert_string_equal(nearest("ac", names, count), names[3]);
	assert_string_equal(nearest("bd/replicatoin-lag", names, count), names[4]);
	assert_string_equal(nearest("host2/lo", names, count), names[2]);
	assert_null(nearest("host2/l", names, count));
	assert_null(nearest("xy", names, count));
	assert_null(nearest("", names, count));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slip_is_recognized),
		cmocka_unit_test(the_nearest_key_is_suggested),
		cmocka_unit_test(another_word_is_left_alone),
		cmocka_unit_test(keys_of_other_sections_are_not_suggested),
		cmocka_unit_test(the_nearest_of_names_is_found),
	};

	return cmocka_run_group_tests_name("config_suggest", tests, NULL, NULL);
}
