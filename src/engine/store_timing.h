/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How patient the store is. Its tests have less time.
 */
#ifndef ENGINE_STORE_TIMING_H
#define ENGINE_STORE_TIMING_H

#include <stdint.h>

#include "store.h"

struct store_timing {
	int64_t behind_ms;  /* a batch takes longer: it is behind */
	int64_t failed_ms;  /* and longer: it has failed */
	int64_t give_up_ms; /* a stop in failure takes no longer */
};

extern const struct store_timing store_timing_standard;

void store_set_timing(struct store *store, const struct store_timing *timing);

#endif
