/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A binary heap whose items know their places. The timer is set for the first item, and not
 * put off when that is removed: it finds then that nothing is due, and is set anew. It is a
 * timerfd, set by when and not by how long: it fires to the microsecond, which the loop's own
 * timers do only where the loop sets a clock in each of its turns.
 */
#include "agenda.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "util.h"

#define CAPACITY_MIN 64

/* So many are told, then others have their turn. */
#define TURN_MAX 256

struct agenda {
	agenda_due_fn due;
	int timer_fd;
	struct event *timer;
	struct monotime timer_due; /* 0: it is not set */
	struct agenda_item **heap; /* its first item is at 1 */
	size_t count;
	size_t capacity;
};

static bool
is_before(const struct agenda_item *a, const struct agenda_item *b)
{
	return a->due.ns < b->due.ns;
}

static void
place(struct agenda *agenda, struct agenda_item *item, size_t at)
{
	agenda->heap[at] = item;
	item->place = at;
}

static void
move_up(struct agenda *agenda, struct agenda_item *item, size_t at)
{
	for (; at > 1 && is_before(item, agenda->heap[at / 2]); at /= 2)
		place(agenda, agenda->heap[at / 2], at);
	place(agenda, item, at);
}

static void
move_down(struct agenda *agenda, struct agenda_item *item, size_t at)
{
	size_t child;

	for (; (child = 2 * at) <= agenda->count; at = child) {
		if (child < agenda->count &&
			is_before(agenda->heap[child + 1], agenda->heap[child]))
			child++;
		if (!is_before(agenda->heap[child], item))
			break;
		place(agenda, agenda->heap[child], at);
	}
	place(agenda, item, at);
}

/* Finds an item its place, which is there or further up or down. */
static void
settle(struct agenda *agenda, struct agenda_item *item, size_t at)
{
	if (at > 1 && is_before(item, agenda->heap[at / 2]))
		move_up(agenda, item, at);
	else
		move_down(agenda, item, at);
}

static struct monotime
end_of_grain(struct monotime due)
{
	return (struct monotime){
		.ns = (due.ns + AGENDA_GRAIN_NS - 1) / AGENDA_GRAIN_NS * AGENDA_GRAIN_NS};
}

/* To be called when the first item may be another. A time that has passed fires at once. */
static void
set_timer(struct agenda *agenda)
{
	if (agenda->count == 0)
		return;
	struct monotime due = end_of_grain(agenda->heap[1]->due);

	if (agenda->timer_due.ns != 0 && agenda->timer_due.ns <= due.ns)
		return;
	const struct itimerspec when = {
		.it_value = {.tv_sec = due.ns / NS_PER_S, .tv_nsec = due.ns % NS_PER_S}};

	agenda->timer_due = due;
	timerfd_settime(agenda->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
}

/* It stays readable until it is set anew or read. */
static void
take_timer(struct agenda *agenda)
{
	uint64_t count;

	agenda->timer_due.ns = 0;
	set_timer(agenda);
	if (agenda->timer_due.ns == 0 && read(agenda->timer_fd, &count, sizeof(count)) < 0)
		assert(errno == EAGAIN);
}

static void
agenda_on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct agenda *agenda = arg;
	struct monotime now = monotime_now();

	(void)fd;
	(void)what;
	for (unsigned told = 0; told < TURN_MAX && agenda->count > 0; told++) {
		struct agenda_item *item = agenda->heap[1];

		if (item->due.ns > now.ns)
			break;
		agenda_remove(agenda, item);
		agenda->due(item);
	}
	take_timer(agenda);
}

struct agenda *
agenda_new(struct event_base *base, agenda_due_fn due)
{
	struct agenda *agenda = xcalloc(1, sizeof(*agenda));

	agenda->due = due;
	agenda->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (agenda->timer_fd < 0)
		abort();
	agenda->timer = event_new(
		base, agenda->timer_fd, EV_READ | EV_PERSIST, agenda_on_timer, agenda);
	if (agenda->timer == NULL || event_add(agenda->timer, NULL) != 0)
		abort();
	return agenda;
}

void
agenda_free(struct agenda *agenda)
{
	if (agenda == NULL)
		return;
	assert(agenda->count == 0);
	event_free(agenda->timer);
	close(agenda->timer_fd);
	free(agenda->heap);
	free(agenda);
}

void
agenda_put(struct agenda *agenda, struct agenda_item *item, struct monotime due)
{
	item->due = due;
	if (item->place == 0) {
		if (agenda->count + 1 >= agenda->capacity) {
			agenda->capacity =
				agenda->capacity > 0 ? 2 * agenda->capacity : CAPACITY_MIN;
			agenda->heap = xreallocarray(
				agenda->heap, agenda->capacity, sizeof(*agenda->heap));
		}
		agenda->count++;
		move_up(agenda, item, agenda->count);
	} else {
		settle(agenda, item, item->place);
	}
	set_timer(agenda);
}

void
agenda_remove(struct agenda *agenda, struct agenda_item *item)
{
	size_t at = item->place;

	if (at == 0)
		return;
	struct agenda_item *last = agenda->heap[agenda->count--];

	item->place = 0;
	if (last != item)
		settle(agenda, last, at);
}

bool
agenda_has(const struct agenda_item *item)
{
	return item->place != 0;
}
