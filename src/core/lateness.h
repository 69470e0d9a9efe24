/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How late runs started in the last five minutes: the last, the 99th percentile and the
 * greatest lateness, in fixed memory. Exact to 64 ms, to one part in 32 above.
 */
#ifndef CORE_LATENESS_H
#define CORE_LATENESS_H

#include <stdint.h>

#include "clock.h"

#define LATENESS_SLOTS   10 /* of 30 s each */
#define LATENESS_SLOT_NS (30 * NS_PER_S)
#define LATENESS_BUCKETS (64 + 26 * 32)

struct lateness_slot {
	int64_t period; /* which 30 s since boot these are */
	uint32_t max_ms;
	uint32_t total;
	uint32_t counts[LATENESS_BUCKETS];
};

struct lateness {
	uint32_t last_ms;
	struct lateness_slot slots[LATENESS_SLOTS];
};

struct lateness_figures {
	uint32_t last_ms;
	uint32_t p99_ms;
	uint32_t max_ms;
};

/* A zeroed struct lateness is empty. */
void lateness_add(struct lateness *lateness, struct monotime now, uint32_t late_ms);

/* All zero where no run started in that time. */
struct lateness_figures lateness_read(const struct lateness *lateness, struct monotime now);

#endif
