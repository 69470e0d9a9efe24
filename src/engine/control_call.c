/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a line to a verb's handler: each thing that can be wrong on the way is an answer.
 */
#include "control_call.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "text.h"
#include "util.h"

#define ERROR_MAX 511 /* of the text of an error, in octets */
#define WORD_MAX  60  /* of a text of the request that is repeated to people */

struct control_call *
control_call_new(void (*answered)(void *arg), void *arg)
{
	struct control_call *call = xcalloc(1, sizeof(*call));

	call->answered = answered;
	call->arg = arg;
	return call;
}

void
control_call_free(struct control_call *call)
{
	if (call->answer == NULL && call->cancelled != NULL)
		call->cancelled(call);
	free(call->answer);
	free(call->error);
	free(call);
}

static char *
dump(json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);

	json_decref(object);
	if (text == NULL)
		abort();
	return text;
}

static json_t *
refusal(const char *error)
{
	return json_pack("{s:b, s:s}", "ok", 0, "error", error);
}

/* Takes the text. Handlers keep the bound; one that did not must not reach the client. */
static void
answer_text(struct control_call *call, char *text)
{
	assert(call->answer == NULL);
	call->answer = text;
	if (strlen(text) > CONTROL_ANSWER_MAX) {
		free(text);
		call->answer = dump(refusal("the answer is too long"));
	}
	call->answered(call->arg);
}

/* Takes the object. */
static void
answer(struct control_call *call, json_t *object)
{
	answer_text(call, dump(object));
}

/* Takes the members. */
static void
answer_with(struct control_call *call, json_t *object, json_t *members)
{
	if (members != NULL)
		json_object_update_missing(object, members);
	json_decref(members);
	answer(call, object);
}

void
control_call_succeed(struct control_call *call, json_t *members)
{
	answer_with(call, json_pack("{s:b}", "ok", 1), members);
}

void
control_call_succeed_items(struct control_call *call, json_t *members, const char *name,
	struct control_items *items)
{
	json_t *object = json_pack("{s:b}", "ok", 1);

	if (members != NULL)
		json_object_update_missing(object, members);
	json_decref(members);
	CLEANUP_FREE char *rest = dump(object);
	char *text = xasprintf("%.*s,\"%s\":%.*s]}", (int)strlen(rest) - 1, rest, name,
		(int)items->text.len, items->text.text);

	control_items_deinit(items);
	answer_text(call, text);
}

void
control_call_fail_with(struct control_call *call, json_t *members, const char *error)
{
	char clean[ERROR_MAX + 1];

	text_clean(error, strlen(error), clean, sizeof(clean));
	call->error = xstrdup(clean);
	answer_with(call, refusal(clean), members);
}

void
control_call_fail(struct control_call *call, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	CLEANUP_FREE char *text = xvasprintf(format, arguments);
	va_end(arguments);
	control_call_fail_with(call, NULL, text);
}

const char *
control_call_text(const struct control_call *call, const char *member)
{
	return json_string_value(json_object_get(call->request, member));
}

int64_t
control_call_number(const struct control_call *call, const char *member)
{
	return json_integer_value(json_object_get(call->request, member));
}

bool
control_call_flag(const struct control_call *call, const char *member)
{
	return json_is_true(json_object_get(call->request, member));
}

bool
control_call_has(const struct control_call *call, const char *member)
{
	return json_object_get(call->request, member) != NULL;
}

static char **
split(const char *text)
{
	size_t count = 0;
	char **items = NULL;

	for (const char *end = text; *text != '\0'; text = *end != '\0' ? end + 1 : end) {
		end = strchrnul(text, ',');
		items = xreallocarray(items, count + 2, sizeof(char *));
		items[count++] = xstrndup(text, (size_t)(end - text));
		items[count] = NULL;
	}
	return items != NULL ? items : xcalloc(1, sizeof(char *));
}

char **
control_call_list(const struct control_call *call, const char *member)
{
	const json_t *list = json_object_get(call->request, member);
	size_t count = json_array_size(list);

	if (list == NULL || json_is_string(list))
		return list != NULL ? split(json_string_value(list)) : NULL;
	char **items = xcalloc(count + 1, sizeof(char *));

	for (size_t i = 0; i < count; i++)
		items[i] = xstrdup(json_string_value(json_array_get(list, i)));
	return items;
}

/* The parser recurses, so its depth is bounded before it is let at it. */
static bool
is_too_deep(const char *line, size_t len)
{
	bool is_text = false;
	int depth = 0;

	for (size_t i = 0; i < len && depth <= CONTROL_DEPTH_MAX; i++) {
		if (is_text && line[i] == '\\')
			i++;
		else if (line[i] == '"')
			is_text = !is_text;
		else if (!is_text && (line[i] == '{' || line[i] == '['))
			depth++;
		else if (!is_text && (line[i] == '}' || line[i] == ']'))
			depth--;
	}
	return depth > CONTROL_DEPTH_MAX;
}

/* NULL, having answered, where the line is no object. */
static json_t *
parse(struct control_call *call, const char *line, size_t len)
{
	json_error_t error;

	if (len > CONTROL_REQUEST_MAX) {
		control_call_fail(
			call, "the request is longer than %d octets", CONTROL_REQUEST_MAX);
		return NULL;
	}
	if (is_too_deep(line, len)) {
		control_call_fail(
			call, "the request is nested more than %d deep", CONTROL_DEPTH_MAX);
		return NULL;
	}
	json_t *request = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	if (request == NULL) {
		control_call_fail(call, "the request is not JSON: at octet %d: %s",
			error.position, error.text);
	} else if (!json_is_object(request)) {
		control_call_fail(call, "the request is not a JSON object");
		json_decref(request);
		request = NULL;
	}
	return request;
}

/* A text of the request, such as may be repeated; "" where it is none. */
static void
show_text(const json_t *request, const char *member, char buf[WORD_MAX + 1])
{
	const char *text = json_string_value(json_object_get(request, member));

	buf[0] = '\0';
	if (text != NULL)
		text_clean(text, strlen(text), buf, WORD_MAX + 1);
}

static const struct control_verb *
find_verb(const struct control_verb *verbs, const char *name)
{
	for (; verbs->name != NULL; verbs++) {
		if (strcmp(verbs->name, name) == 0)
			return verbs;
	}
	return NULL;
}

static const struct control_member *
find_member(const struct control_verb *verb, const char *name)
{
	for (const struct control_member *member = verb->members;
		member != NULL && member->name != NULL; member++) {
		if (strcmp(member->name, name) == 0)
			return member;
	}
	return NULL;
}

static bool
is_list(const json_t *value)
{
	size_t count = json_array_size(value);

	if (!json_is_array(value))
		return json_is_string(value);
	for (size_t i = 0; i < count; i++) {
		if (!json_is_string(json_array_get(value, i)))
			return false;
	}
	return true;
}

static bool
is_in_range(const struct control_member *member, const json_t *value)
{
	return json_is_integer(value) && json_integer_value(value) >= member->min &&
	       json_integer_value(value) <= member->max;
}

/* What is wrong with a member's value, to be freed; or NULL. */
static char *
examine_value(const struct control_member *member, const json_t *value)
{
	if (value == NULL)
		return member->is_optional ? NULL : xasprintf("%s is missing", member->name);
	if (member->type == JSON_STRING)
		return json_is_string(value) ? NULL
					     : xasprintf("%s must be a text", member->name);
	if (member->type == JSON_TRUE)
		return json_is_boolean(value)
			       ? NULL
			       : xasprintf("%s must be true or false", member->name);
	if (member->type == JSON_ARRAY)
		return is_list(value) ? NULL
				      : xasprintf("%s must be a list of texts", member->name);
	if (!is_in_range(member, value))
		return xasprintf("%s must be a whole number from %" PRId64 " to %" PRId64,
			member->name, member->min, member->max);
	return NULL;
}

static char *
examine_members(const struct control_verb *verb, json_t *request)
{
	const char *name;
	json_t *value;

	json_object_foreach(request, name, value)
	{
		char clean[WORD_MAX + 1];

		if (strcmp(name, "verb") == 0 || find_member(verb, name) != NULL)
			continue;
		text_clean(name, strlen(name), clean, sizeof(clean));
		return xasprintf("unknown member \"%s\"", clean);
	}
	for (const struct control_member *member = verb->members;
		member != NULL && member->name != NULL; member++) {
		char *wrong = examine_value(member, json_object_get(request, member->name));

		if (wrong != NULL)
			return wrong;
	}
	return NULL;
}

/* "submit backup: 2": the verb, whom it is about, and the rest. */
static void
print_change(FILE *stream, const struct control_verb *verb, const json_t *request)
{
	const char *separator = " ";

	fputs(verb->name, stream);
	for (const struct control_member *member = verb->members;
		member != NULL && member->name != NULL; member++) {
		const json_t *value = json_object_get(request, member->name);
		char clean[WORD_MAX + 1];

		if (value == NULL || member->is_unlogged || json_is_false(value))
			continue;
		show_text(request, member->name, clean);
		fputs(separator, stream);
		if (json_is_integer(value))
			fprintf(stream, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		else if (json_is_boolean(value))
			fputs(member->name, stream);
		else
			fputs(clean, stream);
		separator = member == verb->members ? ": " : ", ";
	}
}

/* Every change is logged with who made it, those that were refused too. */
static void
log_change(const struct control_caller *caller, const struct control_call *call,
	const struct control_verb *verb, const json_t *request)
{
	CLEANUP_FREE char *text = NULL;
	size_t size;

	bool is_news = verb->right == CONTROL_RIGHT_CHANGE;

	if (verb->right == CONTROL_RIGHT_READ ||
		!log_is_enabled(is_news ? LOG_LEVEL_NOTICE : LOG_LEVEL_INFO))
		return;
	FILE *stream = open_memstream(&text, &size);
	if (stream == NULL)
		abort();
	print_change(stream, verb, request);
	if (call->error != NULL)
		fprintf(stream, ": refused: %s", call->error);
	fclose(stream);
	if (is_news)
		log_notice("control: %s: %s", caller->name, text);
	else
		log_info("control: %s: %s", caller->name, text);
}

static void
handle(struct control_call *call, const struct control_service *service,
	const struct control_caller *caller, const struct control_verb *verb, json_t *request)
{
	CLEANUP_FREE char *wrong = NULL;
	const char *whom = verb->members != NULL ? verb->members->name : "";
	char about[WORD_MAX + 1];

	show_text(request, whom, about);
	if ((caller->rights & verb->right) == 0) {
		control_call_fail(call, "%s%s%s: %s may not do that", verb->name,
			about[0] != '\0' ? " " : "", about, caller->name);
	} else if ((wrong = examine_members(verb, request)) != NULL) {
		control_call_fail(call, "%s%s%s: %s", verb->name, about[0] != '\0' ? " " : "",
			about, wrong);
	} else {
		call->request = request;
		call->caller = caller;
		verb->handle(service->arg, call);
		call->request = NULL;
		call->caller = NULL;
	}
	log_change(caller, call, verb, request);
}

void
control_call_begin(struct control_call *call, const struct control_service *service,
	const struct control_caller *caller, const char *line, size_t len)
{
	json_t *request = parse(call, line, len);
	char shown[WORD_MAX + 1];

	if (request == NULL)
		return;
	show_text(request, "verb", shown);
	const char *name = json_string_value(json_object_get(request, "verb"));
	const struct control_verb *verb = name != NULL ? find_verb(service->verbs, name) : NULL;
	if (name == NULL)
		control_call_fail(call, "verb is missing, or is no text");
	else if (verb == NULL)
		control_call_fail(call, "unknown verb \"%s\"", shown);
	else
		handle(call, service, caller, verb, request);
	json_decref(request);
}
