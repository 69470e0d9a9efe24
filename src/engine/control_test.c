/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A check that is tried: all that went into its run, and all that came out of it.
 */
#include <errno.h>
#include <string.h>

#include "checks.h"
#include "control_answer.h"
#include "control_handlers.h"
#include "control_row.h"
#include "control_verbs.h"
#include "entry.h"
#include "run_environment.h"
#include "tester.h"
#include "util.h"

/* So many octets of each stream are answered, */
#define STREAM_MAX 40960

/* and of arguments and environment together. */
#define LISTS_MAX 24576

struct testing {
	struct control_call *call;
	struct definition *definition; /* one reference */
	struct tester_run *run;
};

static void
testing_free(struct testing *testing)
{
	definition_unref(testing->definition);
	free(testing);
}

static void
set_command(json_t *object, const struct definition *definition)
{
	const struct command *command = definition->command;
	CLEANUP_FREE char **environment = run_environment_new(definition);
	size_t left = LISTS_MAX;

	json_object_set_new(object, "argv", control_answer_list(command->argv, &left));
	json_object_set_new(object, "environment", control_answer_list(environment, &left));
	json_object_set_new(object, "directory",
		control_answer_text(command->directory != NULL ? command->directory : "/"));
	json_object_set_new(object, "user",
		command->user != NULL ? control_answer_text(command->user) : json_null());
}

static json_t *
stream_of(const struct run_text *text)
{
	return control_answer_lines(text->len > 0 ? text->text : "", text->len, STREAM_MAX);
}

static void
set_result(json_t *object, const struct run_result *result)
{
	bool is_cut =
		result->whole_output.len > STREAM_MAX || result->error_output.len > STREAM_MAX;

	json_object_set_new(
		object, "outcome", json_string(check_outcome_name(result->outcome)));
	json_object_set_new(object, "status", json_integer(result->status));
	json_object_set_new(object, "signal", json_integer(result->signal));
	json_object_set_new(object, "duration", json_integer(result->duration_ms));
	json_object_set_new(object, "output", stream_of(&result->whole_output));
	json_object_set_new(object, "error_output", stream_of(&result->error_output));
	json_object_set_new(
		object, "is_truncated", json_boolean(result->is_truncated || is_cut));
	json_object_set_new(object, "text", control_answer_text(result->output));
	json_object_set_new(object, "metrics",
		control_metrics(result->perfdata != NULL ? result->perfdata : ""));
}

/* What the check would make of it by itself, before any confirmation. */
static void
set_judgement(
	json_t *object, const struct check_policy *policy, const struct run_result *result)
{
	const struct check_result judged = {
		.outcome = result->outcome, .status = result->status, .signal = result->signal};
	char buf[CHECK_MEANING_SIZE];

	json_object_set_new(object, "state",
		json_string(check_state_name(check_result_state(policy, &judged))));
	json_object_set_new(object, "meaning",
		control_answer_text(check_result_meaning(policy, &judged, buf)));
}

static void
tester_on_told(void *arg, const struct run_result *result)
{
	struct testing *testing = arg;
	const struct definition *definition = testing->definition;

	if (result != NULL) {
		json_t *object = json_object();

		if (definition->type == CHECK_TYPE_COMMAND)
			set_command(object, definition);
		set_result(object, result);
		set_judgement(object, &definition->policy, result);
		control_call_succeed(testing->call, object);
	} else {
		control_call_fail(testing->call,
			"the test was ended: checkd stops, or has another configuration");
	}
	testing_free(testing);
}

static void
test_on_cancelled(struct control_call *call)
{
	struct testing *testing = call->state;

	tester_cancel(testing->run);
	testing_free(testing);
}

static const char *
cause_of(int error)
{
	switch (error) {
	case -EINVAL:
		return "it is passive or an aggregate, and has no runs";
	case -EBUSY:
		return "its worker has as many requests as it takes: try later";
	}
	return "as many tests as may be are under way: try later";
}

void
control_test(void *arg, struct control_call *call)
{
	const struct control_context *context = arg;
	const char *name = control_call_text(call, "name");
	const struct entry *entry = checks_find(context->checks, name);

	if (entry == NULL) {
		control_call_fail(call, "check %.60s: there is no such check", name);
		return;
	}
	struct testing *testing = xcalloc(1, sizeof(*testing));

	testing->call = call;
	testing->definition = definition_ref(entry->job.definition);
	int error = tester_start(
		context->tester, testing->definition, tester_on_told, testing, &testing->run);

	if (error < 0) {
		testing_free(testing);
		control_call_fail(call, "check %.60s: %s", name, cause_of(error));
		return;
	}
	call->state = testing;
	call->cancelled = test_on_cancelled;
	call->is_waiting = true;
}
