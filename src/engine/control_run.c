/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs that are asked for.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "control_answer.h"
#include "control_handlers.h"
#include "control_row.h"
#include "control_verbs.h"
#include "entry.h"
#include "util.h"

/* A call that waits for a run, and then for its result to be stored. */
struct running {
	const struct control_context *context;
	struct control_call *call;
	char *name;
	struct run_wait *run_wait;     /* the one, */
	struct store_wait *store_wait; /* or the other */
};

static void
running_free(struct running *running)
{
	free(running->name);
	free(running);
}

static void
answer_run(const struct control_context *context, struct control_call *call, const char *name,
	bool has_waited, bool is_stored)
{
	const struct entry *entry = checks_find(context->checks, name);
	struct wire_row row;

	if (entry == NULL) {
		control_call_fail(call, "check %.60s: it is gone", name);
		return;
	}
	entry_row(entry, &row);
	json_t *check = control_row(&row);

	control_call_succeed(call, json_pack("{s:o, s:b, s:b}", "check", check, "waited",
					   has_waited, "stored", is_stored));
}

static void
run_on_stored(void *arg, bool is_stored)
{
	struct running *running = arg;

	answer_run(running->context, running->call, running->name, true, is_stored);
	running_free(running);
}

static void
run_on_finished(void *arg, bool is_finished)
{
	struct running *running = arg;
	const struct intake *intake = running->context->intake;

	running->run_wait = NULL;
	if (is_finished) {
		running->store_wait = intake->when_stored(intake->arg, run_on_stored, running);
		return;
	}
	control_call_fail(running->call,
		"check %.60s: the run was ended: the check was changed, disabled or removed",
		running->name);
	running_free(running);
}

static void
run_on_cancelled(struct control_call *call)
{
	struct running *running = call->state;

	if (running->run_wait != NULL)
		run_wait_cancel(running->run_wait);
	if (running->store_wait != NULL)
		store_wait_cancel(running->store_wait);
	running_free(running);
}

static void
wait_for_run(const struct control_context *context, struct control_call *call, const char *name)
{
	struct running *running = xcalloc(1, sizeof(*running));

	running->context = context;
	running->call = call;
	running->name = xstrdup(name);
	running->run_wait = checks_when_run(context->checks, name, run_on_finished, running);
	call->state = running;
	call->cancelled = run_on_cancelled;
	call->is_waiting = true;
}

static const char *
cause_of(int error)
{
	switch (error) {
	case -ENOENT:
		return "there is no such check";
	case -EINVAL:
		return "it is passive or an aggregate, and has no runs of its own";
	case -ECANCELED:
		return "it is disabled";
	}
	return strerror(-error);
}

void
control_run(void *arg, struct control_call *call)
{
	const struct control_context *context = arg;
	const char *name = control_call_text(call, "name");
	int error = checks_run_now(context->checks, name);

	if (error < 0)
		control_call_fail(call, "check %.60s: %s", name, cause_of(error));
	else if (control_call_flag(call, "wait"))
		wait_for_run(context, call, name);
	else
		answer_run(context, call, name, false, true);
}
