/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Outputs of plugins, as those of Debian's monitoring-plugins-basic 2.3.3 print them and as
 * the guidelines allow them, and what is left of broken ones.
 */
#include "perfdata.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "util.h"

#define BAD       "\xef\xbf\xbd" /* U+FFFD, what an octet that is no UTF-8 becomes */
#define QUOTES_30 "''''''''''''''''''''''''''''''"
#define X_51      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X_255     X_51 X_51 X_51 X_51 X_51

struct example {
	const char *output;
	const char *text;
	const char
		*metrics; /* a line each: LABEL,VALUE,UNIT,WARNING,CRITICAL,MINIMUM,MAXIMUM */
};

/* The metrics as an example has them. */
static void
write_metrics(const struct perfdata *perfdata, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < perfdata->metric_count; i++) {
		const struct perfdata_metric *metric = &perfdata->metrics[i];

		len += (size_t)snprintf(buf + len, size - len, "%s,%s,%s,%s,%s,%s,%s\n",
			metric->label, metric->value, metric->unit, metric->warning,
			metric->critical, metric->minimum, metric->maximum);
		assert_true(len < size);
	}
}

/* Parses a copy whose end a sanitizer guards. */
static struct perfdata *
parse(const char *output, size_t len, bool is_cut)
{
	CLEANUP_FREE char *exact = xcalloc(len, 1);

	memcpy(exact, output, len);
	return perfdata_parse(exact, len, is_cut);
}

static void
expect(const char *output, const char *metrics, size_t skipped)
{
	CLEANUP_FREE struct perfdata *perfdata = parse(output, strlen(output), false);
	char buf[8192];

	write_metrics(perfdata, buf, sizeof(buf));
	assert_string_equal(buf, metrics);
	assert_int_equal(perfdata->skipped, skipped);
}

static void
expect_metrics(const char *output, const char *metrics)
{
	expect(output, metrics, 0);
}

static void
expect_skipped(const char *output)
{
	expect(output, "", 1);
}

static void
expect_text(const char *output, const char *text)
{
	CLEANUP_FREE struct perfdata *perfdata = parse(output, strlen(output), false);

	assert_string_equal(perfdata->text, text);
}

static void
what_real_plugins_print_is_understood(void **state)
{
	static const struct example examples[] = {
		{"LOAD OK - total load average: 0.72, 0.51, 0.44|load1=0.720;5.000;10.000;0; "
		 "load5=0.510;4.000;8.000;0; load15=0.440;3.000;6.000;0; \n",
			"LOAD OK - total load average: 0.72, 0.51, 0.44",
			"load1,0.72,,5.000,10.000,0,\n"
			"load5,0.51,,4.000,8.000,0,\n"
			"load15,0.44,,3.000,6.000,0,\n"},
		{"DISK OK - free space: / 81018MiB (82% inode=97%);| "
		 "/=17790140416B;243497277849;257024904396;0;270552530944\n",
			"DISK OK - free space: / 81018MiB (82% inode=97%);",
			"/,17790140416,B,243497277849,257024904396,0,270552530944\n"},
		{"DISK OK - free space: / 80948MiB (82% inode=97%); /dev/shm 24105MiB (100% "
		 "inode=99%);| /=17863540736B;243497277849;257024904396;0;270552530944 "
		 "/dev/shm=0B;22748332032;24012128256;0;25275924480\n",
			"DISK OK - free space: / 80948MiB (82% inode=97%); /dev/shm 24105MiB "
			"(100% inode=99%);",
			"/,17863540736,B,243497277849,257024904396,0,270552530944\n"
			"/dev/shm,0,B,22748332032,24012128256,0,25275924480\n"},
		{"PING OK - Packet loss = 0%, RTA = 0.52 ms|"
		 "rta=0.518000ms;100.000000;200.000000;0.000000 pl=0%;20;50;0;\n",
			"PING OK - Packet loss = 0%, RTA = 0.52 ms",
			"rta,0.518,ms,100.000000,200.000000,0,\n"
			"pl,0,%,20,50,0,\n"},
		{"PROCS OK: 76 processes | procs=76;1:500;1:1000;0;\n",
			"PROCS OK: 76 processes", "procs,76,,1:500,1:1000,0,\n"},
		{"CPU WARNING: 1 warn out of 104 processes | procs=104;;;0; "
		 "procs_warn=1;;;0; procs_crit=0;;;0;\n",
			"CPU WARNING: 1 warn out of 104 processes",
			"procs,104,,,,0,\n"
			"procs_warn,1,,,,0,\n"
			"procs_crit,0,,,,0,\n"},
		{"USERS OK - 0 users currently logged in |users=0;5;10;0\n",
			"USERS OK - 0 users currently logged in", "users,0,,5,10,0,\n"},
		{"SWAP CRITICAL - 0% free (0MB out of 0MB) - Swap is either disabled, not "
		 "present, or of zero size. |swap=0B;0;0;0;0\n",
			"SWAP CRITICAL - 0% free (0MB out of 0MB) - Swap is either disabled, "
			"not present, or of zero size.",
			"swap,0,B,0,0,0,0\n"},
		{"OK - 127.0.0.1: rta 0.013ms, lost 0% :: 127.0.0.2: rta 0.191ms, lost 0%|"
		 "127.0.0.1rta=0.013ms;200.000;500.000;0; 127.0.0.1pl=0%;40;80;; "
		 "127.0.0.2rtmax=0.935ms;;;; 127.0.0.2rtmin=0.005ms;;;; \n",
			"OK - 127.0.0.1: rta 0.013ms, lost 0% :: 127.0.0.2: rta 0.191ms, lost "
			"0%",
			"127.0.0.1rta,0.013,ms,200.000,500.000,0,\n"
			"127.0.0.1pl,0,%,40,80,,\n"
			"127.0.0.2rtmax,0.935,ms,,,,\n"
			"127.0.0.2rtmin,0.005,ms,,,,\n"},
		{"HTTP OK: HTTP/1.0 200 OK - 2658 bytes in 0.009 second response time "
		 "|time=0.008511s;;;0.000000;10.000000 size=2658B;;;0;\n",
			"HTTP OK: HTTP/1.0 200 OK - 2658 bytes in 0.009 second response time",
			"time,0.008511,s,,,0,10\n"
			"size,2658,B,,,0,\n"},
		{"APT CRITICAL: 125 packages available for upgrade (80 critical updates). "
		 "|available_upgrades=125;;;0 critical_updates=80;;;0\n",
			"APT CRITICAL: 125 packages available for upgrade (80 critical "
			"updates).",
			"available_upgrades,125,,,,0,\n"
			"critical_updates,80,,,,0,\n"},
		{"connect to address 127.0.0.1 and port 22: Connection refused\n",
			"connect to address 127.0.0.1 and port 22: Connection refused", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
		expect_text(examples[i].output, examples[i].text);
		expect_metrics(examples[i].output, examples[i].metrics);
	}
}

static void
long_text_behind_the_first_line_holds_no_metrics(void **state)
{
	(void)state;
	/* check_load -n */
	expect_metrics("LOAD OK - total load average: 3.04, 1.73, 1.00|load1=3.040;5;10;0; \n"
		       "STAT   UID   PID  PPID    VSZ   RSS %CPU     ELAPSED COMMAND\n"
		       "Rl       0  6693  6683 118604 39540  6.6       00:39 sh -c x=1\n",
		"load1,3.04,,5,10,0,\n");
}

static void
metrics_go_on_behind_the_bar_of_a_later_line_to_the_end(void **state)
{
	(void)state;
	expect_metrics("DISK OK - free space | /=2643MB;5948;5958;0;5968\n"
		       "/ 15272 MB (77%);\n"
		       "/home 69357 MB (27%);\n"
		       "/var/log 819 MB (84%); | /boot=68MB;88;93;0;98\n"
		       "/home=69357MB;253404;253409;0;253414 /tmp=1\n"
		       "\n"
		       "/var/log=818MB;970;975;0;980\n",
		"/,2643,MB,5948,5958,0,5968\n"
		"/boot,68,MB,88,93,0,98\n"
		"/home,69357,MB,253404,253409,0,253414\n"
		"/tmp,1,,,,,\n"
		"/var/log,818,MB,970,975,0,980\n");
	expect_metrics("OK\nlong text |\na=1\n", "a,1,,,,,\n");
}

static void
a_bar_on_each_of_the_later_lines_does_no_harm(void **state)
{
	(void)state;
	expect("OK|a=1\ndisk|b=2\nload|c=3\n",
		"a,1,,,,,\n"
		"b,2,,,,,\n"
		"c,3,,,,,\n",
		1);
}

static void
the_first_line_that_is_not_blank_counts_as_the_first(void **state)
{
	(void)state;
	expect_text("\n \n  OK|a=1\nlong\n", "OK");
	expect_metrics("\n \n  OK|a=1\nlong\n", "a,1,,,,,\n");
}

static void
the_text_ends_where_the_performance_data_begin(void **state)
{
	(void)state;
	expect_text("OK - fine | a=1", "OK - fine");
	expect_text("OK - fine|", "OK - fine");
	expect_text("|a=1", "");
	expect_text("OK a=1 | b=2 | c=3", "OK a=1");
	expect_text("", "");
}

static void
a_bar_that_begins_no_performance_data_stays_in_the_text(void **state)
{
	(void)state;
	expect_text("left | right", "left | right");
	expect_metrics("left | right\nname | size\na=1", "");
}

static void
the_text_is_clean_and_cut_at_the_edge_of_a_character(void **state)
{
	(void)state;
	expect_text("a\tb\xff | a=1", "a b" BAD);
	expect_text(X_255 "\xc3\xa9|a=1", X_255);
}

static void
missing_fields_and_trailing_semicolons_are_as_good_as_none(void **state)
{
	(void)state;
	expect_metrics("|a=1", "a,1,,,,,\n");
	expect_metrics("|a=1s;;;;", "a,1,s,,,,\n");
	expect_metrics("|a=1;;2;;3", "a,1,,,2,,3\n");
	expect_metrics("|a=1;2;3;4;5;", "a,1,,2,3,4,5\n");
	expect_metrics("|a=1;2;3;4;5;6;x;;", "a,1,,2,3,4,5\n");
}

static void
blanks_of_any_number_part_the_metrics(void **state)
{
	(void)state;
	expect_metrics("|   a=1 \t  b=2\r\n", "a,1,,,,,\nb,2,,,,,\n");
}

static void
a_label_in_quotes_may_hold_anything(void **state)
{
	(void)state;
	expect_metrics("|'C:\\ used %'=5% 'a=b'=6 'x|y'=7 ';'=8", "C:\\ used %,5,%,,,,\n"
								  "a=b,6,,,,,\n"
								  "x|y,7,,,,,\n"
								  ";,8,,,,,\n");
	expect_metrics("|'plain'=1 ' blanks  '=2", "plain,1,,,,,\nblanks,2,,,,,\n");
	expect_metrics("|'\xc3\xa9t\xc3\xa9'=1", "\xc3\xa9t\xc3\xa9,1,,,,,\n");
}

static void
doubled_quotes_in_a_label_stand_for_one(void **state)
{
	(void)state;
	expect_metrics("|'it''s'=1 ''''=2 '''a'''=3", "it's,1,,,,,\n"
						      "',2,,,,,\n"
						      "'a',3,,,,,\n");
}

static void
labels_without_quotes_may_hold_what_separates_nothing(void **state)
{
	(void)state;
	expect_metrics("|/var/log=1 sys::disk::/=2 \"q\"=3 -=4 U=5", "/var/log,1,,,,,\n"
								     "sys::disk::/,2,,,,,\n"
								     "\"q\",3,,,,,\n"
								     "-,4,,,,,\n"
								     "U,5,,,,,\n");
}

static void
units_are_any_text_that_is_no_number(void **state)
{
	static const char *const units[] = {"", "s", "us", "ms", "%", "B", "KB", "MB", "TB",
		"c", "KiB", "req/s", "\xc2\xb5s", "e", "E", "packets"};
	char output[32], metrics[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		snprintf(output, sizeof(output), "|a=1%s;2", units[i]);
		snprintf(metrics, sizeof(metrics), "a,1,%s,2,,,\n", units[i]);
		expect_metrics(output, metrics);
	}
}

static void
a_unit_beyond_its_bound_makes_no_metric(void **state)
{
	(void)state;
	expect_metrics("|a=1"
		       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		"a,1,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx,,,,\n");
	expect_skipped("|a=1"
		       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	expect_skipped("|a=1x\x01y");
	expect_skipped("|a=1\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"); /* 33 when clean */
}

static void
an_unknown_value_is_a_lone_u(void **state)
{
	(void)state;
	expect_metrics("|rta=U;;;; pl=U;20;50", "rta,U,,,,,\npl,U,,20,50,,\n");
	expect_skipped("|a=Up");
	expect_skipped("|a=u");
}

static void
numbers_may_have_signs_points_and_exponents(void **state)
{
	(void)state;
	expect_metrics("|a=-0.082044s;0.5;1 b=+5 c=.5 d=5. e=1.5E+03B f=1e-05;;;-1e3;2e3",
		"a,-0.082044,s,0.5,1,,\n"
		"b,5,,,,,\n"
		"c,0.5,,,,,\n"
		"d,5,,,,,\n"
		"e,1500,B,,,,\n"
		"f,0.00001,,,,-1000,2000\n");
}

static void
values_that_are_no_numbers_make_no_metrics(void **state)
{
	static const char *const outputs[] = {"|a=", "|a=;5", "|a=x", "|a=-", "|a=.", "|a=e5",
		"|a=1.2.3", "|a=0x10", "|a=nan", "|a=inf", "|a=1e400", "|a=--1", "|a=1:2",
		"|a=1-2"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(outputs); i++)
		expect_skipped(outputs[i]);
}

/* Plugins print them by their locale; checks run in C.UTF-8. A guess could be off by 10^n. */
static void
decimal_commas_make_no_metrics(void **state)
{
	(void)state;
	expect_skipped("|time=0,012888s;;;0,000000;10,000000");
	expect_skipped("|users_last_1_hour=20,");
	expect_metrics("|time=1s;0,5;;0,0;10", "time,1,s,,,,10\n");
}

static void
ranges_stay_as_they_were_given(void **state)
{
	static const char *const ranges[] = {"10", "10:", "~:10", "10:20", "@10:20", "@5",
		":10", "@~:-5", "-20:-10", "0.50:1e3"};
	char output[64], metrics[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		snprintf(output, sizeof(output), "|a=1;%s;%s", ranges[i], ranges[i]);
		snprintf(metrics, sizeof(metrics), "a,1,,%s,%s,,\n", ranges[i], ranges[i]);
		expect_metrics(output, metrics);
	}
}

static void
a_threshold_that_is_no_range_is_as_good_as_none(void **state)
{
	static const char *const others[] = {":", "@", "@:", "~", "~5:10", "10:20:30", "80%",
		"10,20", "5-10", "@@5", "U", "10 :", "'5'",
		"1.0000000000000000000000000:2.0000000000000000000000000"};
	char output[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		snprintf(output, sizeof(output), "|'a'=1;'%s';7", others[i]);
		expect_metrics(output, "a,1,,,7,,\n");
		if (strchr(others[i], ' ') != NULL)
			continue;
		snprintf(output, sizeof(output), "|a=1;%s;7", others[i]);
		expect_metrics(output, "a,1,,,7,,\n");
	}
}

static void
a_bad_minimum_or_maximum_is_as_good_as_none(void **state)
{
	(void)state;
	expect_metrics("|a=1;;;U;100% b=1;;;1:2;-", "a,1,,,,,\nb,1,,,,,\n");
}

static void
what_does_not_parse_is_skipped_up_to_the_next_blank(void **state)
{
	(void)state;
	expect("|a=1 junk b=2 =3 c= d=4", "a,1,,,,,\nb,2,,,,,\nd,4,,,,,\n", 3);
	expect("|used space=5 'x y'z=1 b=2", "space,5,,,,,\nb,2,,,,,\n", 2);
	expect("|''=1 ' '=2 a=3", "a,3,,,,,\n", 2);
	expect("|a = 1 b=2", "b,2,,,,,\n", 3);
}

static void
a_quote_that_nothing_closes_spoils_its_own_metric_only(void **state)
{
	(void)state;
	expect("|'a b=1 c=2\n", "b,1,,,,,\nc,2,,,,,\n", 1);
	expect("|b=1 'a", "b,1,,,,,\n", 1);
	expect("|b=1 'a'", "b,1,,,,,\n", 1);
	expect("|b=1 'a''", "b,1,,,,,\n", 1);
	expect("OK\n|a=1 'a\nb=1 c'=2 d=3\n", "a,1,,,,,\nb,1,,,,,\nd,3,,,,,\n", 2);
	expect("|don't=1 b=2", "b,2,,,,,\n", 1);
}

static void
of_two_metrics_with_one_label_the_first_counts(void **state)
{
	(void)state;
	expect("|a=1 'a'=2 A=3\n|a=4", "a,1,,,,,\nA,3,,,,,\n", 2);
}

static void
a_metric_at_the_end_of_an_output_that_was_cut_off_is_skipped(void **state)
{
	static const char output[] = "|a=1 b=12";
	CLEANUP_FREE struct perfdata *cut = parse(output, strlen(output), true);
	CLEANUP_FREE struct perfdata *after_blank = parse("|a=1 ", 5, true);

	(void)state;
	assert_int_equal(cut->metric_count, 1);
	assert_int_equal(cut->skipped, 1);
	assert_int_equal(after_blank->metric_count, 1);
	assert_int_equal(after_blank->skipped, 0);
}

static void
labels_are_clean_and_cut_at_the_edge_of_a_character(void **state)
{
	(void)state;
	expect_metrics("|'a\tb'=1 c\xff=2 \x01z\x7f=3", "a b,1,,,,,\n"
							"c" BAD ",2,,,,,\n"
							"z,3,,,,,\n");
	expect_metrics("|" X_255 "\xc3\xa9=1", X_255 ",1,,,,,\n");
	expect_metrics("|'" X_255 "''y'=1", X_255 ",1,,,,,\n");
	expect_metrics("|'" X_51 X_51 X_51 X_51 QUOTES_30 QUOTES_30 "y'=1",
		X_51 X_51 X_51 X_51 QUOTES_30 "y,1,,,,,\n");
}

static void
octets_of_zero_end_nothing(void **state)
{
	static const char output[] = "O\0K|a\0b=1 c=2";
	CLEANUP_FREE struct perfdata *perfdata = parse(output, sizeof(output) - 1, false);

	(void)state;
	assert_string_equal(perfdata->text, "O K");
	assert_int_equal(perfdata->metric_count, 2);
	assert_string_equal(perfdata->metrics[0].label, "a b");
}

static void
metrics_beyond_the_bound_are_skipped(void **state)
{
	char output[PERFDATA_METRICS_MAX * 10 + 10] = "|";
	size_t len = 1;

	(void)state;
	for (int i = 0; i < PERFDATA_METRICS_MAX + 3; i++)
		len += (size_t)snprintf(output + len, sizeof(output) - len, "m%d=%d ", i, i);

	CLEANUP_FREE struct perfdata *perfdata = parse(output, len, false);

	assert_int_equal(perfdata->metric_count, PERFDATA_METRICS_MAX);
	assert_int_equal(perfdata->skipped, 3);
	assert_string_equal(perfdata->metrics[PERFDATA_METRICS_MAX - 1].value, "63");
}

/* As much of everything as there may be, which must fit into the parser's room. */
static void
the_longest_metrics_that_there_may_be_are_kept(void **state)
{
	static const char number[] = "-1.2345678901234567890123";
	static const char range[] = "@-1.23456789012345678901:-1.23456789012345678901";
	size_t size = PERFDATA_METRICS_MAX * 600, len = 1;
	CLEANUP_FREE char *output = xcalloc(size, 1);

	(void)state;
	output[0] = '|';
	for (int i = 0; i < PERFDATA_METRICS_MAX; i++)
		len += (size_t)snprintf(output + len, size - len,
			"%02d%.253s=%s%.32s;%s;%s;%s;%s ", i, X_255, number, X_255, range,
			range, number, number);

	CLEANUP_FREE struct perfdata *perfdata = parse(output, len, false);
	const struct perfdata_metric *last = &perfdata->metrics[PERFDATA_METRICS_MAX - 1];

	assert_int_equal(perfdata->metric_count, PERFDATA_METRICS_MAX);
	assert_int_equal(strlen(last->label), PERFDATA_LABEL_MAX);
	assert_int_equal(strlen(last->unit), PERFDATA_UNIT_MAX);
	assert_string_equal(last->critical, range);
	assert_int_equal(strlen(last->maximum), PERFDATA_NUMBER_MAX);
}

static void
expect_formatted(const char *output, const char *formatted)
{
	CLEANUP_FREE struct perfdata *perfdata = parse(output, strlen(output), false);
	CLEANUP_FREE char *text = perfdata_format(perfdata);

	assert_string_equal(text, formatted);
}

static void
metrics_are_written_as_short_as_they_can_be(void **state)
{
	(void)state;
	expect_formatted("OK|a=1;;;; b=2.50s;;3;0; c=U", "a=1 b=2.5s;;3;0 c=U");
	expect_formatted("OK|'plain'=1 'a b'=2 'c=d'=3 'e|f'=4 'g''h'=5 ''''=6 ;=7",
		"plain=1 'a b'=2 'c=d'=3 'e|f'=4 'g''h'=5 ''''=6 ;=7");
	expect_formatted("OK|a=1;@5:10;~:7;-1;1e30", "a=1;@5:10;~:7;-1;1e30");
	expect_formatted("OK", "");
}

static void
metrics_that_were_written_are_read_again(void **state)
{
	static const char metrics[] =
		"a=1 'b c'=2.5s;;3;0 'it''s'=U \xc3\xa9=5\xc2\xb5s;1:2;@3;;9";
	CLEANUP_FREE struct perfdata *perfdata = perfdata_parse_metrics(metrics);
	char buf[256];

	(void)state;
	write_metrics(perfdata, buf, sizeof(buf));
	assert_string_equal(buf, "a,1,,,,,\n"
				 "b c,2.5,s,,3,0,\n"
				 "it's,U,,,,,\n"
				 "\xc3\xa9,5,\xc2\xb5s,1:2,@3,,9\n");
	assert_string_equal(perfdata->text, "");
	assert_int_equal(perfdata->skipped, 0);
}

static void
no_metrics_are_read_as_none(void **state)
{
	CLEANUP_FREE struct perfdata *none = perfdata_parse_metrics("");
	CLEANUP_FREE struct perfdata *junk = perfdata_parse_metrics("junk | =1 a=b");

	(void)state;
	assert_int_equal(none->metric_count, 0);
	assert_int_equal(none->skipped, 0);
	assert_int_equal(junk->metric_count, 0);
	assert_int_equal(junk->skipped, 3);
}

static void
metrics_beyond_the_bound_of_the_text_are_left_out_whole(void **state)
{
	char output[8192] = "|";
	size_t len = 1;

	(void)state;
	for (int i = 0; i < 20; i++)
		len += (size_t)snprintf(
			output + len, sizeof(output) - len, "%02d%.253s=1 ", i, X_255);

	CLEANUP_FREE struct perfdata *whole = parse(output, len, false);
	CLEANUP_FREE char *text = perfdata_format(whole);
	CLEANUP_FREE struct perfdata *kept = perfdata_parse_metrics(text);

	assert_int_equal(whole->metric_count, 20);
	assert_int_equal(kept->metric_count, 7); /* of 257 octets, and a space each */
	assert_int_equal(strlen(text), 7 * 257 + 6);
}

static void
labels_and_units_can_be_made_ascii(void **state)
{
	CLEANUP_FREE struct perfdata *perfdata =
		perfdata_parse_metrics("gr\xc3\xbcn=5\xc2\xb5s;1 b=2");
	char buf[64];

	(void)state;
	perfdata_to_ascii(perfdata);
	write_metrics(perfdata, buf, sizeof(buf));
	assert_string_equal(buf, "gr?n,5,?s,1,,,\nb,2,,,,,\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_real_plugins_print_is_understood),
		cmocka_unit_test(long_text_behind_the_first_line_holds_no_metrics),
		cmocka_unit_test(metrics_go_on_behind_the_bar_of_a_later_line_to_the_end),
		cmocka_unit_test(a_bar_on_each_of_the_later_lines_does_no_harm),
		cmocka_unit_test(the_first_line_that_is_not_blank_counts_as_the_first),
		cmocka_unit_test(the_text_ends_where_the_performance_data_begin),
		cmocka_unit_test(a_bar_that_begins_no_performance_data_stays_in_the_text),
		cmocka_unit_test(the_text_is_clean_and_cut_at_the_edge_of_a_character),
		cmocka_unit_test(missing_fields_and_trailing_semicolons_are_as_good_as_none),
		cmocka_unit_test(blanks_of_any_number_part_the_metrics),
		cmocka_unit_test(a_label_in_quotes_may_hold_anything),
		cmocka_unit_test(doubled_quotes_in_a_label_stand_for_one),
		cmocka_unit_test(labels_without_quotes_may_hold_what_separates_nothing),
		cmocka_unit_test(units_are_any_text_that_is_no_number),
		cmocka_unit_test(a_unit_beyond_its_bound_makes_no_metric),
		cmocka_unit_test(an_unknown_value_is_a_lone_u),
		cmocka_unit_test(numbers_may_have_signs_points_and_exponents),
		cmocka_unit_test(values_that_are_no_numbers_make_no_metrics),
		cmocka_unit_test(decimal_commas_make_no_metrics),
		cmocka_unit_test(ranges_stay_as_they_were_given),
		cmocka_unit_test(a_threshold_that_is_no_range_is_as_good_as_none),
		cmocka_unit_test(a_bad_minimum_or_maximum_is_as_good_as_none),
		cmocka_unit_test(what_does_not_parse_is_skipped_up_to_the_next_blank),
		cmocka_unit_test(a_quote_that_nothing_closes_spoils_its_own_metric_only),
		cmocka_unit_test(of_two_metrics_with_one_label_the_first_counts),
		cmocka_unit_test(a_metric_at_the_end_of_an_output_that_was_cut_off_is_skipped),
		cmocka_unit_test(labels_are_clean_and_cut_at_the_edge_of_a_character),
		cmocka_unit_test(octets_of_zero_end_nothing),
		cmocka_unit_test(metrics_beyond_the_bound_are_skipped),
		cmocka_unit_test(the_longest_metrics_that_there_may_be_are_kept),
		cmocka_unit_test(metrics_are_written_as_short_as_they_can_be),
		cmocka_unit_test(metrics_that_were_written_are_read_again),
		cmocka_unit_test(no_metrics_are_read_as_none),
		cmocka_unit_test(metrics_beyond_the_bound_of_the_text_are_left_out_whole),
		cmocka_unit_test(labels_and_units_can_be_made_ascii),
	};

	return cmocka_run_group_tests_name("perfdata", tests, NULL, NULL);
}
