/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose time comes when: a wheel of seconds. An item is told once its second has passed; its
 * owner then looks whether its time has really come, and puts it back where it was put off.
 * So what moves an item's time, which every run does, costs nothing.
 */
#ifndef ENGINE_FRESHNESS_H
#define ENGINE_FRESHNESS_H

#include "clock.h"

struct freshness;

/* Embedded in its owner; all zero while it waits for nothing. */
struct freshness_item {
	struct freshness_item **head; /* of the list that it is in */
	struct freshness_item *prev, *next;
};

typedef void (*freshness_due_fn)(void *arg, struct freshness_item *item, struct boottime now);

struct freshness *freshness_new(struct boottime now, freshness_due_fn due, void *arg);
void freshness_free(struct freshness *freshness); /* no item may be left */

/* It is told at that time, or before, but not before a second from now; replaces another. */
void freshness_put(
	struct freshness *freshness, struct freshness_item *item, struct boottime when);
void freshness_remove(struct freshness_item *item);

/* Tells those whose second has passed; each is out of the wheel when it is told. */
void freshness_advance(struct freshness *freshness, struct boottime now);

#endif
