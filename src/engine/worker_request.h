/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run of a check by a worker, as who waits for it sees it, and the ways in which it
 * comes to its end.
 */
#ifndef ENGINE_WORKER_REQUEST_H
#define ENGINE_WORKER_REQUEST_H

#include <event2/event.h>

#include "check.h"
#include "clock.h"
#include "runner.h"
#include "worker_line.h"

struct worker_process;

/*
 * Embedded in its owner, where it stays until it is gone. The callbacks are those of a run,
 * and come from the event loop only.
 */
struct worker_request {
	struct run_callbacks callbacks;
	void *arg;
	struct monotime started;
	struct worker_process *process; /* NULL: none has it */
	unsigned debt;                  /* of that: which one */

	/* In the outbox. */
	struct worker_outbox *outbox;
	char *reason; /* why it failed, owned; NULL: it was stopped */
	struct worker_request *prev, *next;
};

/* Requests that no process has, of which the loop will tell. */
struct worker_outbox {
	struct worker_request *first;
	struct event *event;
};

void worker_outbox_init(struct worker_outbox *outbox, struct event_base *base);

/* What is still in it was stopped, and is told of no more. */
void worker_outbox_deinit(struct worker_outbox *outbox);

/* A request that cannot be answered. */
void worker_outbox_fail(struct worker_request *request, const char *reason);

/* A request that was stopped: it is only gone. */
void worker_outbox_drop(struct worker_request *request);

/*
 * Tell the result, from the loop. The request is gone then, and its owner's no more than to
 * the end of the call.
 */
void worker_request_answer(struct worker_request *request, const struct worker_answer *answer,
	const struct instant *now);
void worker_request_fail(struct worker_request *request, enum check_outcome outcome,
	const char *text, const struct instant *now);

#endif
