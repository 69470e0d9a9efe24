/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "calendar.h"

#include "definition.h"
#include "log.h"
#include "util.h"

static void
examine(struct calendar_item *item, time_t now)
{
	item->is_open = maintenance_is_open(item->maintenance, now, &item->change);
}

static void
log_change(const struct calendar_item *item)
{
	const struct maintenance *maintenance = item->maintenance;
	CLEANUP_FREE char *when = strv_join(maintenance->when, ", ");
	const char *reason = maintenance->reason;

	log_notice("maintenance (%s) %s%s%s", when, item->is_open ? "has begun" : "is over",
		reason[0] != '\0' ? ": " : "", reason);
}

void
calendar_set(struct calendar *calendar, struct maintenance *const *maintenances, size_t count,
	time_t now)
{
	calendar_deinit(calendar);
	for (size_t i = 0; i < count; i++) {
		struct calendar_item *item = xcalloc(1, sizeof(*item));

		item->maintenance = maintenance_ref(maintenances[i]);
		examine(item, now);
		HASH_ADD_PTR(calendar->items, maintenance, item);
	}
	calendar->examined = now;
}

void
calendar_deinit(struct calendar *calendar)
{
	struct calendar_item *item, *following;

	HASH_ITER(hh, calendar->items, item, following) {
		HASH_DEL(calendar->items, item);
		maintenance_unref(item->maintenance);
		free(item);
	}
}

struct calendar_item *
calendar_find(const struct calendar *calendar, const struct maintenance *maintenance)
{
	struct calendar_item *item;

	HASH_FIND_PTR(calendar->items, &maintenance, item);
	return item;
}

bool
calendar_advance(struct calendar *calendar, time_t now)
{
	bool is_set_back = now < calendar->examined, is_changed = false;

	calendar->examined = now;
	for (struct calendar_item *item = calendar->items; item != NULL; item = item->hh.next) {
		bool was_open = item->is_open;

		if (!is_set_back && (item->change == 0 || now < item->change))
			continue;
		examine(item, now);
		if (item->is_open == was_open)
			continue;
		log_change(item);
		is_changed = true;
	}
	return is_changed;
}
