/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is due when: a heap of due times with one timer for the first of them, so that a
 * hundred thousand of them cost a pointer and a number each. What is due is told in the order
 * of the due times, each turn of the loop a bounded part of it.
 */
#ifndef ENGINE_AGENDA_H
#define ENGINE_AGENDA_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

#include "clock.h"

/* What is due in one of these is told at its end, so that one timer does for all of it. */
#define AGENDA_GRAIN_NS (2 * NS_PER_MS)

struct agenda;

/* Embedded in its owner; its members are the agenda's, who may read when it is due. */
struct agenda_item {
	struct monotime due;
	size_t place; /* in the heap, from 1 on; 0: it is not in it */
};

/* The item is not on the agenda any more, and may be put on it again. */
typedef void (*agenda_due_fn)(struct agenda_item *item);

struct agenda *agenda_new(struct event_base *base, agenda_due_fn due);
void agenda_free(struct agenda *agenda); /* no item may be left */

/* Puts an item on it, or moves one that is. It is told a grain late at most. */
void agenda_put(struct agenda *agenda, struct agenda_item *item, struct monotime due);

/* Takes it off, where it is on it. */
void agenda_remove(struct agenda *agenda, struct agenda_item *item);

bool agenda_has(const struct agenda_item *item);

#endif
