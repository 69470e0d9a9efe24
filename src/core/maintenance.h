/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Planned maintenance: when checks run on and are not notified. A maintenance is open while
 * one of its windows is. Windows are written in the host's local time:
 *
 *     2026-12-24 18:00 - 2026-12-25 06:00     once
 *     02:00-04:00                             every day
 *     sat,sun 22:00-06:00                     on these days, over midnight into the next
 *     mon-fri 12:00-12:30
 *     day 1 03:00-05:00                       on the first of each month; day -1: its last
 *
 * A day of the month that a month has not got is none of it. An end may be 24:00; one that
 * is not behind the begin is on the next day.
 */
#ifndef CORE_MAINTENANCE_H
#define CORE_MAINTENANCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct maintenance_window;

/* An item of the configuration. Immutable once made, counted, thread-safe as that. */
struct maintenance {
	atomic_uint reference_count;
	char **when;                        /* as written, NULL-terminated */
	char **selectors;                   /* of the checks, as written, NULL-terminated */
	char *reason;                       /* a line for people; "" where there is none */
	struct maintenance_window *windows; /* one for each of `when` */
	size_t window_count;
};

/*
 * Makes one with one reference out of texts, which are copied. Returns 0; or -EINVAL with
 * the index of the text that is no window, and what is wrong with it, a static text.
 */
int maintenance_new(char *const *when, char *const *selectors, const char *reason,
	struct maintenance **ret_maintenance, size_t *ret_index, const char **ret_error);
struct maintenance *maintenance_ref(struct maintenance *maintenance);
void maintenance_unref(struct maintenance *maintenance); /* NULL is fine; thread-safe */

/* Whether two say the same. */
bool maintenance_equal(const struct maintenance *a, const struct maintenance *b);

/*
 * Whether it is open, and the first moment after now at which that is otherwise; 0: it stays
 * closed for ever. Where windows touch each other again and again, it may be earlier: then it
 * is open at that moment still, and asking again tells more.
 *
 * Local time as of tzset(). A time that the change to summer time skips is the moment of the
 * change; of a time that the change back repeats a window begins at the first and ends at the
 * second.
 */
bool maintenance_is_open(const struct maintenance *maintenance, time_t now, time_t *ret_change);

#endif
