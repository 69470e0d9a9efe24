/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an operator ordered for a check, beside what the configuration says: that it does not
 * run, and that it is in maintenance until some time.
 */
#ifndef ENGINE_ORDER_H
#define ENGINE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

/* Texts are owned and never NULL; a reason is a clean line, at most CHECK_OUTPUT_MAX octets. */
struct order {
	char *name;                     /* of the check */
	struct walltime disabled_since; /* 0: it is not disabled by this */
	uint32_t disabled_by;           /* the user's number, as the next of these */
	char *disabled_reason;
	struct walltime maintenance_since;
	struct walltime maintenance_until; /* 0: there is none */
	uint32_t maintenance_by;
	char *maintenance_reason;
};

/* One that orders nothing. */
struct order *order_new(const char *name);
struct order *order_copy(const struct order *order);
void order_free(struct order *order); /* NULL is fine */

/* Whether it orders nothing; NULL does not. */
bool order_is_empty(const struct order *order);

bool order_is_disabled(const struct order *order);
bool order_is_maintained(const struct order *order, struct walltime now);

/* Since 0 ends it. */
void order_set_disabled(
	struct order *order, struct walltime since, uint32_t by, const char *reason);

/* Until 0 ends it. */
void order_set_maintenance(struct order *order, struct walltime since, struct walltime until,
	uint32_t by, const char *reason);

#endif
