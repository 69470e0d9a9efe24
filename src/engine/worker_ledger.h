/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a worker's process owes an answer. The number of a request says which debt it is, and
 * that it is not an earlier one's, so that a late answer finds nobody.
 */
#ifndef ENGINE_WORKER_LEDGER_H
#define ENGINE_WORKER_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "worker_request.h"

struct worker_debt {
	uint64_t id;                    /* of the request; valid while it is owed */
	struct worker_request *request; /* NULL: nobody waits for it any more */
	struct monotime sent;
	struct monotime deadline;
	bool is_owed;
	bool is_overdue;
};

struct worker_ledger {
	struct worker_debt *debts;
	unsigned count;
	unsigned *free; /* debts that are not owed, as a stack */
	unsigned free_count;
	unsigned awaited; /* debts that somebody waits for */
};

/* For as many debts as count. */
void worker_ledger_init(struct worker_ledger *ledger, unsigned count);
void worker_ledger_deinit(struct worker_ledger *ledger);

/* A request becomes a debt, for which there must be a free one. */
struct worker_debt *worker_ledger_add(
	struct worker_ledger *ledger, struct worker_request *request, uint64_t timeout_ms);

/* The debt of that number, or NULL. */
struct worker_debt *worker_ledger_find(const struct worker_ledger *ledger, uint64_t id);

/* Nobody waits for it any more. Returns who did, or NULL. */
struct worker_request *worker_ledger_release(
	struct worker_ledger *ledger, struct worker_debt *debt);

/* It has been answered. Returns who waited for it, or NULL. */
struct worker_request *worker_ledger_settle(
	struct worker_ledger *ledger, struct worker_debt *debt);

#endif
