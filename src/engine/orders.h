/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All orders, by the names of checks, be those in the configuration or not. One is in force
 * once it is on disk: nobody is told of an order that can be forgotten.
 */
#ifndef ENGINE_ORDERS_H
#define ENGINE_ORDERS_H

#include <stdbool.h>
#include <stddef.h>

#include "order.h"

struct orders;
struct store;

/* Tells that another order is in force for a check, or none. */
typedef void (*orders_changed_fn)(void *arg, const char *name);

struct orders *orders_new(orders_changed_fn changed, void *arg);
void orders_free(struct orders *orders); /* NULL is fine */

/* Where they are kept; to be called before all else. */
void orders_open(struct orders *orders, struct store *store);

/* Takes one that the store had. */
void orders_load(struct orders *orders, struct order *order);

/* What is in force for a check, and what was given last; NULL: nothing. */
const struct order *orders_in_force(const struct orders *orders, const char *name);
const struct order *orders_given(const struct orders *orders, const char *name);

/* Takes an order in place of the one that the check has, if any; an empty one ends that. */
void orders_give(struct orders *orders, struct order *order);

/* What the store says: this is on disk now. It is taken. */
void orders_stored(struct orders *orders, struct order *order);

/* The store has failed: what it does not have yet is in force all the same. */
void orders_force_all(struct orders *orders);

/* The store has lost all: gives it every order again. */
void orders_store_again(struct orders *orders);

/* Ends each maintenance whose time is over. To be called every second. */
void orders_expire(struct orders *orders, struct walltime now);

/* Forgets those of checks that nobody knows any more. */
void orders_forget(
	struct orders *orders, bool (*is_known)(void *arg, const char *name), void *arg);

/* How many checks have one in force. */
size_t orders_count(const struct orders *orders);

#endif
