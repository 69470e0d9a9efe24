/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What operators order for checks, on its way to the orders, and what follows for a check
 * when one is in force: the same as from a configuration that says so.
 */
#include "checks_set.h"

#include <errno.h>
#include <string.h>

#include "orders.h"
#include "teller.h"
#include "util.h"

/* Whether anything would be other than it is. */
static bool
is_news(const struct order *given, const struct checks_order *wanted)
{
	switch (wanted->wish) {
	case CHECKS_ENABLE:
		return order_is_disabled(given);
	case CHECKS_DISABLE:
		return !order_is_disabled(given) ||
		       strcmp(given->disabled_reason, wanted->reason) != 0;
	case CHECKS_MAINTAIN:
		return wanted->until.s != 0 ||
		       (given != NULL && given->maintenance_until.s != 0);
	}
	return false;
}

static void
write_order(struct order *order, const struct checks_order *wanted)
{
	const struct walltime never = {0};

	switch (wanted->wish) {
	case CHECKS_ENABLE:
		order_set_disabled(order, never, 0, "");
		break;
	case CHECKS_DISABLE:
		order_set_disabled(order, wanted->now, wanted->by, wanted->reason);
		break;
	case CHECKS_MAINTAIN:
		order_set_maintenance(order, wanted->until.s != 0 ? wanted->now : never,
			wanted->until, wanted->until.s != 0 ? wanted->by : 0, wanted->reason);
		break;
	}
}

int
checks_give_order(
	struct checks *checks, const struct entry *entry, const struct checks_order *wanted)
{
	const char *name = entry_name(entry);
	const struct order *given = orders_given(checks->orders, name);

	if (wanted->wish == CHECKS_ENABLE && !entry->job.definition->is_enabled)
		return -EPERM;
	if (!is_news(given, wanted))
		return 0;
	struct order *order = given != NULL ? order_copy(given) : order_new(name);

	write_order(order, wanted);
	orders_give(checks->orders, order);
	return 1;
}

/* As a reload does it that disables or enables a check. */
static void
set_off(struct checks *checks, struct entry *entry, bool is_off)
{
	if (is_off)
		teller_retire(entry);
	entry_set_off(entry, is_off);
	checks_note_changed(checks, entry);
	if (entry->job.definition->aggregate != NULL)
		aggregates_touch(&checks->aggregates, entry);
}

/* What it leads to comes with the next turn, for many at once. */
void
checks_on_order(void *arg, const char *name)
{
	static const struct timeval at_once = {0};
	struct checks *checks = arg;
	const struct order *order = orders_in_force(checks->orders, name);
	struct entry *entry = entries_find(&checks->entries, name);

	if (entry == NULL)
		return;
	entry->is_maintained = order_is_maintained(order, instant_now().wall);
	if (entry->job.is_off != order_is_disabled(order))
		set_off(checks, entry, !entry->job.is_off);
	links_append(&checks->ordered, entry);
	event_add(checks->ordered_event, &at_once);
}

void
checks_look_at_ordered(struct checks *checks, const struct instant *now)
{
	checks_spread(checks, now);
	for (size_t i = 0; i < checks->ordered.count; i++) {
		teller_look_again(checks->ordered.entries[i]);
		entry_update_admin_state(checks->ordered.entries[i]);
	}
	checks->ordered.count = 0;
}

void
checks_on_ordered(evutil_socket_t fd, short what, void *arg)
{
	const struct instant now = instant_now();

	(void)fd;
	(void)what;
	checks_look_at_ordered(arg, &now);
}

const struct order *
checks_order_of(const struct checks *checks, const char *name)
{
	return orders_in_force(checks->orders, name);
}

size_t
checks_order_count(const struct checks *checks)
{
	return orders_count(checks->orders);
}

void
checks_order_stored(struct checks *checks, struct order *order)
{
	orders_stored(checks->orders, order);
}
