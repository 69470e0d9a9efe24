/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "log_ration.h"

bool
log_ration_take(struct log_ration *ration, struct monotime now, uint64_t *ret_left_out)
{
	int64_t full_ns = ration->full.ns > now.ns ? ration->full.ns : now.ns;

	if (full_ns - now.ns > (LOG_RATION_BURST - 1) * NS_PER_S) {
		ration->left_out++;
		return false;
	}
	ration->full.ns = full_ns + NS_PER_S;
	*ret_left_out = ration->left_out;
	ration->left_out = 0;
	return true;
}
