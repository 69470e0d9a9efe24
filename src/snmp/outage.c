/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kinds of failure as one const table.
 */
#include "outage.h"

#include <assert.h>
#include <string.h>

#include "log.h"
#include "util.h"

static const struct {
	const char *text;
	unsigned max_delay_s;
} failures[] = {
	[OUTAGE_UNREACHABLE] = {"cannot reach", 1},
	/* Each try stays in the backlog of a stopped master, which is short. */
	[OUTAGE_SILENT] = {"no answer from", 5},
	[OUTAGE_REFUSED] = {"refused by", 30},
	[OUTAGE_LOST] = {"lost", 1},
	[OUTAGE_WITHDRAWN] = {"withdrawn from", 1},
};
static_assert(ARRAY_LEN(failures) == OUTAGE_FAILURE_COUNT, "one line for each failure");

unsigned
outage_fail(struct outage *outage, enum outage_failure failure, long code, const char *master,
	const char *reason)
{
	unsigned max_delay_s = failures[failure].max_delay_s;
	unsigned delay_s = outage->last == failure ? 2 * outage->delay_s : 0;

	if (outage->told[failure] == code)
		log_debug("%s AgentX master %s: %s", failures[failure].text, master, reason);
	else
		log_warning("%s AgentX master %s: %s; trying again", failures[failure].text,
			master, reason);
	outage->told[failure] = code;
	outage->last = failure;
	if (delay_s == 0)
		delay_s = 1;
	outage->delay_s = delay_s < max_delay_s ? delay_s : max_delay_s;
	return outage->delay_s;
}

void
outage_end(struct outage *outage)
{
	memset(outage, 0, sizeof(*outage));
}
