/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker_ledger.h"

#include <assert.h>
#include <stdlib.h>

#include "util.h"

void
worker_ledger_init(struct worker_ledger *ledger, unsigned count)
{
	*ledger = (struct worker_ledger){
		.debts = xcalloc(count, sizeof(*ledger->debts)),
		.count = count,
		.free = xcalloc(count, sizeof(*ledger->free)),
		.free_count = count,
	};
	for (unsigned i = 0; i < count; i++) {
		ledger->debts[i].id = i;
		ledger->free[i] = count - 1 - i;
	}
}

void
worker_ledger_deinit(struct worker_ledger *ledger)
{
	free(ledger->debts);
	free(ledger->free);
}

/* Numbers of a debt grow by the count of all, so that the remainder finds it. */
struct worker_debt *
worker_ledger_add(
	struct worker_ledger *ledger, struct worker_request *request, uint64_t timeout_ms)
{
	assert(ledger->free_count > 0);
	unsigned index = ledger->free[--ledger->free_count];
	struct worker_debt *debt = &ledger->debts[index];

	*debt = (struct worker_debt){
		.id = debt->id + ledger->count,
		.request = request,
		.sent = request->started,
		.deadline = {.ns = request->started.ns + (int64_t)timeout_ms * NS_PER_MS},
		.is_owed = true,
	};
	request->debt = index;
	ledger->awaited++;
	return debt;
}

struct worker_debt *
worker_ledger_find(const struct worker_ledger *ledger, uint64_t id)
{
	struct worker_debt *debt = &ledger->debts[id % ledger->count];

	return debt->is_owed && debt->id == id ? debt : NULL;
}

struct worker_request *
worker_ledger_release(struct worker_ledger *ledger, struct worker_debt *debt)
{
	struct worker_request *request = STEAL(debt->request);

	if (request == NULL)
		return NULL;
	request->process = NULL;
	ledger->awaited--;
	return request;
}

struct worker_request *
worker_ledger_settle(struct worker_ledger *ledger, struct worker_debt *debt)
{
	debt->is_owed = false;
	ledger->free[ledger->free_count++] = (unsigned)(debt - ledger->debts);
	return worker_ledger_release(ledger, debt);
}
