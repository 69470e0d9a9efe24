/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The numbers of performance data: decimal text in, one canonical text out, by digits
 * alone, so that no counter of 64 bits loses its last ones on the way through a double.
 */
#ifndef CORE_PERFDATA_NUMBER_H
#define CORE_PERFDATA_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/* The longest canonical number, in octets. */
#define PERFDATA_NUMBER_MAX 24

/*
 * Reads the number that text[0..len) begins with: digits with a sign, a point or an
 * exponent, any of which may be missing; no blanks, no comma, no infinity, nothing of more
 * than 307 decimal places either way. Returns how many octets it took, 0 for no number.
 *
 * Writes to buf[PERFDATA_NUMBER_MAX + 1] the same number without needless signs, zeros and
 * points: "0.72", "-5", "18446744073709551615"; as "1.5e-7" below 0.00001 and from 1e23
 * on. Digits that do not fit are cut off, never one of the first 17.
 */
size_t perfdata_number_read(const char *text, size_t len, char *buf);

/* Whether text[0..len) is a range, [@][START:][END], not both missing; START may be "~". */
bool perfdata_number_is_range(const char *text, size_t len);

#endif
