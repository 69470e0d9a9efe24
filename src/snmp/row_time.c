/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ages are counted by the clock that no one sets.
 */
#include "row_time.h"

#include "value.h"

bool
row_time_is_stale(const struct wire_row *row, struct boottime now)
{
	if (row->admin_state == CHECK_ADMIN_STATE_DISABLED)
		return false;
	return row->is_stale ||
	       (now.ms > row->fresh_since_boot_ms &&
		       (uint64_t)(now.ms - row->fresh_since_boot_ms) >= row->fresh_ms);
}

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
