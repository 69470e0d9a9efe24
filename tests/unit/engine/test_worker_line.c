/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void
must_be_written(const struct worker_question *question, const char *line)
{
	char buf[256];
	size_t len = worker_line_write(question, buf);

	assert_true(len <= worker_line_size(question));
	assert_int_equal(len, strlen(line));
	assert_memory_equal(buf, line, len);
}

static void
a_question_is_its_fields_with_tabs_between(void **state)
{
	(void)state;
	must_be_written(
		&(const struct worker_question){17, 10000, "disk/root", "/\ttwo words\t"},
		"17\t10000\tdisk/root\t/\ttwo words\t\n");
	must_be_written(&(const struct worker_question){0, 100, "a0", NULL}, "0\t100\ta0\n");
	must_be_written(&(const struct worker_question){1, 100, "a0", ""}, "1\t100\ta0\t\n");
}

static void
the_greatest_numbers_have_room(void **state)
{
	(void)state;
	must_be_written(&(const struct worker_question){UINT64_MAX, UINT64_MAX, "ab", "c"},
		"18446744073709551615\t18446744073709551615\tab\tc\n");
}

static void
must_be_read(const char *line, uint64_t id, int status, const char *output)
{
	struct worker_answer answer;

	assert_true(worker_line_parse(line, strlen(line), &answer));
	assert_int_equal(answer.id, id);
	assert_int_equal(answer.status, status);
	assert_int_equal(answer.len, strlen(output));
	assert_memory_equal(answer.output, output, answer.len);
}

static void
an_answer_is_a_number_a_status_and_the_rest(void **state)
{
	(void)state;
	must_be_read("17 0 all is well | a=1", 17, 0, "all is well | a=1");
	must_be_read("17\t255\tx\ty", 17, 255, "x\ty");
	must_be_read("0 2", 0, 2, "");
	must_be_read("0 2 ", 0, 2, "");
	must_be_read("1 1  two", 1, 1, " two");
	must_be_read("18446744073709551615 007 x", UINT64_MAX, 7, "x");
}

static void
what_is_no_answer_is_told(void **state)
{
	static const char *const lines[] = {
		"",
		" ",
		"17",
		"17 ",
		"17 x",
		"17 0x",
		"17  0",
		" 17 0",
		"-1 0",
		"+1 0",
		"17 -1",
		"17 256 x",
		"17 99999999999999999999 x",
		"18446744073709551616 0 x",
		"99999999999999999999999 0",
		"\xff\xfe 0",
	};
	struct worker_answer answer;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_false(worker_line_parse(lines[i], strlen(lines[i]), &answer));
	/* It does not look beyond its end. */
	assert_false(worker_line_parse("17 0", 3, &answer));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_is_its_fields_with_tabs_between),
		cmocka_unit_test(the_greatest_numbers_have_room),
		cmocka_unit_test(an_answer_is_a_number_a_status_and_the_rest),
		cmocka_unit_test(what_is_no_answer_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
