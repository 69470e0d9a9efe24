/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings of probes: ranges, and that every field counts when two are compared, since a
 * reload leaves a check alone whose definition is equal.
 */
#include "probe.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "codes.h"
#include "probe_status.h"
#include "util.h"

static void
assert_range(const char *text, int64_t min, int64_t max)
{
	struct probe_range range;

	assert_int_equal(probe_range_parse(text, &range), 0);
	assert_true(range.min == min);
	assert_true(range.max == max);
}

static void
a_range_has_one_number_or_two_or_no_end(void **state)
{
	(void)state;
	assert_range("0", 0, 0);
	assert_range("1-", 1, INT64_MAX);
	assert_range("200-299", 200, 299);
}

static void
a_range_may_have_units(void **state)
{
	(void)state;
	assert_range("4K-2M", 4096, 2097152);
	assert_range("1G-1T", INT64_C(1) << 30, INT64_C(1) << 40);
}

static void
what_is_no_range_is_told(void **state)
{
	static const char *const wrong[] = {"", "-", "-1", "1-2-3", "2-1", "1k", " 1", "1 ",
		"a", "1-b", "999999999999T", "1234567890123"};
	struct probe_range range;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(probe_range_parse(wrong[i], &range), -EINVAL);
}

static void
both_ends_belong_to_a_range(void **state)
{
	(void)state;
	assert_true(probe_range_allows("2-4", 2));
	assert_true(probe_range_allows("2-4", 4));
	assert_false(probe_range_allows("2-4", 1));
	assert_false(probe_range_allows("2-4", 5));
	assert_true(probe_range_allows(NULL, 5));
}

#define ASSERT_COUNTS(change)                                                                  \
	do {                                                                                   \
		struct probe *one = probe_new();                                               \
		struct probe *other = probe_new();                                             \
		assert_true(probe_equal(one, other));                                          \
		change;                                                                        \
		assert_false(probe_equal(one, other));                                         \
		assert_false(probe_equal(other, one));                                         \
		probe_free(one);                                                               \
		probe_free(other);                                                             \
	} while (0)

static char **
list_of(const char *text)
{
	char **list = xcalloc(2, sizeof(*list));

	list[0] = xstrdup(text);
	return list;
}

static void
every_text_counts(void **state)
{
	(void)state;
	ASSERT_COUNTS(other->host = xstrdup("a"));
	ASSERT_COUNTS(other->path = xstrdup("a"));
	ASSERT_COUNTS(other->send = xstrdup("a"));
	ASSERT_COUNTS(other->expect = xstrdup("a"));
	ASSERT_COUNTS(other->pattern = xstrdup("a"));
	ASSERT_COUNTS(other->ca_file = xstrdup("a"));
	ASSERT_COUNTS(other->server_name = xstrdup("a"));
	ASSERT_COUNTS(other->url = xstrdup("a"));
	ASSERT_COUNTS(other->server = xstrdup("a"));
	ASSERT_COUNTS(other->warning_size = xstrdup("1"));
	ASSERT_COUNTS(other->critical_size = xstrdup("1"));
	ASSERT_COUNTS(other->process = xstrdup("a"));
	ASSERT_COUNTS(other->owner = xstrdup("a"));
	ASSERT_COUNTS(other->pid_file = xstrdup("a"));
	ASSERT_COUNTS(other->warning_count = xstrdup("1"));
	ASSERT_COUNTS(other->critical_count = xstrdup("1"));
	ASSERT_COUNTS(other->headers = list_of("a=b"));
	ASSERT_COUNTS(other->statuses = list_of("200"));
	ASSERT_COUNTS(other->answers = list_of("a"));
}

static void
every_number_counts(void **state)
{
	(void)state;
	ASSERT_COUNTS(other->port = 1);
	ASSERT_COUNTS(other->family = PROBE_FAMILY_IPV6);
	ASSERT_COUNTS(other->is_tls = true);
	ASSERT_COUNTS(other->is_verified = true);
	ASSERT_COUNTS(other->warning_certificate_ms = 1);
	ASSERT_COUNTS(other->critical_certificate_ms = 1);
	ASSERT_COUNTS(other->method = PROBE_METHOD_HEAD);
	ASSERT_COUNTS(other->redirects = 1);
	ASSERT_COUNTS(other->record = PROBE_RECORD_MX);
	ASSERT_COUNTS(other->count = 1);
	ASSERT_COUNTS(other->spacing_ms = 1);
	ASSERT_COUNTS(other->warning_loss = 1);
	ASSERT_COUNTS(other->critical_loss = 1);
	ASSERT_COUNTS(other->warning_time_ms = 1);
	ASSERT_COUNTS(other->critical_time_ms = 1);
	ASSERT_COUNTS(other->is_absent = true);
	ASSERT_COUNTS(other->lines = 1);
	ASSERT_COUNTS(other->warning_age_ms = 1);
	ASSERT_COUNTS(other->critical_age_ms = 1);
	ASSERT_COUNTS(other->owner_uid = 1);
}

static void
the_map_of_probes_knows_each_status(void **state)
{
	const struct codes *codes = codes_builtin("probe");
	const char *meaning = NULL;

	(void)state;
	assert_int_equal(codes_lookup(codes, PROBE_STATUS_OK, NULL), CHECK_STATE_OK);
	for (int status = PROBE_STATUS_NO_NAME; status <= PROBE_STATUS_UNREADABLE; status++) {
		assert_int_not_equal(codes_lookup(codes, status, &meaning), CHECK_STATE_OK);
		assert_int_not_equal(strlen(meaning), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_has_one_number_or_two_or_no_end),
		cmocka_unit_test(a_range_may_have_units),
		cmocka_unit_test(what_is_no_range_is_told),
		cmocka_unit_test(both_ends_belong_to_a_range),
		cmocka_unit_test(every_text_counts),
		cmocka_unit_test(every_number_counts),
		cmocka_unit_test(the_map_of_probes_knows_each_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
