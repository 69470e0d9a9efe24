/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries of the journal, octet for octet, and when stderr is taken for the journal's.
 */
#include "journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "util.h"

static void
assert_encoded(const struct journal_entry *entry, const char *octets, size_t len)
{
	char buf[JOURNAL_ENTRY_MAX];

	assert_int_equal(journal_encode(entry, buf), len);
	assert_memory_equal(buf, octets, len);
}

static void
an_entry_has_message_priority_and_program(void **state)
{
	static const char octets[] = "MESSAGE=hello\nPRIORITY=4\nSYSLOG_FACILITY=3\n"
				     "SYSLOG_IDENTIFIER=checkd\n";
	const struct journal_entry entry = {LOG_LEVEL_WARNING, "checkd", "hello", NULL, 0};

	(void)state;
	assert_encoded(&entry, octets, sizeof(octets) - 1);
}

static void
fields_come_after_them(void **state)
{
	static const char octets[] = "MESSAGE=m\nPRIORITY=5\nSYSLOG_FACILITY=3\n"
				     "SYSLOG_IDENTIFIER=checkd\nCHECKD_CHECK=web\n"
				     "CHECKD_EVENT=7\n";
	static const struct log_field fields[] = {
		{"CHECKD_CHECK", "web"}, {"CHECKD_EVENT", "7"}};
	const struct journal_entry entry = {
		LOG_LEVEL_NOTICE, "checkd", "m", fields, ARRAY_LEN(fields)};

	(void)state;
	assert_encoded(&entry, octets, sizeof(octets) - 1);
}

static void
a_line_s_end_in_a_value_makes_no_field(void **state)
{
	static const char octets[] = "MESSAGE\n\x0c\0\0\0\0\0\0\0a\nPRIORITY=0\n"
				     "PRIORITY=6\nSYSLOG_FACILITY=3\n"
				     "SYSLOG_IDENTIFIER=checkd\n";
	const struct journal_entry entry = {LOG_LEVEL_INFO, "checkd", "a\nPRIORITY=0", NULL, 0};

	(void)state;
	assert_encoded(&entry, octets, sizeof(octets) - 1);
}

static void
a_field_without_room_is_left_out_and_the_next_is_not(void **state)
{
	char buf[JOURNAL_ENTRY_MAX], huge[JOURNAL_ENTRY_MAX];
	const struct log_field fields[] = {{"HUGE", huge}, {"SMALL", "1"}};
	const struct journal_entry entry = {
		LOG_LEVEL_NOTICE, "checkd", "m", fields, ARRAY_LEN(fields)};

	(void)state;
	memset(huge, 'x', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	size_t len = journal_encode(&entry, buf);

	assert_in_range(len, 8, 100);
	assert_memory_equal(buf + len - 8, "SMALL=1\n", 8);
}

static void
stderr_is_the_journal_s_where_the_environment_names_it(void **state)
{
	CLEANUP_FREE char *own = NULL;
	struct stat status;

	(void)state;
	unsetenv("JOURNAL_STREAM");
	assert_false(journal_has_stderr());
	fstat(STDERR_FILENO, &status);
	own = xasprintf("%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
	setenv("JOURNAL_STREAM", own, 1);
	assert_true(journal_has_stderr());
	/* As where somebody has redirected it since. */
	setenv("JOURNAL_STREAM", "1:1", 1);
	assert_false(journal_has_stderr());
	unsetenv("JOURNAL_STREAM");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_has_message_priority_and_program),
		cmocka_unit_test(fields_come_after_them),
		cmocka_unit_test(a_line_s_end_in_a_value_makes_no_field),
		cmocka_unit_test(a_field_without_room_is_left_out_and_the_next_is_not),
		cmocka_unit_test(stderr_is_the_journal_s_where_the_environment_names_it),
	};

	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
