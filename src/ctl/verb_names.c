/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names that begin so, of checks or of groups, one a line: what shells complete words by. It
 * is quick and silent, whatever is wrong.
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
#define PAGE_MAX    500

struct listing {
	struct client *client;
	const struct output *output;
	bool is_of_groups;
	char *match;   /* owned */
	char *after;   /* owned; where the next page begins, NULL: at the first name */
	json_t *known; /* owned; an object with each name as a member */
};

/* Groups are read off their checks, which are in the order of their own names. */
static json_t *
page_request(const struct listing *listing)
{
	json_t *request =
		json_pack("{s:s}", "verb", listing->is_of_groups ? "checks" : "names");

	json_object_set_new(request, "limit", json_integer(PAGE_MAX));
	ask_set_text(request, listing->is_of_groups ? "group" : "match", listing->match);
	ask_set_text(request, "columns", listing->is_of_groups ? "group" : NULL);
	ask_set_text(request, "after", listing->after);
	return request;
}

static void
print_name(struct listing *listing, const char *name)
{
	CLEANUP_FREE char *clean = output_clean(listing->output, name);

	if (json_object_get(listing->known, name) != NULL)
		return;
	json_object_set_new(listing->known, name, json_true());
	puts(clean);
}

/* Prints what an answer has that is new; returns 0, or -errno with no page after it. */
static int
print_page(struct listing *listing)
{
	json_t *answer = NULL, *item;
	size_t index;
	int error = client_ask(listing->client, page_request(listing), &answer);
	const json_t *items =
		json_object_get(answer, listing->is_of_groups ? "checks" : "names");
	const char *next = json_string_value(json_object_get(answer, "next"));

	json_array_foreach(items, index, item)
	{
		print_name(listing, listing->is_of_groups ? ask_text(item, "group")
							  : json_string_value(item));
	}
	free(listing->after);
	listing->after = next != NULL ? xstrdup(next) : NULL;
	json_decref(answer);
	return error;
}

int
verb_names(const struct options *options, int argc, char **argv)
{
	struct output output = output_open(options);
	int64_t patience_ms =
		options->patience_ms < PATIENCE_MS ? options->patience_ms : PATIENCE_MS;
	int error;

	if (argc > 1)
		return VERB_MISUSED;
	struct listing listing = {
		.client = client_new(options->socket, patience_ms),
		.output = &output,
		.is_of_groups = options->is_of_groups,
		.match = xasprintf("%s*", argc > 0 ? argv[0] : ""),
		.known = json_object(),
	};
	do {
		error = print_page(&listing);
	} while (error == 0 && listing.after != NULL &&
		 json_object_size(listing.known) < NAMES_MAX);
	json_decref(listing.known);
	free(listing.after);
	free(listing.match);
	client_free(listing.client);
	return error < 0 ? VERB_FAILED : EXIT_SUCCESS;
}
