/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask.h"

#include <stdio.h>
#include <string.h>

#include "text.h"
#include "util.h"

static void
tell_as_json(const struct options *options, const char *error, const json_t *answer)
{
	struct output output = output_open(options);
	json_t *told = answer != NULL ? json_deep_copy(answer)
				      : json_pack("{s:b, s:s}", "ok", 0, "error", error);

	output_json(&output, told);
	json_decref(told);
}

void
ask_tell(const struct options *options, const char *error, const json_t *answer)
{
	if (options->is_json)
		tell_as_json(options, error, answer);
	else if (options->is_plugin)
		printf("UNKNOWN - %s\n", error);
	else
		fprintf(stderr, "checkctl: %s\n", error);
}

static json_t *
examine(const struct options *options, const struct client *client, int error, json_t *answer)
{
	if (error == 0)
		return answer;
	ask_tell(options, client_error(client), answer);
	json_decref(answer);
	return NULL;
}

json_t *
ask(const struct options *options, struct client *client, json_t *request)
{
	json_t *answer = NULL;
	int error = client_ask(client, request, &answer);

	return examine(options, client, error, answer);
}

json_t *
ask_once(const struct options *options, json_t *request)
{
	struct client *client = client_new(options->socket, options->patience_ms);
	json_t *answer = ask(options, client, request);

	client_free(client);
	return answer;
}

json_t *
ask_once_long(const struct options *options, json_t *request)
{
	struct client *client = client_new(options->socket, options->patience_ms);
	json_t *answer = NULL;
	int error = client_ask_long(client, request, &answer);

	answer = examine(options, client, error, answer);
	client_free(client);
	return answer;
}

void
ask_set_text(json_t *request, const char *member, const char *text)
{
	if (text == NULL)
		return;
	if (json_object_set_new(request, member, json_string(text)) == 0)
		return;
	size_t size = strlen(text) * 3 + 1; /* each octet may become U+FFFD */
	CLEANUP_FREE char *clean = xcalloc(size, 1);

	text_clean(text, strlen(text), clean, size);
	json_object_set_new(request, member, json_string(clean));
}

const char *
ask_text(const json_t *object, const char *member)
{
	const char *text = json_string_value(json_object_get(object, member));

	return text != NULL ? text : "";
}

int64_t
ask_number(const json_t *object, const char *member)
{
	return json_integer_value(json_object_get(object, member));
}
