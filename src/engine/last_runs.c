/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ring. Most runs of a check print what the one before printed: they share it.
 */
#include "last_runs.h"

#include <stdbool.h>
#include <string.h>

#include "util.h"

struct output {
	unsigned reference_count;
	char text[];
};

/* As small as it may be: there are many. */
struct item {
	uint64_t number;
	struct output *output;
	uint32_t ran_s;
	uint32_t duration_ms;
	uint32_t lateness_ms;
	int16_t status;
	uint8_t outcome;
	uint8_t signal;
};

struct last_runs {
	size_t capacity;
	size_t count;
	size_t next; /* where the next one goes */
	struct item items[];
};

static struct output *
output_new(const char *text)
{
	size_t size = strlen(text) + 1;
	struct output *output = xcalloc(1, sizeof(*output) + size);

	output->reference_count = 1;
	memcpy(output->text, text, size);
	return output;
}

static void
output_unref(struct output *output)
{
	if (--output->reference_count == 0)
		free(output);
}

static struct item *
item_at(const struct last_runs *runs, size_t index)
{
	size_t place = (runs->next + runs->capacity - 1 - index) % runs->capacity;

	return (struct item *)&runs->items[place];
}

static struct output *
share_output(const struct last_runs *runs, const char *text)
{
	struct output *newest = runs->count > 0 ? item_at(runs, 0)->output : NULL;

	if (newest == NULL || strcmp(newest->text, text) != 0)
		return output_new(text);
	newest->reference_count++;
	return newest;
}

/* Takes the item's output. */
static void
push(struct last_runs *runs, const struct item *item)
{
	struct item *place = &runs->items[runs->next];

	if (runs->count == runs->capacity)
		output_unref(place->output);
	else
		runs->count++;
	*place = *item;
	runs->next = (runs->next + 1) % runs->capacity;
}

static struct last_runs *
make(size_t capacity)
{
	struct last_runs *runs = xcalloc(1, sizeof(*runs) + capacity * sizeof(struct item));

	runs->capacity = capacity;
	return runs;
}

void
last_runs_add(struct last_runs **runs, size_t capacity, uint64_t number,
	const struct check_result *result)
{
	if (capacity == 0)
		return;
	if (*runs == NULL)
		*runs = make(capacity);
	const struct item item = {
		.number = number,
		.output = share_output(*runs, result->output),
		.ran_s = result->finished.wall.s,
		.duration_ms = result->duration_ms,
		.lateness_ms = result->lateness_ms,
		.status = (int16_t)result->status,
		.outcome = (uint8_t)result->outcome,
		.signal = (uint8_t)result->signal,
	};

	push(*runs, &item);
}

void
last_runs_set_capacity(struct last_runs **runs, size_t capacity)
{
	struct last_runs *old = *runs;

	if (old == NULL || old->capacity == capacity)
		return;
	*runs = capacity > 0 ? make(capacity) : NULL;
	for (size_t i = old->count < capacity ? old->count : capacity; i > 0; i--) {
		struct item *item = item_at(old, i - 1);

		item->output->reference_count++;
		push(*runs, item);
	}
	last_runs_free(old);
}

void
last_runs_free(struct last_runs *runs)
{
	for (size_t i = 0; runs != NULL && i < runs->count; i++)
		output_unref(item_at(runs, i)->output);
	free(runs);
}

size_t
last_runs_count(const struct last_runs *runs)
{
	return runs != NULL ? runs->count : 0;
}

void
last_runs_read(const struct last_runs *runs, size_t index, struct last_run *ret_run)
{
	const struct item *item = item_at(runs, index);

	*ret_run = (struct last_run){
		.number = item->number,
		.ran = {item->ran_s},
		.outcome = item->outcome,
		.status = item->status,
		.signal = item->signal,
		.duration_ms = item->duration_ms,
		.lateness_ms = item->lateness_ms,
		.output = item->output->text,
	};
}
