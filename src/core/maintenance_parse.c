/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads windows strictly: what is no day and no time is told of, never mended.
 */
#include "maintenance_parse.h"

#include <string.h>

#include "util.h"

#define DIGITS   "0123456789"
#define BLANKS   " \t"
#define MINUTE_S 60
#define HOUR_S   3600
#define DAY_S    86400

#define WEEK     7
#define WEEK_ALL 0x7fU

#define WRONG_FORM                                                                             \
	"must be a window such as 02:00-04:00, sat,sun 22:00-06:00, day 1 03:00-05:00 or "     \
	"2026-12-24 18:00 - 2026-12-25 06:00"
#define WRONG_TIME      "must have times from 00:00 to 24:00"
#define WRONG_DATE      "must have dates that there are, from 1970-01-01 on"
#define WRONG_WEEK_DAY  "must have days of mon, tue, wed, thu, fri, sat and sun"
#define WRONG_MONTH_DAY "must have a day from 1 to 31, or from -1, the last, to -31"
#define WRONG_BEGIN     "must begin before 24:00"
#define WRONG_LENGTH    "must not end when it begins"
#define WRONG_ORDER     "must end after it begins"

static void
skip_blanks(const char **cursor)
{
	*cursor += strspn(*cursor, BLANKS);
}

/* Steps over a character, if it is the next one. */
static bool
take(const char **cursor, char wanted)
{
	if (**cursor != wanted)
		return false;
	(*cursor)++;
	return true;
}

/* Exactly so many digits. */
static bool
take_number(const char **cursor, size_t len, int *ret_number)
{
	int number = 0;

	if (strspn(*cursor, DIGITS) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		number = number * 10 + ((*cursor)[i] - '0');
	*cursor += len;
	*ret_number = number;
	return true;
}

static const char *
parse_time(const char **cursor, time_t *ret_s)
{
	int hour, minute;

	if (!take_number(cursor, 2, &hour) || !take(cursor, ':') ||
		!take_number(cursor, 2, &minute))
		return WRONG_FORM;
	if (hour > 24 || minute > 59 || (hour == 24 && minute > 0))
		return WRONG_TIME;
	*ret_s = hour * HOUR_S + minute * MINUTE_S;
	return NULL;
}

static const char *
parse_date(const char **cursor, time_t *ret_s)
{
	struct tm date = {.tm_isdst = 0};

	if (!take_number(cursor, 4, &date.tm_year) || !take(cursor, '-') ||
		!take_number(cursor, 2, &date.tm_mon) || !take(cursor, '-') ||
		!take_number(cursor, 2, &date.tm_mday))
		return WRONG_FORM;
	date.tm_year -= 1900;
	date.tm_mon -= 1;

	struct tm same = date;
	time_t seconds = timegm(&same);

	/* timegm makes March of the 30th of February. */
	if (seconds < 0 || same.tm_mon != date.tm_mon || same.tm_mday != date.tm_mday)
		return WRONG_DATE;
	*ret_s = seconds;
	return NULL;
}

/* "2026-12-24 18:00" */
static const char *
parse_moment(const char **cursor, time_t *ret_s)
{
	time_t date, time_of_day;
	const char *error = parse_date(cursor, &date);

	if (error != NULL)
		return error;
	skip_blanks(cursor);
	error = parse_time(cursor, &time_of_day);
	if (error == NULL)
		*ret_s = date + time_of_day;
	return error;
}

/* Both ends, each by the function, and nothing behind them. */
static const char *
parse_ends(const char *text, const char *(*parse)(const char **cursor, time_t *ret_s),
	struct maintenance_window *window)
{
	const char *error = parse(&text, &window->begin_s);

	if (error != NULL)
		return error;
	skip_blanks(&text);
	if (!take(&text, '-'))
		return WRONG_FORM;
	skip_blanks(&text);
	error = parse(&text, &window->end_s);
	if (error != NULL)
		return error;
	skip_blanks(&text);
	if (*text != '\0')
		return WRONG_FORM;
	return window->begin_s == window->end_s ? WRONG_LENGTH : NULL;
}

static const char *
parse_once(const char *text, struct maintenance_window *window)
{
	const char *error = parse_ends(text, parse_moment, window);

	window->is_once = true;
	if (error == NULL && window->end_s < window->begin_s)
		return WRONG_ORDER;
	return error;
}

static const char *
parse_times(const char *text, struct maintenance_window *window)
{
	const char *error = parse_ends(text, parse_time, window);

	if (error == NULL && window->begin_s == DAY_S)
		return WRONG_BEGIN;
	return error;
}

static bool
take_week_day(const char **cursor, unsigned *ret_day)
{
	static const char *const names[WEEK] = {
		"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

	for (unsigned day = 0; day < WEEK; day++) {
		if (strncmp(*cursor, names[day], 3) == 0) {
			*cursor += 3;
			*ret_day = day;
			return true;
		}
	}
	return false;
}

/* "mon-wed,fri"; a range may go over the end of the week. */
static const char *
parse_week_days(const char **cursor, unsigned *ret_days)
{
	unsigned days = 0;

	do {
		unsigned day, last;

		skip_blanks(cursor);
		if (!take_week_day(cursor, &day))
			return WRONG_WEEK_DAY;
		last = day;
		if (take(cursor, '-') && !take_week_day(cursor, &last))
			return WRONG_WEEK_DAY;
		for (; day != last; day = (day + 1) % WEEK)
			days |= 1U << day;
		days |= 1U << last;
	} while (take(cursor, ','));
	*ret_days = days;
	if (**cursor == '\0')
		return WRONG_FORM;
	return strspn(*cursor, BLANKS) > 0 ? NULL : WRONG_WEEK_DAY;
}

/* What is behind "day". */
static const char *
parse_month_day(const char **cursor, int *ret_day)
{
	skip_blanks(cursor);

	bool is_from_end = take(cursor, '-');
	int day;

	if (!take_number(cursor, 1, &day) && !take_number(cursor, 2, &day))
		return WRONG_MONTH_DAY;
	if (day < 1 || day > 31 || strspn(*cursor, BLANKS) == 0)
		return WRONG_MONTH_DAY;
	*ret_day = is_from_end ? -day : day;
	return NULL;
}

static const char *
parse_days(const char **cursor, struct maintenance_window *window)
{
	size_t len = strcspn(*cursor, BLANKS);

	if (len == 3 && strncmp(*cursor, "day", len) == 0) {
		*cursor += len;
		return parse_month_day(cursor, &window->month_day);
	}
	return parse_week_days(cursor, &window->week_days);
}

const char *
maintenance_parse_window(const char *text, struct maintenance_window *ret_window)
{
	struct maintenance_window window = {.week_days = WEEK_ALL};
	const char *error = NULL;

	skip_blanks(&text);

	size_t digits = strspn(text, DIGITS);

	if (digits == 4 && text[digits] == '-') {
		error = parse_once(text, &window);
	} else {
		if (*text >= 'a' && *text <= 'z')
			error = parse_days(&text, &window);
		skip_blanks(&text);
		if (error == NULL)
			error = parse_times(text, &window);
	}
	if (error == NULL)
		*ret_window = window;
	return error;
}
