/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any line whatever gets exactly one answer, which is a JSON object on one line that says
 * whether it went well.
 */
#include "control_call.h"
#include "fuzz.h"

#include <string.h>

static struct control_call *to_answer;

static void
read_something(void *arg, struct control_call *call)
{
	(void)arg;
	control_call_succeed(call, json_pack("{s:i}", "n", 1));
}

static void
submit(void *arg, struct control_call *call)
{
	const char *name = control_call_text(call, "name");
	int64_t status = control_call_number(call, "status");

	(void)arg;
	MUST(name != NULL && status >= 0 && status <= 255);
	control_call_succeed(call, json_pack("{s:s}", "name", name));
}

static void
answer_later(void *arg, struct control_call *call)
{
	(void)arg;
	to_answer = call;
}

static void
refuse(void *arg, struct control_call *call)
{
	(void)arg;
	control_call_fail(call, "not %s", control_call_text(call, "name"));
}

static const struct control_member members[] = {
	{.name = "name", .type = JSON_STRING},
	{.name = "status", .type = JSON_INTEGER, .is_optional = true, .min = 0, .max = 255},
	{.name = "output", .type = JSON_STRING, .is_optional = true, .is_unlogged = true},
	{.name = NULL},
};

static const struct control_verb verbs[] = {
	{"read", CONTROL_RIGHT_READ, NULL, read_something},
	{"submit", CONTROL_RIGHT_SUBMIT, members, submit},
	{"later", CONTROL_RIGHT_SUBMIT, members, answer_later},
	{"refuse", CONTROL_RIGHT_READ, members, refuse},
	{"change", CONTROL_RIGHT_CHANGE, NULL, read_something},
	{NULL, CONTROL_RIGHT_READ, NULL, NULL},
};

static void
call_on_answered(void *arg)
{
	(*(unsigned *)arg)++;
}

static void
examine_answer(const char *answer)
{
	json_t *object = json_loads(answer, JSON_REJECT_DUPLICATES, NULL);

	MUST(strchr(answer, '\n') == NULL);
	MUST(json_is_object(object) && json_is_boolean(json_object_get(object, "ok")));
	MUST(json_is_true(json_object_get(object, "ok")) ||
		json_is_string(json_object_get(object, "error")));
	json_decref(object);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct control_service service = {verbs, NULL};
	static const struct control_caller caller = {
		"uid 1 pid 2", 1, CONTROL_RIGHT_READ | CONTROL_RIGHT_SUBMIT};
	unsigned answers = 0;
	struct control_call *call = control_call_new(call_on_answered, &answers);

	to_answer = NULL;
	control_call_begin(call, &service, &caller, (const char *)data, size);
	MUST(answers == (to_answer == NULL));
	if (to_answer != NULL)
		control_call_succeed(to_answer, NULL);
	MUST(answers == 1);
	examine_answer(call->answer);
	control_call_free(call);
	return 0;
}
