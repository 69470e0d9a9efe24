/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers of the DNS to texts, and that a message which is cut anywhere harms nothing.
 */
#include "dns_answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util.h"

/* A header, the question "a.b", and one record of the type with the data. */
#define MESSAGE(type, data)                                                                    \
	"\x12\x34\x81\x80\0\1\0\1\0\0\0\0"                                                     \
	"\1a\1b\0\0" type "\0\1"                                                               \
	"\xc0\x0c\0" type "\0\1\0\0\0\x3c" data

static void
assert_text(const char *message, size_t len, enum probe_record type, const char *text)
{
	struct dns_answer answer;

	assert_int_equal(
		dns_answer_parse((const unsigned char *)message, len, type, &answer), 0);
	assert_int_equal(answer.count, 1);
	assert_string_equal(answer.texts[0], text);
	dns_answer_deinit(&answer);
}

#define ASSERT_TEXT(type, octet, data, text)                                                   \
	assert_text(MESSAGE(octet, data), sizeof(MESSAGE(octet, data)) - 1, type, text)

static void
each_type_is_read(void **state)
{
	(void)state;
	ASSERT_TEXT(PROBE_RECORD_A, "\1", "\0\4\xc0\0\2\7", "192.0.2.7");
	ASSERT_TEXT(PROBE_RECORD_AAAA, "\x1c", "\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", "::1");
	ASSERT_TEXT(PROBE_RECORD_CNAME, "\5", "\0\4\1c\xc0\x0c", "c.a.b");
	ASSERT_TEXT(PROBE_RECORD_MX, "\x0f", "\0\6\0\x0a\1m\xc0\x0c", "10 m.a.b");
	ASSERT_TEXT(
		PROBE_RECORD_SRV, "\x21", "\0\x0a\0\1\0\2\1\xbb\1s\xc0\x0c", "1 2 443 s.a.b");
	ASSERT_TEXT(PROBE_RECORD_TXT, "\x10", "\0\6\2ab\2cd", "abcd");
	ASSERT_TEXT(PROBE_RECORD_SOA, "\6",
		"\0\x18\xc0\x0c\xc0\x0c\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5",
		"a.b a.b 1 2 3 4 5");
}

static void
records_of_another_type_do_not_count(void **state)
{
	const char message[] = MESSAGE("\5", "\0\4\1c\xc0\x0c");
	struct dns_answer answer;

	(void)state;
	assert_int_equal(dns_answer_parse((const unsigned char *)message, sizeof(message) - 1,
				 PROBE_RECORD_A, &answer),
		0);
	assert_int_equal(answer.count, 0);
	dns_answer_deinit(&answer);
}

/* Each prefix in memory of its own, so that the sanitizer sees a read behind it. */
static void
a_message_that_is_cut_is_malformed(void **state)
{
	const char message[] = MESSAGE("\x0f", "\0\6\0\x0a\1m\xc0\x0c");

	(void)state;
	for (size_t len = 0; len < sizeof(message) - 1; len++) {
		unsigned char *copy = malloc(len + (len == 0));
		struct dns_answer answer;

		memcpy(copy, message, len);
		assert_true(dns_answer_parse(copy, len, PROBE_RECORD_MX, &answer) < 0);
		free(copy);
	}
}

static void
names_that_point_to_themselves_are_malformed(void **state)
{
	const char message[] = "\x12\x34\x81\x80\0\1\0\1\0\0\0\0\xc0\x0c\0\1\0\1";
	struct dns_answer answer;

	(void)state;
	assert_true(dns_answer_parse((const unsigned char *)message, sizeof(message) - 1,
			    PROBE_RECORD_A, &answer) < 0);
}

static void
an_answer_is_found_whatever_its_case_and_last_dot(void **state)
{
	const char message[] = MESSAGE("\5", "\0\4\1C\xc0\x0c");
	struct dns_answer answer;

	(void)state;
	assert_int_equal(dns_answer_parse((const unsigned char *)message, sizeof(message) - 1,
				 PROBE_RECORD_CNAME, &answer),
		0);
	assert_true(dns_answer_has(&answer, "c.a.b"));
	assert_true(dns_answer_has(&answer, "c.A.b."));
	assert_false(dns_answer_has(&answer, "c.a"));
	assert_false(dns_answer_has(&answer, "c.a.bb"));
	dns_answer_deinit(&answer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_is_read),
		cmocka_unit_test(records_of_another_type_do_not_count),
		cmocka_unit_test(a_message_that_is_cut_is_malformed),
		cmocka_unit_test(names_that_point_to_themselves_are_malformed),
		cmocka_unit_test(an_answer_is_found_whatever_its_case_and_last_dot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
