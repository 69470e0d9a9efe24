/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "age.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "util.h"

#define MS_PER_S      1000
#define MS_IN_FULL    1000  /* what is less is told in milliseconds */
#define MS_FRACTIONAL 60000 /* what is less is told in fractions of a second */

static const struct {
	int64_t seconds;
	const char *name;
} units[] = {
	{INT64_C(24) * 60 * 60, "d"},
	{INT64_C(60) * 60, "h"},
	{60, "m"},
	{1, "s"},
};

/* The largest unit of which there are so many; the smallest where there is none. */
static size_t
find_unit(int64_t seconds, int64_t count)
{
	size_t unit = 0;

	while (unit < ARRAY_LEN(units) - 1 && seconds < count * units[unit].seconds)
		unit++;
	return unit;
}

void
age_format(int64_t seconds, char buf[static AGE_SIZE])
{
	size_t unit = find_unit(seconds, 2);

	if (seconds < 0)
		strcpy(buf, "never");
	else
		snprintf(buf, AGE_SIZE, "%" PRId64 "%s", seconds / units[unit].seconds,
			units[unit].name);
}

void
age_format_long(int64_t seconds, char buf[static AGE_SIZE])
{
	size_t unit = find_unit(seconds, 1);

	if (seconds < 0) {
		strcpy(buf, "never");
		return;
	}
	int64_t rest = seconds % units[unit].seconds;
	int len = snprintf(buf, AGE_SIZE, "%" PRId64 "%s", seconds / units[unit].seconds,
		units[unit].name);

	if (unit < ARRAY_LEN(units) - 1 && rest >= units[unit + 1].seconds)
		snprintf(buf + len, AGE_SIZE - (size_t)len, " %" PRId64 "%s",
			rest / units[unit + 1].seconds, units[unit + 1].name);
}

void
age_format_ms(int64_t ms, char buf[static AGE_SIZE])
{
	if (ms < MS_IN_FULL)
		snprintf(buf, AGE_SIZE, "%" PRId64 " ms", ms);
	else if (ms < MS_FRACTIONAL)
		snprintf(buf, AGE_SIZE, "%.4g s", (double)ms / MS_PER_S);
	else
		age_format_long(ms / MS_PER_S, buf);
}

void
age_format_time(time_t time, time_t now, char buf[static AGE_SIZE])
{
	struct tm then, today;

	if (time == 0) {
		strcpy(buf, "never");
		return;
	}
	localtime_r(&time, &then);
	localtime_r(&now, &today);
	bool is_today = then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;

	strftime(buf, AGE_SIZE, is_today ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &then);
}
