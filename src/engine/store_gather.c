/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists and hashes that keep the order in which things came.
 */
#include "store_gather.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "util.h"

static void
item_free(struct store_item *item)
{
	store_check_free(item->check);
	free(item->name);
	free(item);
}

static void
drop_event(struct store_change *change)
{
	if (change->added == NULL)
		return;
	check_event_deinit(change->added);
	free(change->added);
	change->added = NULL;
}

static void
changes_free(struct store_change *changes)
{
	struct store_change *change, *next;

	HASH_ITER(hh, changes, change, next) {
		HASH_DEL(changes, change);
		drop_event(change);
		free(change);
	}
}

static void
orders_free(struct store_order *orders)
{
	struct store_order *order, *next;

	HASH_ITER(hh, orders, order, next) {
		HASH_DEL(orders, order);
		order_free(order->order);
		free(order);
	}
}

void
store_batch_free(struct store_batch *batch)
{
	struct store_item *item, *next;

	if (batch == NULL)
		return;
	DL_FOREACH_SAFE(batch->items, item, next)
		item_free(item);
	changes_free(batch->changes);
	orders_free(batch->orders);
	free(batch);
}

void
store_gather_deinit(struct store_gather *gather)
{
	struct store_item *item, *next;
	struct storable *storable, *next_storable;

	HASH_ITER(hh, gather->named, item, next) {
		HASH_DEL(gather->named, item);
		item_free(item);
	}
	DL_FOREACH_SAFE(gather->storables, storable, next_storable)
		store_gather_drop_storable(gather, storable);
	changes_free(gather->changes);
	orders_free(gather->orders);
	memset(gather, 0, sizeof(*gather));
}

bool
store_gather_is_empty(const struct store_gather *gather)
{
	return gather->storables == NULL && gather->named == NULL && gather->changes == NULL &&
	       gather->orders == NULL && !gather->has_figures;
}

void
store_gather_storable(struct store_gather *gather, struct storable *storable)
{
	if (storable->is_changed)
		return;
	storable->is_changed = true;
	DL_APPEND(gather->storables, storable);
	gather->storable_count++;
}

void
store_gather_drop_storable(struct store_gather *gather, struct storable *storable)
{
	if (!storable->is_changed)
		return;
	storable->is_changed = false;
	DL_DELETE(gather->storables, storable);
	gather->storable_count--;
}

static void
put_named(struct store_gather *gather, struct store_item *item, const char *name)
{
	struct store_item *old;

	HASH_FIND_STR(gather->named, name, old);
	if (old != NULL) {
		HASH_DEL(gather->named, old);
		item_free(old);
	}
	HASH_ADD_KEYPTR(hh, gather->named, name, strlen(name), item);
}

void
store_gather_keep(struct store_gather *gather, struct store_check *check)
{
	struct store_item *item = xcalloc(1, sizeof(*item));

	item->check = check;
	put_named(gather, item, check->name);
}

void
store_gather_forget(struct store_gather *gather, const char *name)
{
	struct store_item *item = xcalloc(1, sizeof(*item));

	item->name = xstrdup(name);
	put_named(gather, item, item->name);
}

/* Finds what is gathered of an event, or begins it. */
static struct store_change *
change_of(struct store_gather *gather, uint64_t number)
{
	struct store_change *change;

	HASH_FIND(hh, gather->changes, &number, sizeof(number), change);
	if (change != NULL)
		return change;
	change = xcalloc(1, sizeof(*change));
	change->number = number;
	HASH_ADD(hh, gather->changes, number, sizeof(number), change);
	return change;
}

void
store_gather_event(struct store_gather *gather, const struct check_event *event)
{
	struct store_change *change = change_of(gather, event->number);

	drop_event(change);
	change->is_removed = false;
	change->added = xcalloc(1, sizeof(*change->added));
	*change->added = check_event_copy(event);
}

void
store_gather_delivery(
	struct store_gather *gather, uint64_t number, enum check_delivery delivery)
{
	struct store_change *change = change_of(gather, number);

	change->delivery = delivery;
	if (change->added != NULL)
		change->added->delivery = (uint8_t)delivery;
}

/* An event that the database never saw vanishes. */
void
store_gather_removal(struct store_gather *gather, uint64_t number)
{
	struct store_change *change = change_of(gather, number);

	change->is_removed = true;
	change->delivery = 0;
	if (change->added == NULL)
		return;
	drop_event(change);
	HASH_DEL(gather->changes, change);
	free(change);
}

void
store_gather_order(struct store_gather *gather, const struct order *order)
{
	struct store_order *gathered;

	HASH_FIND_STR(gather->orders, order->name, gathered);
	if (gathered != NULL) {
		HASH_DEL(gather->orders, gathered);
		order_free(gathered->order);
	} else {
		gathered = xcalloc(1, sizeof(*gathered));
	}
	gathered->order = order_copy(order);
	HASH_ADD_KEYPTR(hh, gather->orders, gathered->order->name,
		strlen(gathered->order->name), gathered);
}

void
store_gather_owe(struct store_gather *gather)
{
	gather->debt = (struct store_counts){
		.storables = gather->storable_count,
		.named = HASH_COUNT(gather->named),
		.changes = HASH_COUNT(gather->changes),
		.orders = HASH_COUNT(gather->orders),
	};
}

/* What was owed and dropped since is counted until its queue has run empty once. */
bool
store_gather_has_debt(const struct store_gather *gather)
{
	return (gather->debt.storables > 0 && gather->storables != NULL) ||
	       (gather->debt.named > 0 && gather->named != NULL) ||
	       (gather->debt.changes > 0 && gather->changes != NULL) ||
	       (gather->debt.orders > 0 && gather->orders != NULL);
}

/* One leaves its queue. */
static void
pay(size_t *debt, bool is_queue_empty)
{
	if (is_queue_empty)
		*debt = 0;
	else if (*debt > 0)
		(*debt)--;
}

static void
take_named(struct store_gather *gather, size_t limit, struct store_batch *batch)
{
	struct store_item *item, *next;

	HASH_ITER(hh, gather->named, item, next) {
		if (limit-- == 0)
			return;
		HASH_DEL(gather->named, item);
		pay(&gather->debt.named, gather->named == NULL);
		DL_APPEND(batch->items, item);
	}
}

static void
take_storables(struct store_gather *gather, size_t limit, struct store_batch *batch,
	const struct store_callbacks *callbacks, void *arg)
{
	struct storable *storable;

	while ((storable = gather->storables) != NULL && limit-- > 0) {
		struct store_item *item = xcalloc(1, sizeof(*item));

		store_gather_drop_storable(gather, storable);
		pay(&gather->debt.storables, gather->storables == NULL);
		storable->item = item;
		item->storable = storable;
		item->check = callbacks->snapshot(arg, storable);
		DL_APPEND(batch->items, item);
	}
}

static void
take_changes(struct store_gather *gather, size_t limit, struct store_batch *batch)
{
	struct store_change *change, *next;

	if (HASH_COUNT(gather->changes) <= limit) {
		batch->changes = STEAL(gather->changes);
		gather->debt.changes = 0;
		return;
	}
	HASH_ITER(hh, gather->changes, change, next) {
		if (limit-- == 0)
			return;
		HASH_DEL(gather->changes, change);
		pay(&gather->debt.changes, false);
		HASH_ADD(hh, batch->changes, number, sizeof(change->number), change);
	}
}

static void
take_orders(struct store_gather *gather, size_t limit, struct store_batch *batch)
{
	struct store_order *order, *next;

	HASH_ITER(hh, gather->orders, order, next) {
		const char *name = order->order->name;

		if (limit-- == 0)
			return;
		HASH_DEL(gather->orders, order);
		pay(&gather->debt.orders, gather->orders == NULL);
		HASH_ADD_KEYPTR(hh, batch->orders, name, strlen(name), order);
	}
}

struct store_batch *
store_gather_take(struct store_gather *gather, size_t limit,
	const struct store_callbacks *callbacks, void *arg)
{
	struct store_batch *batch = xcalloc(1, sizeof(*batch));

	/* Names first: a check may come again under a name that is to be forgotten. */
	take_named(gather, limit, batch);
	if (gather->named == NULL)
		take_storables(gather, limit, batch, callbacks, arg);
	take_changes(gather, limit, batch);
	take_orders(gather, limit, batch);
	batch->has_figures = gather->has_figures;
	if (batch->has_figures)
		callbacks->figures(arg, &batch->figures);
	gather->has_figures = false;
	return batch;
}
