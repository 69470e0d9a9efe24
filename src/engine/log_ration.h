/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many lines somebody may have in the log: some at once, and then one a second, so that
 * a flood of them drowns nobody else's. What is left out is counted, and told.
 */
#ifndef ENGINE_LOG_RATION_H
#define ENGINE_LOG_RATION_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

#define LOG_RATION_BURST 20

/* All zero has not been used. */
struct log_ration {
	struct monotime full; /* when all of the burst may be used again */
	uint64_t left_out;
};

/*
 * Whether a line may be logged now. Then *ret_left_out are those since the last one that
 * was, else this one is counted as left out.
 */
bool log_ration_take(struct log_ration *ration, struct monotime now, uint64_t *ret_left_out);

#endif
