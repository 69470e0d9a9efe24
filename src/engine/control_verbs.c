/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control_verbs.h"

#include <string.h>
#include <unistd.h>

#include "checks.h"
#include "control_answer.h"
#include "control_handlers.h"

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

#define TEXT(name)                                                                             \
	{                                                                                      \
		name, JSON_STRING, false, false, 0, 0                                          \
	}
#define OPTIONAL_TEXT(name)                                                                    \
	{                                                                                      \
		name, JSON_STRING, true, false, 0, 0                                           \
	}
#define OPTIONAL_LIST(name)                                                                    \
	{                                                                                      \
		name, JSON_ARRAY, true, false, 0, 0                                            \
	}
#define LIMIT                                                                                  \
	{                                                                                      \
		"limit", JSON_INTEGER, true, false, 1, CONTROL_ITEMS_MAX                       \
	}
#define END                                                                                    \
	{                                                                                      \
		.name = NULL                                                                   \
	}

/* clang-format off */
static const struct control_member submit_members[] = {
	TEXT("name"),
	{"status", JSON_INTEGER, .min = 0, .max = 255},
	{"output", JSON_STRING, .is_optional = true, .is_unlogged = true},
	END,
};

static const struct control_member names_members[] = {
	OPTIONAL_TEXT("match"), OPTIONAL_TEXT("after"), LIMIT, END,
};

static const struct control_member checks_members[] = {
	OPTIONAL_LIST("state"), OPTIONAL_TEXT("group"), OPTIONAL_TEXT("match"),
	OPTIONAL_LIST("columns"), OPTIONAL_TEXT("after"), LIMIT, END,
};

static const struct control_member name_members[] = {
	TEXT("name"), END,
};

static const struct control_member events_members[] = {
	{"since", JSON_INTEGER, .is_optional = true, .min = 0, .max = INT64_MAX}, LIMIT,
	OPTIONAL_TEXT("name"), {"wait", JSON_INTEGER, .is_optional = true, .min = 0, .max = 60},
	END,
};

static const struct control_member run_members[] = {
	TEXT("name"), {"wait", JSON_TRUE, .is_optional = true}, END,
};

static const struct control_member enable_members[] = {
	TEXT("name"), OPTIONAL_TEXT("after"), END,
};

static const struct control_member disable_members[] = {
	TEXT("name"), OPTIONAL_TEXT("reason"), OPTIONAL_TEXT("after"), END,
};

static const struct control_member maintenance_members[] = {
	TEXT("name"), {"seconds", JSON_INTEGER, .min = 0, .max = 366 * 24 * 3600},
	OPTIONAL_TEXT("reason"), OPTIONAL_TEXT("after"), END,
};

const struct control_verb control_verbs[] = {
	{"ping", CONTROL_RIGHT_READ, NULL, ping},
	{"names", CONTROL_RIGHT_READ, names_members, control_names},
	{"checks", CONTROL_RIGHT_READ, checks_members, control_checks},
	{"show", CONTROL_RIGHT_READ, name_members, control_show},
	{"events", CONTROL_RIGHT_READ, events_members, control_events},
	{"daemon", CONTROL_RIGHT_READ, NULL, control_daemon},
	{"run", CONTROL_RIGHT_CHANGE, run_members, control_run},
	{"enable", CONTROL_RIGHT_CHANGE, enable_members, control_enable},
	{"disable", CONTROL_RIGHT_CHANGE, disable_members, control_disable},
	{"maintenance", CONTROL_RIGHT_CHANGE, maintenance_members, control_maintenance},
	{"test", CONTROL_RIGHT_CHANGE, name_members, control_test},
	{"reload", CONTROL_RIGHT_CHANGE, NULL, control_reload},
	{"submit", CONTROL_RIGHT_SUBMIT, submit_members, submit},
	{NULL, CONTROL_RIGHT_READ, NULL, NULL},
};
/* clang-format on */
