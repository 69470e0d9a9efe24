/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A search in depth with a path of its own instead of recursion: a chain may have as many
 * links as there are checks.
 */
#include "config_cycles.h"

#include <stdbool.h>
#include <stdio.h>

#include "util.h"

/* Of a longer cycle so many names are told, and how many more there are. */
#define NAMES_MAX 12

#define NOT_SEEN  0
#define FINISHED  UINT32_MAX

struct search {
	const struct config_graph *graph;
	struct config_draft *const *drafts;
	struct config_problems *problems;
	uint32_t *places; /* of each check: on the path, from 1, or NOT_SEEN or FINISHED */
	uint32_t *path;
	size_t *next; /* of each place on the path: which target comes next */
	size_t len;
};

/* Of the path from its index first on: "a -> b -> a". */
static char *
format_cycle(const struct search *search, size_t first)
{
	const char *begin = search->drafts[search->path[first]]->definition->name;
	size_t count = search->len - first;
	size_t named = count <= NAMES_MAX ? count : NAMES_MAX;
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	if (stream == NULL)
		abort();
	for (size_t i = first; i < first + named; i++)
		fprintf(stream, "%s -> ", search->drafts[search->path[i]]->definition->name);
	if (named < count)
		fprintf(stream, "(%zu more) -> ", count - named);
	fputs(begin, stream);
	if (fclose(stream) != 0)
		abort();
	return text;
}

static void
tell_cycle(const struct search *search, size_t first)
{
	const struct config_place place =
		config_draft_place(search->drafts[search->path[first]], search->problems, NULL);
	CLEANUP_FREE char *text = format_cycle(search, first);

	config_problems_error(&place, "hangs on itself: %s", text);
}

static void
enter(struct search *search, uint32_t check)
{
	search->path[search->len] = check;
	search->next[search->len] = search->graph->begins[check];
	search->len++;
	search->places[check] = (uint32_t)search->len;
}

/* Goes one edge on, or back where there is none. */
static void
step(struct search *search)
{
	uint32_t check = search->path[search->len - 1];
	size_t *next = &search->next[search->len - 1];

	if (*next == search->graph->begins[check + 1]) {
		search->places[check] = FINISHED;
		search->len--;
		return;
	}
	uint32_t target = search->graph->targets[(*next)++];
	uint32_t place = search->places[target];
	if (place == NOT_SEEN)
		enter(search, target);
	else if (place != FINISHED)
		tell_cycle(search, place - 1);
}

void
config_cycles_tell(const struct config_graph *graph, struct config_draft *const *drafts,
	struct config_problems *problems)
{
	CLEANUP_FREE uint32_t *places = xcalloc(graph->count, sizeof(*places));
	CLEANUP_FREE uint32_t *path = xcalloc(graph->count, sizeof(*path));
	CLEANUP_FREE size_t *next = xcalloc(graph->count, sizeof(*next));
	struct search search = {
		.graph = graph,
		.drafts = drafts,
		.problems = problems,
		.places = places,
		.path = path,
		.next = next,
	};

	for (uint32_t i = 0; i < graph->count; i++) {
		if (places[i] == NOT_SEEN && graph->begins[i] < graph->begins[i + 1])
			enter(&search, i);
		while (search.len > 0)
			step(&search);
	}
}
