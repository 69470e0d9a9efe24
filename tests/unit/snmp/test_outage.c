/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long to wait after a failure, and what of it the log is told.
 */
#include "outage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util.h"

static unsigned
fail_by(struct outage *outage, enum outage_failure failure)
{
	return outage_fail(outage, failure, 1, "unix:/nowhere", "a reason");
}

static void
a_master_that_cannot_be_reached_is_tried_every_second(void **state)
{
	struct outage outage = {0};

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(fail_by(&outage, OUTAGE_UNREACHABLE), 1);
}

static void
a_refusal_that_repeats_doubles_the_delay_up_to_30_s(void **state)
{
	static const unsigned delays_s[] = {1, 2, 4, 8, 16, 30, 30};
	struct outage outage = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(delays_s); i++)
		assert_int_equal(fail_by(&outage, OUTAGE_REFUSED), delays_s[i]);
	outage_end(&outage);
	assert_int_equal(fail_by(&outage, OUTAGE_REFUSED), 1);
}

static void
a_silent_master_is_given_up_to_5_s(void **state)
{
	static const unsigned delays_s[] = {1, 2, 4, 5, 5};
	struct outage outage = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(delays_s); i++)
		assert_int_equal(fail_by(&outage, OUTAGE_SILENT), delays_s[i]);
}

static void
another_kind_of_failure_begins_anew(void **state)
{
	struct outage outage = {0};

	(void)state;
	fail_by(&outage, OUTAGE_REFUSED);
	assert_int_equal(fail_by(&outage, OUTAGE_REFUSED), 2);
	assert_int_equal(fail_by(&outage, OUTAGE_LOST), 1);
	assert_int_equal(fail_by(&outage, OUTAGE_REFUSED), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_master_that_cannot_be_reached_is_tried_every_second),
		cmocka_unit_test(a_refusal_that_repeats_doubles_the_delay_up_to_30_s),
		cmocka_unit_test(a_silent_master_is_given_up_to_5_s),
		cmocka_unit_test(another_kind_of_failure_begins_anew),
	};

	return cmocka_run_group_tests_name("outage", tests, NULL, NULL);
}
