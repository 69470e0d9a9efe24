/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "aggregates.h"

#include <stdio.h>
#include <string.h>

#include "text.h"
#include "util.h"

/* So many members that are not ok are named. */
#define NAMED_MAX 5

/* Of an aggregate with more members none is named. */
#define SEARCHED_MAX 10000

void
aggregates_set(struct aggregates *aggregates, const struct links_order *order)
{
	aggregates_deinit(aggregates);
	aggregates->order = *order;
	aggregates->first_dirty = order->count;
	aggregates->dirty_count = 0;
}

void
aggregates_deinit(struct aggregates *aggregates)
{
	free(STEAL(aggregates->order.aggregates));
}

void
aggregates_touch(struct aggregates *aggregates, struct entry *aggregate)
{
	struct links *links = aggregate->links;

	if (links->is_dirty)
		return;
	links->is_dirty = true;
	aggregates->dirty_count++;
	if (links->rank < aggregates->first_dirty)
		aggregates->first_dirty = links->rank;
}

/* Those that wait for a run of a member are evaluated after it, whatever it came to. */
static void
touch_looking(struct aggregates *aggregates, const struct entry *member)
{
	for (size_t i = 0; i < member->links->aggregates.count; i++) {
		struct entry *aggregate = member->links->aggregates.entries[i];

		if (aggregate->look_since.ns != 0)
			aggregates_touch(aggregates, aggregate);
	}
}

void
aggregates_count(struct aggregates *aggregates, struct entry *member)
{
	bool is_enabled = entry_is_enabled(member);
	uint8_t state = is_enabled ? (uint8_t)member->job.check.state : 0;
	bool is_stale = is_enabled && member->job.check.is_stale;

	if (member->links == NULL)
		return;
	touch_looking(aggregates, member);
	if (state == member->counted_state && is_stale == member->is_counted_stale)
		return;
	for (size_t i = 0; i < member->links->aggregates.count; i++) {
		struct entry *aggregate = member->links->aggregates.entries[i];
		struct links *links = aggregate->links;

		if (member->counted_state != 0)
			links->counts.states[member->counted_state]--;
		if (state != 0)
			links->counts.states[state]++;
		links->stale_count += is_stale;
		links->stale_count -= member->is_counted_stale;
		aggregates_touch(aggregates, aggregate);
	}
	member->counted_state = state;
	member->is_counted_stale = is_stale;
}

/* Appends the names of members that are not ok, as many as there is room for. */
static void
name_members(const struct links *links, char *buf, size_t size)
{
	const struct links_list *members = &links->members;
	const char *separator = ": ";
	size_t named = 0;

	if (members->count > SEARCHED_MAX)
		return;
	for (size_t i = 0; i < members->count && named < NAMED_MAX; i++) {
		const struct entry *member = members->entries[i];
		size_t len = strlen(buf);

		if (member->counted_state <= CHECK_STATE_OK)
			continue;
		if (len + strlen(separator) + strlen(entry_name(member)) >= size)
			break;
		snprintf(buf + len, size - len, "%s%s", separator, entry_name(member));
		separator = ", ";
		named++;
	}
}

static void
evaluate(struct entry *entry, const struct instant *now,
	const struct aggregates_callbacks *callbacks, void *arg)
{
	const struct links *links = entry->links;
	enum aggregate_status status;
	char output[CHECK_OUTPUT_MAX + 1];

	if (!aggregate_evaluate(entry->job.definition->aggregate, &links->counts, &status))
		return;
	aggregate_describe(&links->counts, output, sizeof(output));
	name_members(links, output, sizeof(output));
	const struct check_result result = {
		.outcome = CHECK_OUTCOME_EXITED,
		.status = (int)status,
		.started = now->mono,
		.finished = *now,
		.output = output,
	};
	callbacks->result(arg, entry, &result);
}

void
aggregates_settle(struct aggregates *aggregates, const struct instant *now,
	const struct aggregates_callbacks *callbacks, void *arg)
{
	size_t rank = aggregates->first_dirty;

	for (; aggregates->dirty_count > 0; rank++) {
		struct entry *entry = aggregates->order.aggregates[rank];
		struct links *links = entry->links;

		if (!links->is_dirty)
			continue;
		links->is_dirty = false;
		aggregates->dirty_count--;
		if (!entry_is_enabled(entry))
			continue;
		if (entry->job.check.is_stale != (links->stale_count > 0))
			callbacks->stale(arg, entry, links->stale_count > 0);
		evaluate(entry, now, callbacks, arg);
	}
	aggregates->first_dirty = aggregates->order.count;
}
