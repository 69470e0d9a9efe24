/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names that begin so, one a line: what shells complete words by. It is quick and silent,
 * whatever is wrong.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ask.h"
#include "client.h"
#include "output.h"
#include "util.h"
#include "verbs.h"

#define PATIENCE_MS 3000 /* of somebody who has pressed a key */
#define NAMES_MAX   2000

/* Prints one answer; *after is where the next one begins, or NULL at the end. */
static int
print_page(struct client *client, const struct output *output, const char *match, char **after,
	size_t *count)
{
	json_t *request = json_pack("{s:s, s:i}", "verb", "names", "limit", 500);
	json_t *answer = NULL, *name;
	size_t index;

	ask_set_text(request, "match", match);
	ask_set_text(request, "after", *after);
	int error = client_ask(client, request, &answer);
	free(STEAL(*after));
	json_array_foreach(json_object_get(answer, "names"), index, name)
	{
		CLEANUP_FREE char *clean = output_clean(output, json_string_value(name));

		puts(clean);
		++*count;
	}
	const char *next = json_string_value(json_object_get(answer, "next"));
	*after = next != NULL ? xstrdup(next) : NULL;
	json_decref(answer);
	return error;
}

int
verb_names(const struct options *options, int argc, char **argv)
{
	struct output output = output_open(options);
	CLEANUP_FREE char *match = xasprintf("%s*", argc > 0 ? argv[0] : "");
	CLEANUP_FREE char *after = NULL;
	size_t count = 0;
	int error;

	if (argc > 1)
		return VERB_MISUSED;
	struct client *client = client_new(options->socket,
		options->patience_ms < PATIENCE_MS ? options->patience_ms : PATIENCE_MS);
	do {
		error = print_page(client, &output, match, &after, &count);
	} while (error == 0 && after != NULL && count < NAMES_MAX);
	client_free(client);
	return error < 0 ? VERB_FAILED : EXIT_SUCCESS;
}
