/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers with units, as checkd.yaml(5) and checkctl(1) have them: "500ms", "2h", "64K". They
 * are read strictly, so that nothing is guessed.
 */
#ifndef CORE_QUANTITY_H
#define CORE_QUANTITY_H

#include <stdint.h>

/* The longest number with its unit, with its NUL. */
#define QUANTITY_SIZE 32

struct quantity_unit {
	const char *name; /* NULL ends a list */
	int64_t factor;
};

/* In each list the largest comes first. */
extern const struct quantity_unit quantity_durations[]; /* of milliseconds */
extern const struct quantity_unit quantity_sizes[];     /* of octets */
extern const struct quantity_unit quantity_no_units[];

/* Reads decimal digits, without leading zeros, and a unit. Returns 0, or -EINVAL. */
int quantity_parse(const char *text, const struct quantity_unit *units, int64_t *ret_value);

/* Writes a number as it is read, in the largest unit that is exact. */
void quantity_format(
	int64_t value, const struct quantity_unit *units, char buf[static QUANTITY_SIZE]);

#endif
