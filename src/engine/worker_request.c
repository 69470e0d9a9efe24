/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker_request.h"

#include <stdlib.h>
#include <utlist.h>

#include "run_output.h"
#include "util.h"

static void
finish(struct worker_request *request, struct run_result *result, const struct instant *now)
{
	struct run_callbacks callbacks = request->callbacks;
	void *arg = request->arg;

	result->started.mono = request->started;
	result->finished = *now;
	result->duration_ms = monotime_ms_between(request->started, now->mono);
	callbacks.done(arg, result);
	callbacks.gone(arg);
}

void
worker_request_answer(struct worker_request *request, const struct worker_answer *answer,
	const struct instant *now)
{
	CLEANUP(run_output_deinit) struct run_output output;

	run_output_read_text(answer->output, answer->len, false, &output);
	struct run_result result = {
		.outcome = CHECK_OUTCOME_EXITED,
		.status = answer->status,
		.output = output.text,
		.perfdata = output.perfdata,
		.whole_output = {answer->output, answer->len},
	};
	finish(request, &result, now);
}

void
worker_request_fail(struct worker_request *request, enum check_outcome outcome,
	const char *text, const struct instant *now)
{
	struct run_result result = {
		.outcome = outcome,
		.status = CHECK_STATUS_NONE,
		.output = text,
	};

	finish(request, &result, now);
}

static void
outbox_on_active(evutil_socket_t fd, short what, void *arg)
{
	struct worker_outbox *outbox = arg;
	const struct instant now = instant_now();
	struct worker_request *request;

	(void)fd;
	(void)what;
	while ((request = outbox->first) != NULL) {
		CLEANUP_FREE char *reason = STEAL(request->reason);

		DL_DELETE(outbox->first, request);
		if (reason != NULL)
			worker_request_fail(request, CHECK_OUTCOME_START_FAILED, reason, &now);
		else
			request->callbacks.gone(request->arg);
	}
}

void
worker_outbox_init(struct worker_outbox *outbox, struct event_base *base)
{
	outbox->first = NULL;
	outbox->event = event_new(base, -1, 0, outbox_on_active, outbox);
	if (outbox->event == NULL)
		abort();
}

void
worker_outbox_deinit(struct worker_outbox *outbox)
{
	event_free(outbox->event);
}

static void
put(struct worker_request *request)
{
	struct worker_outbox *outbox = request->outbox;

	DL_APPEND(outbox->first, request);
	event_active(outbox->event, 0, 0);
}

void
worker_outbox_fail(struct worker_request *request, const char *reason)
{
	request->reason = xstrdup(reason);
	put(request);
}

void
worker_outbox_drop(struct worker_request *request)
{
	CLEANUP_FREE char *reason = STEAL(request->reason);

	/* One that was to fail is there already. */
	if (reason == NULL)
		put(request);
}
