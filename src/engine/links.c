/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "links.h"

#include <assert.h>
#include <string.h>

#include "calendar.h"
#include "util.h"

static struct links *
links_of(struct entry *entry)
{
	if (entry->links == NULL)
		entry->links = xcalloc(1, sizeof(*entry->links));
	return entry->links;
}

void
links_append(struct links_list *list, struct entry *entry)
{
	if (list->count == list->capacity) {
		list->capacity = list->capacity > 0 ? 2 * list->capacity : 2;
		list->entries =
			xreallocarray(list->entries, list->capacity, sizeof(struct entry *));
	}
	list->entries[list->count++] = entry;
}

void
links_clear(struct links_list *list)
{
	free(list->entries);
	*list = (struct links_list){.entries = NULL};
}

static bool
has(const struct links_list *list, const struct entry *entry)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->entries[i] == entry)
			return true;
	}
	return false;
}

static struct entry *
find(const struct entries *entries, const char *name)
{
	struct entry *entry = entries_find(entries, name);

	assert(entry != NULL);
	return entry;
}

static void
link_parents(const struct entries *entries, struct entry *entry)
{
	char *const *name = entry->job.definition->depends;

	for (; name != NULL && *name != NULL; name++)
		links_append(&links_of(entry)->parents, find(entries, *name));
}

static void
link_members(const struct entries *entries, struct entry *entry)
{
	const struct aggregate *aggregate = entry->job.definition->aggregate;

	if (aggregate == NULL)
		return;
	for (char *const *name = aggregate->members; name != NULL && *name != NULL; name++) {
		struct entry *member = find(entries, *name);

		links_append(&links_of(entry)->members, member);
		links_append(&links_of(member)->aggregates, entry);
	}
}

static bool
is_aggregate(const struct entry *entry)
{
	return entry->job.definition->aggregate != NULL;
}

/* How many of its members are aggregates that stand in no order yet. */
static size_t
count_unordered(const struct entry *entry)
{
	size_t count = 0;

	for (size_t i = 0; entry->links != NULL && i < entry->links->members.count; i++)
		count += is_aggregate(entry->links->members.entries[i]);
	return count;
}

static void
put_in_order(struct links_order *order, struct entry *entry)
{
	links_of(entry)->rank = order->count;
	order->aggregates[order->count++] = entry;
}

/* An aggregate's rank counts down the members that it waits for until it has one. */
static void
make_order(const struct entries *entries, struct links_order *order)
{
	size_t count = 0;

	for (size_t i = 0; i < entries->count; i++)
		count += is_aggregate(entries->sorted[i]);
	order->aggregates = xcalloc(count, sizeof(struct entry *));
	order->count = 0;
	for (size_t i = 0; i < entries->count; i++) {
		struct entry *entry = entries->sorted[i];

		if (!is_aggregate(entry))
			continue;
		links_of(entry)->rank = count_unordered(entry);
		if (entry->links->rank == 0)
			put_in_order(order, entry);
	}
	for (size_t i = 0; i < order->count; i++) {
		const struct links_list *above = &order->aggregates[i]->links->aggregates;

		for (size_t j = 0; j < above->count; j++) {
			if (--above->entries[j]->links->rank == 0)
				put_in_order(order, above->entries[j]);
		}
	}
	assert(order->count == count);
}

/* What runs is looked at itself, of an aggregate its members. */
static void
add_looks(struct links *links, struct entry *parent)
{
	struct entry *pending[LINKS_LOOKS_MAX];
	size_t count = 0;

	pending[count++] = parent;
	while (count > 0) {
		struct entry *entry = pending[--count];

		if (job_is_runnable(&entry->job) && !has(&links->looks, entry) &&
			links->looks.count < LINKS_LOOKS_MAX)
			links_append(&links->looks, entry);
		for (size_t i = 0; is_aggregate(entry) && i < entry->links->members.count &&
				   count < LINKS_LOOKS_MAX;
			i++)
			pending[count++] = entry->links->members.entries[i];
	}
}

/* A watcher is told of once, be it a parent's or for what is looked at, or both. */
static void
watch(struct entry *watcher, struct entry *watched)
{
	struct links_list *watchers = &links_of(watched)->watchers;

	if (watchers->count == 0 || watchers->entries[watchers->count - 1] != watcher)
		links_append(watchers, watcher);
}

static void
link_watchers(struct entry *entry)
{
	struct links *links = entry->links;

	for (size_t i = 0; i < links->parents.count; i++) {
		add_looks(links, links->parents.entries[i]);
		watch(entry, links->parents.entries[i]);
	}
	for (size_t i = 0; i < links->looks.count; i++)
		watch(entry, links->looks.entries[i]);
}

void
links_make(const struct entries *entries, struct links_order *ret_order)
{
	for (size_t i = 0; i < entries->count; i++) {
		struct entry *entry = entries->sorted[i];

		link_parents(entries, entry);
		link_members(entries, entry);
	}
	make_order(entries, ret_order);
	for (size_t i = 0; i < entries->count; i++) {
		struct entry *entry = entries->sorted[i];

		if (entry->links != NULL && entry->links->parents.count > 0)
			link_watchers(entry);
	}
}

void
links_free(struct entry *entry)
{
	struct links *links = STEAL(entry->links);

	if (links == NULL)
		return;
	free(links->parents.entries);
	free(links->looks.entries);
	free(links->watchers.entries);
	free(links->aggregates.entries);
	free(links->members.entries);
	free(links->maintenances);
	free(links);
}

void
links_add_maintenance(struct entry *entry, struct calendar_item *item)
{
	struct links *links = links_of(entry);

	links->maintenances = xreallocarray(links->maintenances, links->maintenance_count + 1,
		sizeof(struct calendar_item *));
	links->maintenances[links->maintenance_count++] = item;
}

bool
links_is_maintained(const struct links *links)
{
	for (size_t i = 0; links != NULL && i < links->maintenance_count; i++) {
		if (links->maintenances[i]->is_open)
			return true;
	}
	return false;
}
