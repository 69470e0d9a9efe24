/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any line whatever gets exactly one answer, which is a JSON object on one line that says
 * whether it went well. The verbs are checkd's own, with handlers that read all members, and
 * a few of this fuzzer's.
 */
#include "control_call.h"
#include "control_verbs.h"
#include "definition.h"
#include "fuzz.h"
#include "util.h"

#include <string.h>

static struct control_call *to_answer;

static void
read_something(void *arg, struct control_call *call)
{
	(void)arg;
	control_call_succeed(call, json_pack("{s:i}", "n", 1));
}

static void
read_member(const struct control_call *call, const struct control_member *member)
{
	int64_t number = control_call_number(call, member->name);
	char **list = control_call_list(call, member->name);

	if (member->type == JSON_INTEGER && control_call_has(call, member->name))
		MUST(number >= member->min && number <= member->max);
	if (!member->is_optional && member->type == JSON_STRING)
		MUST(control_call_text(call, member->name) != NULL);
	for (size_t i = 0; list != NULL && list[i] != NULL; i++)
		MUST(strlen(list[i]) <= CONTROL_REQUEST_MAX);
	(void)control_call_flag(call, member->name);
	strv_free(list);
}

/* Of whichever verb it is: what none of them has is read as not given. */
static void
read_members(void *arg, struct control_call *call)
{
	const char *name = json_string_value(json_object_get(call->request, "verb"));
	const struct control_verb *verb = control_verbs;

	(void)arg;
	while (strcmp(verb->name, name) != 0)
		verb++;
	for (const struct control_member *member = verb->members;
		member != NULL && member->name != NULL; member++)
		read_member(call, member);
	control_call_succeed(call, json_pack("{s:s}", "verb", name));
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

static const struct control_verb own_verbs[] = {
	{"read", CONTROL_RIGHT_READ, NULL, read_something},
	{"give", CONTROL_RIGHT_SUBMIT, members, submit},
	{"later", CONTROL_RIGHT_SUBMIT, members, answer_later},
	{"refuse", CONTROL_RIGHT_READ, members, refuse},
	{"forbidden", CONTROL_RIGHT_CHANGE, NULL, read_something},
};

#define VERBS_MAX 32

/* checkd's and these, with an end behind them. */
static const struct control_verb *
make_verbs(void)
{
	static struct control_verb verbs[VERBS_MAX + 1];
	size_t count = 0;

	if (verbs[0].name != NULL)
		return verbs;
	for (const struct control_verb *verb = control_verbs; verb->name != NULL; verb++) {
		MUST(count < VERBS_MAX - ARRAY_LEN(own_verbs));
		verbs[count] = *verb;
		verbs[count].handle = read_members;
		verbs[count++].right = CONTROL_RIGHT_READ;
	}
	memcpy(verbs + count, own_verbs, sizeof(own_verbs));
	return verbs;
}

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
	const struct control_service service = {make_verbs(), NULL};
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
