/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of aggregates, in a logic of three values: met, not met, and not known as long
 * as members that have not run yet could still turn it.
 */
#include "aggregate.h"

#include <stdio.h>
#include <stdlib.h>

#include "definition.h"
#include "util.h"

void
aggregate_free(struct aggregate *aggregate)
{
	if (aggregate == NULL)
		return;
	strv_free(aggregate->selectors);
	strv_free(aggregate->members);
	free(aggregate);
}

bool
aggregate_equal(const struct aggregate *a, const struct aggregate *b)
{
	return a->rule == b->rule && a->at_least == b->at_least &&
	       strv_equal(a->selectors, b->selectors) && strv_equal(a->members, b->members);
}

/* All that are counted but those that have said nothing yet. */
static size_t
count_known(const struct aggregate_counts *counts)
{
	size_t count = 0;

	for (enum check_state state = CHECK_STATE_OK; state <= CHECK_STATE_CRITICAL; state++)
		count += counts->states[state];
	return count;
}

static bool
decide(bool is_met, enum aggregate_status *ret_status)
{
	*ret_status = is_met ? AGGREGATE_STATUS_OK : AGGREGATE_STATUS_CRITICAL;
	return true;
}

static bool
evaluate_all(const struct aggregate_counts *counts, enum aggregate_status *ret_status)
{
	bool is_met = count_known(counts) == counts->states[CHECK_STATE_OK];

	if (is_met && counts->states[CHECK_STATE_PENDING] > 0)
		return false;
	return decide(is_met, ret_status);
}

static bool
evaluate_at_least(size_t at_least, const struct aggregate_counts *counts,
	enum aggregate_status *ret_status)
{
	size_t ok = counts->states[CHECK_STATE_OK];

	if (ok < at_least && ok + counts->states[CHECK_STATE_PENDING] >= at_least)
		return false;
	return decide(ok >= at_least, ret_status);
}

static bool
evaluate_worst(const struct aggregate_counts *counts, enum aggregate_status *ret_status)
{
	static const enum aggregate_status statuses[] = {
		[CHECK_STATE_OK] = AGGREGATE_STATUS_OK,
		[CHECK_STATE_WARNING] = AGGREGATE_STATUS_WARNING,
		[CHECK_STATE_UNKNOWN] = AGGREGATE_STATUS_UNKNOWN,
		[CHECK_STATE_CRITICAL] = AGGREGATE_STATUS_CRITICAL,
	};
	enum check_state worst = CHECK_STATE_CRITICAL;

	if (count_known(counts) == 0)
		return false;
	while (counts->states[worst] == 0)
		worst--;
	*ret_status = statuses[worst];
	return true;
}

bool
aggregate_evaluate(const struct aggregate *aggregate, const struct aggregate_counts *counts,
	enum aggregate_status *ret_status)
{
	if (count_known(counts) + counts->states[CHECK_STATE_PENDING] == 0)
		return false;
	switch (aggregate->rule) {
	case AGGREGATE_RULE_ALL:
		return evaluate_all(counts, ret_status);
	case AGGREGATE_RULE_ANY:
		return evaluate_at_least(1, counts, ret_status);
	case AGGREGATE_RULE_AT_LEAST:
		return evaluate_at_least(aggregate->at_least, counts, ret_status);
	case AGGREGATE_RULE_WORST:
		return evaluate_worst(counts, ret_status);
	}
	return false;
}

void
aggregate_describe(const struct aggregate_counts *counts, char *buf, size_t size)
{
	/* What is not ok comes first, the worst last of it, then what is not known. */
	static const enum check_state others[] = {CHECK_STATE_WARNING, CHECK_STATE_UNKNOWN,
		CHECK_STATE_CRITICAL, CHECK_STATE_PENDING};
	size_t total = count_known(counts) + counts->states[CHECK_STATE_PENDING];
	int len = snprintf(buf, size, "%zu of %zu ok", counts->states[CHECK_STATE_OK], total);

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		size_t count = counts->states[others[i]];

		if (count > 0 && (size_t)len < size)
			len += snprintf(buf + len, size - (size_t)len, ", %zu %s", count,
				check_state_name(others[i]));
	}
}
