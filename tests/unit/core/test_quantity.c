/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers with units are read as they are written, and nothing is guessed.
 */
#include "quantity.h"

#include <errno.h>
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
expect(const char *text, const struct quantity_unit *units, int64_t wanted)
{
	int64_t value = -1;

	assert_int_equal(quantity_parse(text, units, &value), 0);
	assert_int_equal(value, wanted);
}

static void
durations_are_read_as_milliseconds(void **state)
{
	(void)state;
	expect("0s", quantity_durations, 0);
	expect("500ms", quantity_durations, 500);
	expect("30s", quantity_durations, 30000);
	expect("5m", quantity_durations, 300000);
	expect("2h", quantity_durations, 7200000);
	expect("1d", quantity_durations, 86400000);
}

static void
sizes_need_no_unit(void **state)
{
	(void)state;
	expect("4096", quantity_sizes, 4096);
	expect("64K", quantity_sizes, 65536);
	expect("1T", quantity_sizes, INT64_C(1) << 40);
}

static void
what_is_no_such_number_is_refused(void **state)
{
	static const char *const wrong[] = {"", "s", "30", "30 s", " 30s", "+30s", "-30s",
		"030s", "1.5s", "0x10s", "30S", "30sec", "1h30m", "999999999999999999d",
		"9999999999999999999s"};
	int64_t value = 2412;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(quantity_parse(wrong[i], quantity_durations, &value), -EINVAL);
}

static void
a_number_is_written_in_the_largest_exact_unit(void **state)
{
	char buf[QUANTITY_SIZE];

	(void)state;
	quantity_format(7200000, quantity_durations, buf);
	assert_string_equal(buf, "2h");
	quantity_format(90000, quantity_durations, buf);
	assert_string_equal(buf, "90s");
	quantity_format(0, quantity_durations, buf);
	assert_string_equal(buf, "0ms");
	quantity_format(65537, quantity_sizes, buf);
	assert_string_equal(buf, "65537");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_are_read_as_milliseconds),
		cmocka_unit_test(sizes_need_no_unit),
		cmocka_unit_test(what_is_no_such_number_is_refused),
		cmocka_unit_test(a_number_is_written_in_the_largest_exact_unit),
	};

	return cmocka_run_group_tests_name("quantity", tests, NULL, NULL);
}
