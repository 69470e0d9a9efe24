/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * No strtol: it takes blanks, signs, 0x and what follows.
 */
#include "quantity.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DIGITS_MAX 18 /* what an int64_t surely takes */

const struct quantity_unit quantity_durations[] = {
	{"d", INT64_C(24) * 60 * 60 * 1000},
	{"h", INT64_C(60) * 60 * 1000},
	{"m", INT64_C(60) * 1000},
	{"s", 1000},
	{"ms", 1},
	{NULL, 0},
};

const struct quantity_unit quantity_sizes[] = {
	{"T", INT64_C(1) << 40},
	{"G", INT64_C(1) << 30},
	{"M", INT64_C(1) << 20},
	{"K", INT64_C(1) << 10},
	{"", 1},
	{NULL, 0},
};

const struct quantity_unit quantity_no_units[] = {
	{"", 1},
	{NULL, 0},
};

/* *cursor moves behind the digits. */
static int
parse_digits(const char **cursor, int64_t *ret_value)
{
	size_t len = strspn(*cursor, "0123456789");
	int64_t value = 0;

	if (len == 0 || len > DIGITS_MAX || (len > 1 && **cursor == '0'))
		return -EINVAL;
	for (size_t i = 0; i < len; i++)
		value = value * 10 + ((*cursor)[i] - '0');
	*cursor += len;
	*ret_value = value;
	return 0;
}

int
quantity_parse(const char *text, const struct quantity_unit *units, int64_t *ret_value)
{
	int64_t value;

	if (parse_digits(&text, &value) < 0)
		return -EINVAL;
	for (const struct quantity_unit *unit = units; unit->name != NULL; unit++) {
		if (strcmp(unit->name, text) == 0)
			return __builtin_mul_overflow(value, unit->factor, ret_value) ? -EINVAL
										      : 0;
	}
	return -EINVAL;
}

void
quantity_format(
	int64_t value, const struct quantity_unit *units, char buf[static QUANTITY_SIZE])
{
	const struct quantity_unit *unit = units;

	while (unit->factor > 1 && (value < unit->factor || value % unit->factor != 0))
		unit++;
	snprintf(buf, QUANTITY_SIZE, "%" PRId64 "%s", value / unit->factor, unit->name);
}
