/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a maintenance is open. A window that comes again is a rule by which days have it, and
 * its occurrences are computed where they are needed: each is civil time, which is turned
 * into a moment by what the zone's offset is around it. maintenance_parse.c reads windows.
 */
#include "maintenance.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "definition.h"
#include "maintenance_parse.h"
#include "util.h"

#define DAY_S 86400

/* The longest time between two occurrences: two months of 31 days, and what is around. */
#define SCAN_DAYS 70

/* So many windows that touch are looked through for the end of them all. */
#define STEPS_MAX 16

/* From begin until before end. */
struct span {
	time_t begin;
	time_t end;
};

static int
parse_windows(char *const *when, struct maintenance *maintenance, size_t *ret_index,
	const char **ret_error)
{
	for (size_t i = 0; when[i] != NULL; i++) {
		const char *error =
			i == MAINTENANCE_WINDOWS_MAX
				? "must be one of at most 100 windows"
				: maintenance_parse_window(when[i], &maintenance->windows[i]);

		if (error != NULL) {
			*ret_index = i;
			*ret_error = error;
			return -EINVAL;
		}
		maintenance->window_count++;
	}
	return 0;
}

static void
maintenance_unrefp(struct maintenance **maintenance)
{
	maintenance_unref(*maintenance);
}

int
maintenance_new(char *const *when, char *const *selectors, const char *reason,
	struct maintenance **ret_maintenance, size_t *ret_index, const char **ret_error)
{
	CLEANUP(maintenance_unrefp)
	struct maintenance *maintenance = xcalloc(1, sizeof(*maintenance));

	static_assert(MAINTENANCE_WINDOWS_MAX == 100, "parse_windows says so");
	atomic_init(&maintenance->reference_count, 1);
	maintenance->when = strv_copy(when);
	maintenance->selectors = strv_copy(selectors);
	maintenance->reason = xstrdup(reason);
	maintenance->windows = xcalloc(strv_count(when), sizeof(*maintenance->windows));
	if (parse_windows(when, maintenance, ret_index, ret_error) < 0)
		return -EINVAL;
	*ret_maintenance = STEAL(maintenance);
	return 0;
}

struct maintenance *
maintenance_ref(struct maintenance *maintenance)
{
	atomic_fetch_add_explicit(&maintenance->reference_count, 1, memory_order_relaxed);
	return maintenance;
}

void
maintenance_unref(struct maintenance *maintenance)
{
	if (maintenance == NULL)
		return;
	unsigned before = atomic_fetch_sub_explicit(
		&maintenance->reference_count, 1, memory_order_acq_rel);
	assert(before > 0);
	if (before > 1)
		return;
	strv_free(maintenance->when);
	strv_free(maintenance->selectors);
	free(maintenance->reason);
	free(maintenance->windows);
	free(maintenance);
}

bool
maintenance_equal(const struct maintenance *a, const struct maintenance *b)
{
	return a == b ||
	       (strv_equal(a->when, b->when) && strv_equal(a->selectors, b->selectors) &&
		       strcmp(a->reason, b->reason) == 0);
}

/* How far local time is ahead of UTC at a moment. */
static time_t
offset_at(time_t moment)
{
	struct tm local;

	return localtime_r(&moment, &local) != NULL ? local.tm_gmtoff : 0;
}

/* The moment at which the offset ceases to be what it is at the beginning of a span. */
static time_t
find_change(struct span span)
{
	time_t offset = offset_at(span.begin);

	while (span.end - span.begin > 1) {
		time_t middle = span.begin + (span.end - span.begin) / 2;

		if (offset_at(middle) == offset)
			span.begin = middle;
		else
			span.end = middle;
	}
	return span.end;
}

/*
 * The moments at which clocks show a civil time, given as if it were UTC: the first and the
 * last of them. One that is skipped is the moment of the change.
 */
static struct span
moments_of(time_t civil)
{
	const struct span around = {civil - DAY_S, civil + DAY_S};
	time_t before = offset_at(around.begin);
	time_t after = offset_at(around.end);
	bool is_before = offset_at(civil - before) == before;
	bool is_after = offset_at(civil - after) == after;

	if (!is_before && !is_after) {
		time_t change = find_change(around);

		return (struct span){change, change};
	}
	return (struct span){
		.begin = civil - (is_before ? before : after),
		.end = civil - (is_after ? after : before),
	};
}

/* The occurrence that begins on a day, in days since 1970. */
static struct span
occurrence_on(const struct maintenance_window *window, time_t day)
{
	bool is_over_midnight = window->end_s <= window->begin_s;
	time_t last_day = is_over_midnight ? day + 1 : day;

	return (struct span){
		.begin = moments_of(day * DAY_S + window->begin_s).begin,
		.end = moments_of(last_day * DAY_S + window->end_s).end,
	};
}

static int
days_of_month(const struct tm *date)
{
	struct tm last = {.tm_year = date->tm_year, .tm_mon = date->tm_mon + 1, .tm_mday = 0};

	timegm(&last);
	return last.tm_mday;
}

static bool
is_on(const struct maintenance_window *window, time_t day)
{
	time_t midnight = day * DAY_S;
	int month_day = window->month_day;
	struct tm date;

	if (gmtime_r(&midnight, &date) == NULL)
		return false;
	if (month_day < 0)
		month_day += days_of_month(&date) + 1;
	return month_day != 0 ? date.tm_mday == month_day
			      : (window->week_days >> date.tm_wday & 1) != 0;
}

/* Rounds down, before 1970 too. */
static time_t
day_of(time_t civil)
{
	return civil / DAY_S - (civil % DAY_S < 0);
}

/* The first occurrence that ends after a moment; false if there is none. */
static bool
find_occurrence(const struct maintenance_window *window, time_t moment, struct span *ret_span)
{
	if (window->is_once) {
		ret_span->begin = moments_of(window->begin_s).begin;
		ret_span->end = moments_of(window->end_s).end;
		return ret_span->begin < ret_span->end && ret_span->end > moment;
	}
	/* One that began the day before yesterday can last, by a change of time, till now. */
	time_t today = day_of(moment + offset_at(moment));
	for (time_t day = today - 2; day < today + SCAN_DAYS; day++) {
		if (!is_on(window, day))
			continue;
		*ret_span = occurrence_on(window, day);
		/* What is all in a skipped hour does not take place. */
		if (ret_span->begin < ret_span->end && ret_span->end > moment)
			return true;
	}
	return false;
}

/* Whether a window is open, and until when one surely is, or none. */
static bool
look(const struct maintenance *maintenance, time_t moment, time_t *ret_until)
{
	bool is_open = false;
	time_t until = 0;

	for (size_t i = 0; i < maintenance->window_count; i++) {
		struct span span;

		if (!find_occurrence(&maintenance->windows[i], moment, &span))
			continue;
		if (span.begin <= moment) {
			until = is_open && until > span.end ? until : span.end;
			is_open = true;
		} else if (!is_open && (until == 0 || span.begin < until)) {
			until = span.begin;
		}
	}
	*ret_until = until;
	return is_open;
}

bool
maintenance_is_open(const struct maintenance *maintenance, time_t now, time_t *ret_change)
{
	time_t change;
	time_t later;
	bool is_open = look(maintenance, now, &change);

	for (unsigned i = 0; is_open && i < STEPS_MAX && look(maintenance, change, &later); i++)
		change = later;
	*ret_change = change;
	return is_open;
}
