/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Times as people read them.
 */
#ifndef CTL_AGE_H
#define CTL_AGE_H

#include <stdint.h>
#include <time.h>

#define AGE_SIZE 64

/* The age in seconds of what never was. */
#define AGE_NEVER (-1)

/* "42s", "17m", "5h", "12d": in the largest unit of which there are two; "never". */
void age_format(int64_t seconds, char buf[static AGE_SIZE]);

/* "2d 4h", "3m 20s": in two units. */
void age_format_long(int64_t seconds, char buf[static AGE_SIZE]);

/* "12 ms", "1.25 s", "2m 5s". */
void age_format_ms(int64_t ms, char buf[static AGE_SIZE]);

/* Local time: "13:45:48" of today, else with the date; "never" of 0. */
void age_format_time(time_t time, time_t now, char buf[static AGE_SIZE]);

#endif
