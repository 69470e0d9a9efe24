/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ring of histograms with linear buckets up to 64 ms and 32 to each power of two above.
 */
#include "lateness.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#define LINEAR_BITS 6 /* values below 2^6 have a bucket each */
#define SUB_BITS    5 /* above, 2^5 buckets to each power of two */

static_assert(LATENESS_BUCKETS == (1 << LINEAR_BITS) + ((32 - LINEAR_BITS) << SUB_BITS),
	"a bucket for each uint32_t");

static unsigned
bucket_of(uint32_t ms)
{
	if (ms < 1u << LINEAR_BITS)
		return ms;

	unsigned power = 31 - (unsigned)__builtin_clz(ms);
	unsigned sub = (ms >> (power - SUB_BITS)) & ((1u << SUB_BITS) - 1);

	return (1u << LINEAR_BITS) + ((power - LINEAR_BITS) << SUB_BITS) + sub;
}

/* The greatest value that falls into a bucket. */
static uint32_t
bucket_top(unsigned bucket)
{
	if (bucket < 1u << LINEAR_BITS)
		return bucket;

	unsigned above = bucket - (1u << LINEAR_BITS);
	unsigned power = LINEAR_BITS + (above >> SUB_BITS);
	uint64_t sub = above & ((1u << SUB_BITS) - 1);
	uint64_t width = UINT64_C(1) << (power - SUB_BITS);

	return (uint32_t)((UINT64_C(1) << power) + (sub + 1) * width - 1);
}

void
lateness_add(struct lateness *lateness, struct monotime now, uint32_t late_ms)
{
	int64_t period = now.ns / LATENESS_SLOT_NS;
	struct lateness_slot *slot = &lateness->slots[period % LATENESS_SLOTS];

	if (slot->period != period) {
		memset(slot, 0, sizeof(*slot));
		slot->period = period;
	}
	slot->counts[bucket_of(late_ms)]++;
	slot->total++;
	if (late_ms > slot->max_ms)
		slot->max_ms = late_ms;
	lateness->last_ms = late_ms;
}

static bool
is_recent(const struct lateness_slot *slot, struct monotime now)
{
	int64_t period = now.ns / LATENESS_SLOT_NS;

	return slot->total > 0 && slot->period > period - LATENESS_SLOTS;
}

struct lateness_figures
lateness_read(const struct lateness *lateness, struct monotime now)
{
	struct lateness_figures figures = {.last_ms = lateness->last_ms};
	uint64_t counts[LATENESS_BUCKETS] = {0};
	uint64_t total = 0, seen = 0;

	for (unsigned i = 0; i < LATENESS_SLOTS; i++) {
		const struct lateness_slot *slot = &lateness->slots[i];

		if (!is_recent(slot, now))
			continue;
		for (unsigned bucket = 0; bucket < LATENESS_BUCKETS; bucket++)
			counts[bucket] += slot->counts[bucket];
		total += slot->total;
		if (slot->max_ms > figures.max_ms)
			figures.max_ms = slot->max_ms;
	}
	for (unsigned bucket = 0; bucket < LATENESS_BUCKETS && total > 0; bucket++) {
		seen += counts[bucket];
		if (seen * 100 >= total * 99) {
			figures.p99_ms = bucket_top(bucket);
			break;
		}
	}
	if (figures.p99_ms > figures.max_ms)
		figures.p99_ms = figures.max_ms;
	if (total == 0)
		figures.last_ms = 0;
	return figures;
}
