/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "freshness.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <utlist.h>

#include "util.h"

/* An item whose time is later than the wheel reaches is told at its end. */
#define SECONDS 4096

struct freshness {
	struct freshness_item *seconds[SECONDS];
	int64_t passed_s; /* the last second that was told */
	freshness_due_fn due;
	void *arg;
};

struct freshness *
freshness_new(struct boottime now, freshness_due_fn due, void *arg)
{
	struct freshness *freshness = xcalloc(1, sizeof(*freshness));

	freshness->passed_s = now.ms / 1000;
	freshness->due = due;
	freshness->arg = arg;
	return freshness;
}

void
freshness_free(struct freshness *freshness)
{
	if (freshness == NULL)
		return;
	for (size_t i = 0; i < SECONDS; i++)
		assert(freshness->seconds[i] == NULL);
	free(freshness);
}

void
freshness_remove(struct freshness_item *item)
{
	if (item->head == NULL)
		return;
	DL_DELETE(*item->head, item);
	item->head = NULL;
}

void
freshness_put(struct freshness *freshness, struct freshness_item *item, struct boottime when)
{
	int64_t second = when.ms / 1000;

	if (second <= freshness->passed_s)
		second = freshness->passed_s + 1;
	if (second >= freshness->passed_s + SECONDS)
		second = freshness->passed_s + SECONDS - 1;
	freshness_remove(item);
	item->head = &freshness->seconds[second % SECONDS];
	DL_APPEND(*item->head, item);
}

/* What is put back meanwhile goes to a later second. */
static void
tell_second(struct freshness *freshness, struct boottime now)
{
	struct freshness_item **head = &freshness->seconds[freshness->passed_s % SECONDS];
	struct freshness_item *item;

	while ((item = *head) != NULL) {
		freshness_remove(item);
		freshness->due(freshness->arg, item, now);
	}
}

void
freshness_advance(struct freshness *freshness, struct boottime now)
{
	int64_t now_s = now.ms / 1000;

	/* After one turn everything has been told. */
	if (now_s - freshness->passed_s > SECONDS)
		freshness->passed_s = now_s - SECONDS;
	while (freshness->passed_s < now_s) {
		freshness->passed_s++;
		tell_second(freshness, now);
	}
}
