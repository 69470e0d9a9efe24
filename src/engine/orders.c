/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash by name. What was given and what is in force come apart for as long as the store
 * takes.
 */
#include "orders.h"

#include <string.h>
#include <uthash.h>

#include "log.h"
#include "store.h"
#include "util.h"

struct item {
	char *name;
	struct order *given;    /* never NULL; empty: it is to end */
	struct order *in_force; /* NULL: none is */
	UT_hash_handle hh;      /* by name */
};

struct orders {
	struct item *items;
	struct store *store;
	orders_changed_fn changed;
	void *arg;
	size_t count; /* in force */
};

struct orders *
orders_new(orders_changed_fn changed, void *arg)
{
	struct orders *orders = xcalloc(1, sizeof(*orders));

	orders->changed = changed;
	orders->arg = arg;
	return orders;
}

static void
drop(struct orders *orders, struct item *item)
{
	HASH_DEL(orders->items, item);
	orders->count -= item->in_force != NULL;
	order_free(item->given);
	order_free(item->in_force);
	free(item->name);
	free(item);
}

void
orders_free(struct orders *orders)
{
	if (orders == NULL)
		return;
	while (orders->items != NULL)
		drop(orders, orders->items);
	free(orders);
}

void
orders_open(struct orders *orders, struct store *store)
{
	orders->store = store;
}

static struct item *
find(const struct orders *orders, const char *name)
{
	struct item *item;

	HASH_FIND_STR(orders->items, name, item);
	return item;
}

/* Takes the order. */
static struct item *
put(struct orders *orders, struct order *order)
{
	struct item *item = find(orders, order->name);

	if (item == NULL) {
		item = xcalloc(1, sizeof(*item));
		item->name = xstrdup(order->name);
		HASH_ADD_KEYPTR(hh, orders->items, item->name, strlen(item->name), item);
	}
	order_free(item->given);
	item->given = order;
	return item;
}

const struct order *
orders_in_force(const struct orders *orders, const char *name)
{
	const struct item *item = find(orders, name);

	return item != NULL ? item->in_force : NULL;
}

const struct order *
orders_given(const struct orders *orders, const char *name)
{
	const struct item *item = find(orders, name);

	return item != NULL && !order_is_empty(item->given) ? item->given : NULL;
}

/* Takes the order, of an empty one nothing is left. */
static void
force(struct orders *orders, struct item *item, struct order *order)
{
	bool is_empty = order_is_empty(order);

	orders->count -= item->in_force != NULL;
	order_free(item->in_force);
	item->in_force = is_empty ? NULL : order;
	orders->count += item->in_force != NULL;
	if (is_empty)
		order_free(order);
	orders->changed(orders->arg, item->name);
}

/* It is of no use any more where it is to end, and has. */
static void
drop_ended(struct orders *orders, struct item *item)
{
	if (item->in_force == NULL && order_is_empty(item->given))
		drop(orders, item);
}

static bool
is_kept(const struct orders *orders)
{
	return store_status(orders->store) != WIRE_STORE_FAILED;
}

void
orders_load(struct orders *orders, struct order *order)
{
	force(orders, put(orders, order), order_copy(order));
}

void
orders_give(struct orders *orders, struct order *order)
{
	struct item *item = put(orders, order);

	store_put_order(orders->store, order);
	if (is_kept(orders))
		return;
	force(orders, item, order_copy(order));
	drop_ended(orders, item);
}

void
orders_stored(struct orders *orders, struct order *order)
{
	struct item *item = find(orders, order->name);

	if (item == NULL) {
		order_free(order);
		return;
	}
	force(orders, item, order);
	drop_ended(orders, item);
}

static bool
is_same(const struct order *a, const struct order *b)
{
	return a->disabled_since.s == b->disabled_since.s &&
	       a->maintenance_until.s == b->maintenance_until.s;
}

void
orders_force_all(struct orders *orders)
{
	struct item *item, *following;

	HASH_ITER(hh, orders->items, item, following) {
		if (item->in_force != NULL && is_same(item->given, item->in_force))
			continue;
		force(orders, item, order_copy(item->given));
		drop_ended(orders, item);
	}
}

void
orders_store_again(struct orders *orders)
{
	for (struct item *item = orders->items; item != NULL; item = item->hh.next)
		store_put_order(orders->store, item->given);
}

/* The clock has ended it, whatever the store has. */
static bool
end_maintenance(struct order *order, struct walltime now)
{
	const struct walltime never = {0};

	if (order == NULL || order->maintenance_until.s == 0 || order_is_maintained(order, now))
		return false;
	order_set_maintenance(order, never, never, 0, "");
	return true;
}

static bool
expire(struct orders *orders, struct item *item, struct walltime now)
{
	bool is_over = end_maintenance(item->in_force, now);

	if (end_maintenance(item->given, now))
		store_put_order(orders->store, item->given);
	if (is_over)
		force(orders, item, order_copy(item->in_force));
	drop_ended(orders, item);
	return is_over;
}

void
orders_expire(struct orders *orders, struct walltime now)
{
	struct item *item, *following;
	size_t count = 0;

	HASH_ITER(hh, orders->items, item, following) {
		count += expire(orders, item, now);
	}
	if (count > 0)
		log_notice("maintenance that was ordered is over for %zu checks", count);
}

void
orders_forget(struct orders *orders, bool (*is_known)(void *arg, const char *name), void *arg)
{
	struct item *item, *following;

	HASH_ITER(hh, orders->items, item, following) {
		if (is_known(arg, item->name))
			continue;
		orders_give(orders, order_new(item->name));
	}
}

size_t
orders_count(const struct orders *orders)
{
	return orders->count;
}
