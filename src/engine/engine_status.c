/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How checkd is, in one line: what `systemctl status` shows.
 */
#include "engine_parts.h"

#include <inttypes.h>
#include <stdio.h>

#include "checks.h"
#include "publisher.h"
#include "readiness.h"
#include "tally.h"

/* Those that are not ok, the worst first. */
static void
print_states(FILE *out, const struct tally *tally)
{
	for (unsigned state = CHECK_STATE_CRITICAL; state >= CHECK_STATE_PENDING; state--) {
		if (state != CHECK_STATE_OK && tally->states[state] > 0)
			fprintf(out, ", %zu %s", tally->states[state],
				check_state_name((enum check_state)state));
	}
}

static const char *
store_text(enum wire_store_status status)
{
	switch (status) {
	case WIRE_STORE_OK:
		return "";
	case WIRE_STORE_BEHIND:
		return "; the disk is slow";
	case WIRE_STORE_FAILED:
		return "; the database cannot be written";
	}
	return "";
}

static void
print_status(FILE *out, const struct engine *engine)
{
	const struct tally *tally = checks_tally(engine->checks);
	bool is_published = publisher_serving_since(engine->publisher).s != 0;
	struct wire_summary summary = {0};

	checks_summarize(engine->checks, &summary);
	fprintf(out, "%zu of %zu checks ok", tally->states[CHECK_STATE_OK], tally_size(tally));
	print_states(out, tally);
	fprintf(out, "; p99 lateness %" PRIu32 " ms; %s", summary.lateness_p99_ms,
		is_published ? "published by SNMP" : "not published by SNMP");
	fputs(store_text(store_status(engine->store)), out);
	if (engine->is_reload_rejected)
		fprintf(out, "; reload %s", engine->config_result);
}

void
engine_tell_status(const struct engine *engine)
{
	char text[CHECK_OUTPUT_MAX + 256] = "";
	FILE *out = engine->readiness != NULL ? fmemopen(text, sizeof(text) - 1, "w") : NULL;

	if (out == NULL)
		return;
	print_status(out, engine);
	fclose(out);
	readiness_status(engine->readiness, text);
}
