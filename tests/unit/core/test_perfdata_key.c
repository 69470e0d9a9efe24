/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys are an NMS's names of metrics: they must neither collide nor ever change.
 */
#include "perfdata_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "util.h"

#define KEY_COUNT 100000
#define NAME_60   "a23456789.123456789.123456789.123456789.123456789.123456789."

static void
expect_key(const char *check, const char *label, const char *wanted)
{
	char buf[PERFDATA_KEY_MAX + 2];

	memset(buf, 0x55, sizeof(buf));
	perfdata_key(check, label, buf);
	assert_string_equal(buf, wanted);
	assert_int_equal(buf[sizeof(buf) - 1], 0x55); /* nothing was written behind the bound */
}

static void
expect_different(const char *check, const char *label, const char *other_label)
{
	char a[PERFDATA_KEY_MAX + 1], b[PERFDATA_KEY_MAX + 1];

	perfdata_key(check, label, a);
	perfdata_key(check, other_label, b);
	assert_string_not_equal(a, b);
}

static void
a_key_that_fits_is_the_check_and_the_label(void **state)
{
	(void)state;
	expect_key("load", "load1", "load|load1");
	expect_key("disk-root", "/var/log", "disk-root|/var/log");
	expect_key("web", "sys::disk_a|B.9", "web|sys::disk_a|B.9");
}

static void
a_key_of_60_octets_is_not_cut(void **state)
{
	(void)state;
	expect_key("ab", "c23456789.123456789.123456789.123456789.123456789.1234567",
		"ab|c23456789.123456789.123456789.123456789.123456789.1234567");
}

/* The hashes are as they were when the first key was published. */
static void
other_characters_become_underscores_and_a_hash_follows(void **state)
{
	(void)state;
	expect_key("disk", "C:\\ used %", "disk|C:__used__-f679f40e2382");
	expect_key("load", "\xc3\xa9t\xc3\xa9", "load|_t_-c8d5a1d82336");
}

static void
a_longer_key_is_cut_and_a_hash_follows(void **state)
{
	(void)state;
	expect_key("ab", "c23456789.123456789.123456789.123456789.123456789.12345678",
		"ab|c23456789.123456789.123456789.123456789.1234-253aaa9bff45");
	expect_key(
		NAME_60, "x", "a23456789.123456789.123456789.123456789.1234567-f5f325881305");
}

static void
labels_that_look_the_same_in_a_key_have_keys_of_their_own(void **state)
{
	(void)state;
	expect_different("disk", "a b", "a_b");
	expect_different("disk", "a b", "a%b");
	expect_different(
		"disk", "\xe5\x86\x85", "\xe5\xad\x98"); /* two characters of Chinese */
	expect_different(NAME_60, "a", "b");
	expect_different("disk", "a", "A");
}

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
a_hundred_thousand_hashed_keys_are_all_different(void **state)
{
	typedef char key_text[PERFDATA_KEY_MAX + 1];

	CLEANUP_FREE key_text *keys = xcalloc(KEY_COUNT, sizeof(*keys));
	char label[16];

	(void)state;
	for (int i = 0; i < KEY_COUNT; i++) {
		snprintf(label, sizeof(label), "m %d", i);
		perfdata_key(NAME_60, label, keys[i]);
		assert_int_equal(strlen(keys[i]), PERFDATA_KEY_MAX);
	}
	qsort(keys, KEY_COUNT, sizeof(*keys), compare_keys);
	for (int i = 1; i < KEY_COUNT; i++)
		assert_string_not_equal(keys[i - 1], keys[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_that_fits_is_the_check_and_the_label),
		cmocka_unit_test(a_key_of_60_octets_is_not_cut),
		cmocka_unit_test(other_characters_become_underscores_and_a_hash_follows),
		cmocka_unit_test(a_longer_key_is_cut_and_a_hash_follows),
		cmocka_unit_test(labels_that_look_the_same_in_a_key_have_keys_of_their_own),
		cmocka_unit_test(a_hundred_thousand_hashed_keys_are_all_different),
	};

	return cmocka_run_group_tests_name("perfdata_key", tests, NULL, NULL);
}
