/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers with units: what is read is written the same, and the table of keys has no row
 * that contradicts itself.
 */
#include "config_value.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config_text.h"
#include "util.h"

static const struct config_key duration = {
	.type = CONFIG_TYPE_DURATION,
	.max = INT64_MAX,
};

static const struct config_key size = {
	.type = CONFIG_TYPE_SIZE,
	.max = INT64_MAX,
};

struct expectation {
	const char *text;
	int64_t value;
	const char *canonical;
};

static void
assert_values(const struct config_key *key, const struct expectation *expected, size_t count)
{
	char text[CONFIG_VALUE_SIZE];
	int64_t value;

	for (size_t i = 0; i < count; i++) {
		assert_int_equal(config_value_parse(key, expected[i].text, &value), 0);
		assert_int_equal(value, expected[i].value);
		config_value_format(key, value, text);
		assert_string_equal(text, expected[i].canonical);
		assert_int_equal(config_value_parse(key, text, &value), 0);
		assert_int_equal(value, expected[i].value);
	}
}

static void
durations_are_written_in_the_largest_exact_unit(void **state)
{
	static const struct expectation expected[] = {
		{"0ms", 0, "0ms"},
		{"0d", 0, "0ms"},
		{"1ms", 1, "1ms"},
		{"999ms", 999, "999ms"},
		{"1000ms", 1000, "1s"},
		{"1001ms", 1001, "1001ms"},
		{"60s", 60000, "1m"},
		{"61s", 61000, "61s"},
		{"90m", 5400000, "90m"},
		{"60m", 3600000, "1h"},
		{"25h", 90000000, "25h"},
		{"48h", 172800000, "2d"},
		{"106751991167d", INT64_C(9223372036828800000), "106751991167d"},
	};

	(void)state;
	assert_values(&duration, expected, ARRAY_LEN(expected));
}

static void
sizes_are_binary(void **state)
{
	static const struct expectation expected[] = {
		{"0", 0, "0"},
		{"1023", 1023, "1023"},
		{"1024", 1024, "1K"},
		{"1025", 1025, "1025"},
		{"1K", 1024, "1K"},
		{"1536K", 1572864, "1536K"},
		{"64M", 67108864, "64M"},
		{"1024M", 1073741824, "1G"},
		{"8388607T", INT64_C(9223370937343148032), "8388607T"},
	};

	(void)state;
	assert_values(&size, expected, ARRAY_LEN(expected));
}

static void
what_an_int64_does_not_take_is_refused(void **state)
{
	int64_t value = 0;

	(void)state;
	assert_int_equal(config_value_parse(&duration, "106751991168d", &value), -EINVAL);
	assert_int_equal(config_value_parse(&size, "8388608T", &value), -EINVAL);
	assert_int_equal(config_value_parse(&size, "9999999999999999999", &value), -EINVAL);
	assert_int_equal(value, 0);
}

typedef void (*visit_fn)(const struct config_key *key);

static void
visit_keys(visit_fn visit)
{
	static const enum config_section sections[] = {CONFIG_SECTION_FILE,
		CONFIG_SECTION_LIMITS, CONFIG_SECTION_SNMP, CONFIG_SECTION_MAP,
		CONFIG_SECTION_CHECK};

	for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
		for (const struct config_key *key = config_keys_first(sections[i]); key != NULL;
			key = config_keys_next(key))
			visit(key);
	}
}

static void
assert_edges_are_read_as_written(const struct config_key *key)
{
	const int64_t edges[] = {key->min, key->max};

	for (size_t i = 0; key->type <= CONFIG_TYPE_SIZE && i < ARRAY_LEN(edges); i++) {
		char text[CONFIG_VALUE_SIZE];
		int64_t value;

		config_value_format(key, edges[i], text);
		assert_int_equal(config_value_parse(key, text, &value), 0);
		assert_int_equal(value, edges[i]);
	}
}

static void
the_edges_of_every_range_are_read_as_written(void **state)
{
	(void)state;
	visit_keys(assert_edges_are_read_as_written);
}

static void
assert_default_is_canonical(const struct config_key *key)
{
	char text[CONFIG_VALUE_SIZE];
	int64_t value;

	if (key->fallback == NULL)
		return;
	if (!config_keys_is_number(key)) {
		assert_null(config_text_examine(key, key->fallback));
		return;
	}
	assert_int_equal(config_value_parse(key, key->fallback, &value), 0);
	config_value_format(key, value, text);
	assert_string_equal(text, key->fallback);
}

static void
every_default_is_in_canonical_form(void **state)
{
	(void)state;
	visit_keys(assert_default_is_canonical);
}

static void
assert_number_fits(const struct config_key *key)
{
	if (!config_keys_is_number(key))
		return;
	assert_true(key->size == sizeof(uint8_t) || key->size == sizeof(int32_t) ||
		    key->size == sizeof(int64_t));
	if (key->type > CONFIG_TYPE_SIZE)
		return;
	if (key->size == sizeof(uint8_t))
		assert_true(key->min >= 0 && key->max <= UINT8_MAX);
	if (key->size == sizeof(int32_t))
		assert_in_range(key->max, 0, key->min < 0 ? INT32_MAX : UINT32_MAX);
}

static void
every_number_fits_into_its_field(void **state)
{
	(void)state;
	visit_keys(assert_number_fits);
}

static void
assert_key_is_found(const struct config_key *key)
{
	assert_ptr_equal(config_keys_find(key->section, key->name), key);
	assert_true(key - config_keys_first(key->section) < CONFIG_SECTION_KEYS_MAX);
	assert_non_null(key->help);
}

static void
every_key_is_found_by_its_name(void **state)
{
	(void)state;
	visit_keys(assert_key_is_found);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_are_written_in_the_largest_exact_unit),
		cmocka_unit_test(sizes_are_binary),
		cmocka_unit_test(what_an_int64_does_not_take_is_refused),
		cmocka_unit_test(the_edges_of_every_range_are_read_as_written),
		cmocka_unit_test(every_default_is_in_canonical_form),
		cmocka_unit_test(every_number_fits_into_its_field),
		cmocka_unit_test(every_key_is_found_by_its_name),
	};

	return cmocka_run_group_tests_name("config_value", tests, NULL, NULL);
}
