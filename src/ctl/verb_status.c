/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the checks are: once, or again and again; see view.h.
 */
#include <stdlib.h>

#include "ask.h"
#include "verbs.h"
#include "view.h"
#include "watch.h"

/* Lines of a terminal that are not the table's rows: sum, titles, what is not shown, prompt. */
#define OTHER_LINES 4

#define ROWS_MIN    5

static size_t
room_for_rows(const struct options *options, const struct output *output)
{
	if (options->count >= 0)
		return (size_t)options->count;
	if (options->is_all || output->height == 0)
		return ROWS_NO_LIMIT;
	return output->height > OTHER_LINES + ROWS_MIN ? output->height - OTHER_LINES
						       : ROWS_MIN;
}

static void
print(const struct view *view, const struct options *options, const struct output *output)
{
	if (!options->is_json) {
		view_print_summary(view, options, output);
		view_print_rows(view, options, output);
		return;
	}
	for (size_t i = 0; i < view->shown; i++)
		output_json(output, view->rows.items[i]);
}

int
verb_status(const struct options *options, int argc, char **argv)
{
	struct output output = output_open(options);
	struct view view;

	(void)argc;
	if (options->is_watch)
		return watch_run(options, &output, argv);
	struct client *client = client_new(options->socket, options->patience_ms);
	int error = view_fetch(client, options, argv, room_for_rows(options, &output), &view);

	if (error < 0)
		ask_tell(options, client_error(client), NULL);
	client_free(client);
	if (error < 0)
		return VERB_FAILED;
	print(&view, options, &output);
	int status = view_plugin_status(&view);
	view_deinit(&view);
	return status;
}
