/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How well the store is: from what its writer says, from how long it has been silent, and
 * from what was shown and is not stored yet. The page knows each turn for the worse before
 * anybody can act on it.
 */
#ifndef ENGINE_STORE_HEALTH_H
#define ENGINE_STORE_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "store_database.h"
#include "store_page.h"
#include "store_timing.h"
#include "wire.h"

struct store_health {
	struct store_timing timing;
	struct store_page *page; /* owned; NULL: it cannot be had */
	enum wire_store_status status;
	bool is_failing; /* until a batch is written */
	bool is_owing;   /* what was shown meanwhile is still to be written */
	bool is_wal_long;
	struct store_problem problem; /* of the batch that is with the writer */
	uint64_t last_number;         /* the greatest of an event that was added */
	int logged_code;              /* of the problem that was logged last; 0: none */
};

/* What keeps the writer from its batch, code 0: nothing. */
void store_health_problem(struct store_health *health, const struct store_problem *problem);

/* The WAL is longer than it has any need to be, or not any more. */
void store_health_wal(struct store_health *health, bool is_long);

/* The writer has been at a batch for so long. */
void store_health_silence(struct store_health *health, int64_t since_ns);

/* It cannot be written, from the start. */
void store_health_begin_failed(
	struct store_health *health, const struct store_problem *problem);

/* A batch is written; there is, or is not, more that was shown before it is stored. */
void store_health_written(struct store_health *health, bool is_owing);

/* An event was added; in failure it may be shown at once. */
void store_health_number(struct store_health *health, uint64_t number);

/* Brings the status up to date; returns whether it changed. */
bool store_health_update(struct store_health *health, int64_t since_ns);

#endif
