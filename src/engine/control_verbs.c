/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control_verbs.h"

#include <string.h>
#include <unistd.h>

#include "checks.h"

static void
ping(void *arg, struct control_call *call)
{
	(void)arg;
	control_call_succeed(call, json_pack("{s:s, s:I}", "version", CHECKD_VERSION, "pid",
					   (json_int_t)getpid()));
}

static void
submit_on_stored(void *arg, bool is_stored)
{
	control_call_succeed(arg, json_pack("{s:b}", "stored", is_stored));
}

static void
submit_on_cancelled(struct control_call *call)
{
	store_wait_cancel(call->state);
}

/* Answered when the result is on disk: who is told so may forget it. */
static void
submit(void *arg, struct control_call *call)
{
	const struct intake *intake = ((struct control_context *)arg)->intake;
	const char *output = control_call_text(call, "output");
	struct submission submission = {
		.name = control_call_text(call, "name"),
		.status = (int)control_call_number(call, "status"),
		.output = output != NULL ? output : "",
	};
	char reason[256];

	submission.len = strlen(submission.output);
	int error = intake->submit(intake->arg, &submission);
	if (error < 0) {
		intake_explain(error, submission.name, reason, sizeof(reason));
		control_call_fail(call, "%s", reason);
		return;
	}
	call->cancelled = submit_on_cancelled;
	call->state = intake->when_stored(intake->arg, submit_on_stored, call);
}

static const struct control_member submit_members[] = {
	{.name = "name", .type = JSON_STRING},
	{.name = "status", .type = JSON_INTEGER, .min = 0, .max = 255},
	{.name = "output", .type = JSON_STRING, .is_optional = true, .is_unlogged = true},
	{.name = NULL},
};

const struct control_verb control_verbs[] = {
	{"ping", CONTROL_RIGHT_READ, NULL, ping},
	{"submit", CONTROL_RIGHT_SUBMIT, submit_members, submit},
	{NULL, CONTROL_RIGHT_READ, NULL, NULL},
};
