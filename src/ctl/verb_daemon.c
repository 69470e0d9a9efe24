/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * checkd itself: whether it answers, and how it does.
 */
#include <stdlib.h>

#include "ask.h"
#include "output.h"
#include "util.h"
#include "verbs.h"

int
verb_ping(const struct options *options, int argc, char **argv)
{
	struct output output = output_open(options);

	(void)argv;
	if (argc > 0)
		return VERB_MISUSED;
	json_t *answer = ask_once(options, json_pack("{s:s}", "verb", "ping"));
	if (answer == NULL)
		return VERB_FAILED;
	if (options->is_json) {
		output_json(&output, answer);
	} else {
		CLEANUP_FREE char *version = output_clean(&output, ask_text(answer, "version"));

		printf("checkd %s answers, pid %" JSON_INTEGER_FORMAT "\n", version,
			(json_int_t)ask_number(answer, "pid"));
	}
	json_decref(answer);
	return EXIT_SUCCESS;
}
