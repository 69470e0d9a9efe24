/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "order.h"

#include <string.h>

#include "check.h"
#include "text.h"
#include "util.h"

struct order *
order_new(const char *name)
{
	struct order *order = xcalloc(1, sizeof(*order));

	order->name = xstrdup(name);
	order->disabled_reason = xstrdup("");
	order->maintenance_reason = xstrdup("");
	return order;
}

struct order *
order_copy(const struct order *order)
{
	struct order *copy = xcalloc(1, sizeof(*copy));

	*copy = *order;
	copy->name = xstrdup(order->name);
	copy->disabled_reason = xstrdup(order->disabled_reason);
	copy->maintenance_reason = xstrdup(order->maintenance_reason);
	return copy;
}

void
order_free(struct order *order)
{
	if (order == NULL)
		return;
	free(order->name);
	free(order->disabled_reason);
	free(order->maintenance_reason);
	free(order);
}

bool
order_is_empty(const struct order *order)
{
	return order == NULL ||
	       (order->disabled_since.s == 0 && order->maintenance_until.s == 0);
}

bool
order_is_disabled(const struct order *order)
{
	return order != NULL && order->disabled_since.s != 0;
}

bool
order_is_maintained(const struct order *order, struct walltime now)
{
	return order != NULL && order->maintenance_until.s > now.s;
}

static void
set_reason(char **reason, const char *text)
{
	char clean[CHECK_OUTPUT_MAX + 1];

	text_clean(text, strlen(text), clean, sizeof(clean));
	free(*reason);
	*reason = xstrdup(clean);
}

void
order_set_disabled(struct order *order, struct walltime since, uint32_t by, const char *reason)
{
	order->disabled_since = since;
	order->disabled_by = by;
	set_reason(&order->disabled_reason, reason);
}

void
order_set_maintenance(struct order *order, struct walltime since, struct walltime until,
	uint32_t by, const char *reason)
{
	order->maintenance_since = since;
	order->maintenance_until = until;
	order->maintenance_by = by;
	set_reason(&order->maintenance_reason, reason);
}
