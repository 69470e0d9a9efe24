/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ages are counted by the clock that no one sets.
 */
#include "row_time.h"

#include "value.h"

uint32_t
row_time_ran_age(const struct wire_row *row, struct boottime now)
{
	struct boottime then = {.ms = row->last_ran_boot_ms};

	return row->last_ran_epoch == 0 ? VALUE_AGE_NEVER : value_age(then, now);
}

uint32_t
row_time_change_age(const struct wire_row *row, struct boottime now)
{
	struct boottime then = {.ms = row->last_change_boot_ms};

	return row->last_change_epoch == 0 ? VALUE_AGE_NEVER : value_age(then, now);
}
