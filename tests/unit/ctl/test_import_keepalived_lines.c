/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What keepalived reads of a file: the lines that are left when comments, conditions,
 * parameters, sequences and includes have been dealt with.
 */
#include "import_keepalived_lines.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "util.h"

struct bench {
	char folder[32];
	char *path; /* of the file, in the folder */
	struct import_report report;
	char *lines; /* what was read: a line each */
	size_t len;
	FILE *stream;
};

static int
setup(void **state)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));

	strcpy(bench->folder, "/tmp/checkd-lines-XXXXXX");
	assert_non_null(mkdtemp(bench->folder));
	bench->path = xasprintf("%s/a.conf", bench->folder);
	import_report_init(&bench->report, stderr);
	*state = bench;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *bench = *state;
	CLEANUP_FREE char *other = xasprintf("%s/b.conf", bench->folder);

	unlink(bench->path);
	unlink(other);
	rmdir(bench->folder);
	import_report_deinit(&bench->report);
	free(bench->path);
	free(bench);
	return 0;
}

static void
on_line(void *context, struct import_place place, const char *line)
{
	struct bench *bench = context;

	fprintf(bench->stream, "%u: %s\n", place.line, line);
}

static void
write_file(const char *path, const char *text, size_t len)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

/* Reads the text as host "me" and compares what is left, and how many problems there were. */
static void
expect_read(struct bench *bench, const char *text, size_t problem_count, const char *wanted)
{
	struct import_files files;

	write_file(bench->path, text, strlen(text));
	import_files_init(&files, &bench->report);
	bench->stream = open_memstream(&bench->lines, &bench->len);
	keepalived_lines_read(&files, bench->path, "me", on_line, bench);
	fclose(bench->stream);
	CLEANUP_FREE char *lines = bench->lines;

	assert_string_equal(lines, wanted);
	assert_int_equal(bench->report.problem_count, problem_count);
	bench->report.problem_count = 0;
	import_files_deinit(&files);
}

static void
comments_and_blanks_go(void **state)
{
	expect_read(*state, "! all\n# all\n\n  a  b \t# c\n d!e\n", 0, "4: a  b\n5: d\n");
	expect_read(*state, "a \"b # c ! d\" # e", 0, "1: a \"b # c ! d\"\n");
	expect_read(*state, "a \\# b \\! c # d", 0, "1: a # b ! c\n");
	expect_read(*state, "a\r\nb", 0, "1: a\n2: b\n");
}

static void
braces_stand_alone(void **state)
{
	expect_read(
		*state, "a { b c { d } }", 0, "1: a\n1: {\n1: b c\n1: {\n1: d\n1: }\n1: }\n");
	expect_read(*state, "a \"{b}\" {c}", 0, "1: a \"{b}\"\n1: {\n1: c\n1: }\n");
	expect_read(*state, "a '{b}'", 0, "1: a '\n1: {\n1: b\n1: }\n1: '\n");
}

static void
lines_for_other_hosts_go(void **state)
{
	expect_read(*state, "@me a\n@you b\n@^me c\n@^you d\n@me\n", 0, "1: a\n4: d\n");
}

static void
parameters_are_replaced_where_a_word_ends(void **state)
{
	expect_read(*state, "$A=x\n$A $A,b $Ab ${A}b \"$A\" $B \"${B}\"\n", 0,
		"2: x x,b $Ab xb \"$A\" $B \"${B}\"\n");
	expect_read(*state, "$A=1\n$B=<${A}>\n$A=2\n$B\n", 0, "4: <2>\n");
	expect_read(*state, "$A=\na${A}b\n", 0, "2: ab\n");
	expect_read(*state, "@you $A=1\n@me $A=2\n$A\n", 0, "3: 2\n");
	expect_read(*state, "$1=a\n$1\n", 0, "1: $1=a\n2: $1\n");
}

static void
a_parameter_may_have_many_lines(void **state)
{
	expect_read(*state, "$A= \\\n b { \\\n  c ${N} \\\n }\n$N=1\n$A\n$N=2\nx $A\n", 0,
		"6: b\n6: {\n6: c 1\n6: }\n8: x b\n8: {\n8: c 2\n8: }\n");
	expect_read(*state, "$A=a \\\nb\n$B=$A \\\nc\n$B\n", 0, "5: a\n5: b\n5: c\n");
}

static void
an_empty_line_ends_a_parameter_and_a_comment_does_not(void **state)
{
	expect_read(*state, "$A=a \\\n # no \n b\n$A\n", 0, "4: a\n4: b\n");
	expect_read(*state, "$A=a \\\n\nb\n$A\n", 0, "3: b\n4: a\n");
}

static void
sequences_are_written_out(void **state)
{
	expect_read(*state, "~SEQ(N, 8, 2, 12) a $N", 0, "1: a 8\n1: a 10\n1: a 12\n");
	expect_read(*state, "~SEQ(N, 2) a $N\n~SEQ(M,-2) b $M", 0,
		"1: a 1\n1: a 2\n2: b -1\n2: b -2\n");
	expect_read(*state, "~SEQx(N,9,11) a $N", 0, "1: a 9\n1: a a\n1: a b\n");
	expect_read(
		*state, "~SEQ(A,1,2) ~LST(B,x,y) $A $B", 0, "1: 1 x\n1: 1 y\n1: 2 x\n1: 2 y\n");
	expect_read(*state, "~LST({A,B}, {1,2}, {3}) ${A}<${B}>", 0, "1: 1<2>\n1: 3<>\n");
}

static void
sequences_that_are_none_are_problems(void **state)
{
	expect_read(*state,
		"~SEQ(N, 1, 0, 5) a\n~SEQ(N) a\n~SEQ a\n~LST(N) a\n~LST({A},{1,2}) a", 5, "");
	expect_read(*state, "~SEQ(N, 1, 4000000000) a\n~SEQ(N, 1, 200000) a\nb", 2, "3: b\n");
}

static void
an_included_file_is_read_in_its_place(void **state)
{
	struct bench *bench = *state;
	CLEANUP_FREE char *other = xasprintf("%s/b.conf", bench->folder);

	write_file(other, "x\n$A=1\n", 7);
	expect_read(bench, "a\ninclude b.conf\n$A\nincluder [b].conf\nincludex b.conf\n", 0,
		"1: a\n1: x\n3: 1\n1: x\n5: includex b.conf\n");
}

static void
a_file_that_is_not_there_is_a_problem_and_a_pattern_is_none(void **state)
{
	expect_read(*state, "include none\ninclude none*\na\n", 1, "3: a\n");
}

static void
nothing_goes_on_for_ever(void **state)
{
	expect_read(*state, "include a.conf\nb\n", 1, "2: b\n");
	expect_read(*state, "$A=${A}\n$A\nb\n", 1, "");
	expect_read(*state, "$A=a${A}${A}\n$A\nb\n", 1, "");
	expect_read(*state, "$A=@you b \\\n$A\n$A\n", 1, "");
	expect_read(*state, "~SEQ(A,1,99999) ~SEQ(B,1,99999) ~SEQ(C,1,99999)\n", 1, "");
}

static void
what_is_no_text_is_a_problem(void **state)
{
	struct bench *bench = *state;
	struct import_files files;

	write_file(bench->path, "a\nb\0c\n", 6);
	import_files_init(&files, &bench->report);
	assert_int_equal(
		keepalived_lines_read(&files, bench->path, "me", on_line, bench), -EINVAL);
	assert_int_equal(
		keepalived_lines_read(&files, "/dev/zero", "me", on_line, bench), -EINVAL);
	assert_int_equal(
		keepalived_lines_read(&files, bench->folder, "me", on_line, bench), -EINVAL);
	assert_int_equal(bench->report.problem_count, 3);
	import_files_deinit(&files);
}

#define LINES_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LINES_TEST(comments_and_blanks_go),
		LINES_TEST(braces_stand_alone),
		LINES_TEST(lines_for_other_hosts_go),
		LINES_TEST(parameters_are_replaced_where_a_word_ends),
		LINES_TEST(a_parameter_may_have_many_lines),
		LINES_TEST(an_empty_line_ends_a_parameter_and_a_comment_does_not),
		LINES_TEST(sequences_are_written_out),
		LINES_TEST(sequences_that_are_none_are_problems),
		LINES_TEST(an_included_file_is_read_in_its_place),
		LINES_TEST(a_file_that_is_not_there_is_a_problem_and_a_pattern_is_none),
		LINES_TEST(nothing_goes_on_for_ever),
		LINES_TEST(what_is_no_text_is_a_problem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
