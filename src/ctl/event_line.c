/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "event_line.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "age.h"
#include "ask.h"
#include "util.h"

char *
event_line_outcome(const char *outcome, int64_t status, int64_t signal)
{
	if (strcmp(outcome, "exited") == 0)
		return xasprintf("exit %" PRId64, status);
	if (strcmp(outcome, "signaled") == 0)
		return signal > 0 ? xasprintf("signal %" PRId64, signal) : xstrdup("signal");
	if (strcmp(outcome, "timedOut") == 0)
		return xstrdup("timed out");
	return xstrdup(strcmp(outcome, "startFailed") == 0 ? "start failed" : "never ran");
}

/* "ok -> critical, exit 0 -> exit 2", without what stayed as it was; to be freed. */
static char *
describe_change(const json_t *event)
{
	const char *from_state = ask_text(event, "from_state");
	const char *to_state = ask_text(event, "to_state");
	CLEANUP_FREE char *from = event_line_outcome(
		ask_text(event, "from_outcome"), ask_number(event, "from_status"), 0);
	CLEANUP_FREE char *to = event_line_outcome(
		ask_text(event, "to_outcome"), ask_number(event, "to_status"), 0);
	bool is_same_state = strcmp(from_state, to_state) == 0;

	if (strcmp(from, to) == 0)
		return is_same_state ? xasprintf("%s, %s", to_state, to)
				     : xasprintf("%s -> %s, %s", from_state, to_state, to);
	return is_same_state ? xasprintf("%s, %s -> %s", to_state, from, to)
			     : xasprintf("%s -> %s, %s -> %s", from_state, to_state, from, to);
}

/* "accepted", "suppressed: maintenance"; to be freed. */
static char *
describe_delivery(const json_t *event)
{
	const char *delivery = ask_text(event, "delivery");
	const char *suppression = ask_text(event, "suppression");
	bool has_reason = suppression[0] != '\0' && strcmp(suppression, "none") != 0;

	return xasprintf(
		"%s%s%s", delivery, has_reason ? ": " : "", has_reason ? suppression : "");
}

static char *
describe_text(const json_t *event)
{
	const char *meaning = ask_text(event, "meaning"), *output = ask_text(event, "output");

	return xasprintf("%s%s%s%s", meaning[0] != '\0' ? ": " : "", meaning,
		output[0] != '\0' ? ": " : "", output);
}

void
event_line_print(const struct output *output, const json_t *event, time_t now)
{
	CLEANUP_FREE char *change = describe_change(event);
	CLEANUP_FREE char *text = describe_text(event);
	CLEANUP_FREE char *delivery = describe_delivery(event);
	CLEANUP_FREE char *line = xasprintf(
		"%s: %s: %s%s", ask_text(event, "name"), ask_text(event, "kind"), change, text);
	CLEANUP_FREE char *clean_line = output_clean(output, line);
	CLEANUP_FREE char *clean_delivery = output_clean(output, delivery);
	CLEANUP_FREE char *to_state = output_clean(output, ask_text(event, "to_state"));
	enum output_style style = output_style_of(to_state);
	char when[AGE_SIZE];

	age_format_time((time_t)ask_number(event, "epoch"), now, when);
	fprintf(output->stream, "%6" PRId64 "  %s  %s%-8s%s  %s  %s(%s)%s\n",
		ask_number(event, "number"), when, output_begin(output, style), to_state,
		output_end(output, style), clean_line, output_begin(output, OUTPUT_DIM),
		clean_delivery, output_end(output, OUTPUT_DIM));
}
