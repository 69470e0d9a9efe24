/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sorted array with room at both its ends. The log grows at its end, but for once in 2^32
 * events, and is forgotten from its beginning or, where what is settled goes before what
 * is pending, somewhere between: then the shorter side of the array moves. A row and its
 * texts are one block, since there may be more than 100,000 of them.
 */
#include "events.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

#define CAPACITY_MIN 64

struct events {
	struct events_row **slots;
	size_t capacity;
	size_t begin; /* the slots in use are begin .. begin + count */
	size_t count;
};

struct events *
events_new(void)
{
	return xcalloc(1, sizeof(struct events));
}

void
events_free(struct events *events)
{
	if (events == NULL)
		return;
	for (size_t i = 0; i < events->count; i++)
		free(events->slots[events->begin + i]);
	free(events->slots);
	free(events);
}

/* Copies a text to *to and moves *to behind it. */
static char *
keep_text(char **to, const char *text)
{
	size_t size = strlen(text) + 1;
	char *kept = memcpy(*to, text, size);

	*to += size;
	return kept;
}

static struct events_row *
row_new(const struct check_event *event)
{
	size_t texts_size =
		strlen(event->name) + strlen(event->meaning) + strlen(event->output) + 3;
	struct events_row *row = xcalloc(1, sizeof(*row) + texts_size);
	char *texts = (char *)(row + 1);

	*row = (struct events_row){
		.index = (uint32_t)event->number,
		.state_epoch = event->state_epoch,
		.from_status = event->from_status,
		.to_status = event->to_status,
		.epoch = event->epoch,
		.held_s = event->held_s,
		.kind = event->kind,
		.delivery = event->delivery,
		.suppression = event->suppression,
		.from_outcome = event->from_outcome,
		.to_outcome = event->to_outcome,
		.from_state = event->from_state,
		.to_state = event->to_state,
		.name = keep_text(&texts, event->name),
		.meaning = keep_text(&texts, event->meaning),
		.output = keep_text(&texts, event->output),
	};
	return row;
}

static struct events_row **
first_slot(const struct events *events)
{
	return events->slots + events->begin;
}

/* The position of the first row whose index is not below this one. */
static size_t
lower_bound(const struct events *events, uint64_t index)
{
	size_t low = 0, high = events->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (first_slot(events)[middle]->index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_at(const struct events *events, size_t position, uint32_t index)
{
	return position < events->count && first_slot(events)[position]->index == index;
}

/*
 * Makes room for one more row at the end: by moving all to the beginning, where half of the
 * room or more is there, else by doubling it. So a row is moved once or twice in its life.
 */
static void
make_room(struct events *events)
{
	if (events->begin + events->count < events->capacity)
		return;
	if (events->begin < events->capacity / 2 || events->capacity == 0) {
		events->capacity = events->capacity > 0 ? 2 * events->capacity : CAPACITY_MIN;
		events->slots = xreallocarray(
			events->slots, events->capacity, sizeof(struct events_row *));
		return;
	}
	memmove(events->slots, first_slot(events), events->count * sizeof(struct events_row *));
	events->begin = 0;
}

static void
insert(struct events *events, size_t position, struct events_row *row)
{
	make_room(events);

	struct events_row **slot = first_slot(events) + position;

	memmove(slot + 1, slot, (events->count - position) * sizeof(*slot));
	*slot = row;
	events->count++;
}

void
events_put(struct events *events, const struct check_event *event)
{
	struct events_row *row = row_new(event);
	size_t position = lower_bound(events, row->index);

	if (!is_at(events, position, row->index)) {
		insert(events, position, row);
		return;
	}
	free(first_slot(events)[position]);
	first_slot(events)[position] = row;
}

void
events_remove(struct events *events, uint64_t number)
{
	size_t position = lower_bound(events, (uint32_t)number);

	if (!is_at(events, position, (uint32_t)number))
		return;

	struct events_row **first = first_slot(events), **slot = first + position;
	size_t behind = events->count - position - 1;

	free(*slot);
	events->count--;
	if (position <= behind) {
		memmove(first + 1, first, position * sizeof(*slot));
		events->begin++;
	} else {
		memmove(slot, slot + 1, behind * sizeof(*slot));
	}
}

const struct events_row *
events_find(const struct events *events, uint32_t index)
{
	size_t position = lower_bound(events, index);

	return is_at(events, position, index) ? first_slot(events)[position] : NULL;
}

const struct events_row *
events_next(const struct events *events, const oid *index, size_t len, bool is_inclusive)
{
	bool may_be_equal = len == 1 && is_inclusive;
	uint64_t from = len > 0 ? index[0] : 0;

	if (from > UINT32_MAX)
		return NULL;
	if (len > 0 && !may_be_equal)
		from++;

	size_t position = lower_bound(events, from);

	return position < events->count ? first_slot(events)[position] : NULL;
}
