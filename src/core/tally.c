/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A count for each state.
 */
#include "tally.h"

static size_t
is_counted(const struct wire_row *row)
{
	return row->admin_state != CHECK_ADMIN_STATE_DISABLED;
}

void
tally_add(struct tally *tally, const struct wire_row *row)
{
	tally->states[row->state] += is_counted(row);
}

void
tally_remove(struct tally *tally, const struct wire_row *row)
{
	tally->states[row->state] -= is_counted(row);
}

size_t
tally_size(const struct tally *tally)
{
	size_t size = 0;

	for (unsigned state = CHECK_STATE_PENDING; state <= CHECK_STATE_CRITICAL; state++)
		size += tally->states[state];
	return size;
}

enum check_state
tally_worst_state(const struct tally *tally)
{
	for (unsigned state = CHECK_STATE_CRITICAL; state > CHECK_STATE_PENDING; state--) {
		if (tally->states[state] > 0)
			return state;
	}
	return CHECK_STATE_PENDING;
}
