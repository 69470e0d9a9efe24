/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A reload, and what came of it.
 */
#include <string.h>

#include "config.h"
#include "control_answer.h"
#include "control_handlers.h"
#include "control_verbs.h"
#include "util.h"

struct reloading {
	struct control_reload reload;
	const struct control_upward *upward;
	struct control_call *call;
};

static json_t *
problems_of(const struct config_report *report, enum config_severity severity)
{
	struct control_list list;

	control_list_init(&list, CONTROL_ITEMS_MAX);
	for (size_t i = 0; i < report->count; i++) {
		if (report->problems[i].severity == severity)
			control_list_add(&list, control_answer_text(report->problems[i].text));
	}
	return list.items;
}

static void
reload_on_done(void *arg, const struct control_reloaded *reloaded)
{
	struct reloading *reloading = arg;
	const struct config_report *report = reloaded->report;

	if (reloaded->is_taken)
		control_call_succeed(reloading->call,
			json_pack("{s:I, s:o, s:o}", "generation",
				(json_int_t)reloaded->generation, "result",
				control_answer_text(reloaded->result), "warnings",
				problems_of(report, CONFIG_WARNING)));
	else
		control_call_fail_with(reloading->call,
			json_pack("{s:o}", "problems", problems_of(report, CONFIG_ERROR)),
			reloaded->result);
	free(reloading);
}

static void
reload_on_cancelled(struct control_call *call)
{
	struct reloading *reloading = call->state;

	reloading->upward->forget(reloading->upward->arg, &reloading->reload);
	free(reloading);
}

void
control_reload(void *arg, struct control_call *call)
{
	const struct control_upward *upward = ((struct control_context *)arg)->upward;
	struct reloading *reloading = xcalloc(1, sizeof(*reloading));

	reloading->upward = upward;
	reloading->call = call;
	reloading->reload.told = reload_on_done;
	reloading->reload.arg = reloading;
	int error = upward->reload(upward->arg, &reloading->reload);

	if (error < 0) {
		free(reloading);
		control_call_fail(call, "cannot reload: %s", strerror(-error));
		return;
	}
	call->state = reloading;
	call->cancelled = reload_on_cancelled;
	call->is_waiting = true;
}
