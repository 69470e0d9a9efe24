/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of an event's strings.
 */
#include "check_event.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "util.h"

static const char *const kind_names[] = {
	[CHECK_EVENT_FAILED] = "failed",
	[CHECK_EVENT_CHANGED] = "changed",
	[CHECK_EVENT_RECOVERED] = "recovered",
	[CHECK_EVENT_BECAME_STALE] = "becameStale",
	[CHECK_EVENT_BECAME_FRESH] = "becameFresh",
	[CHECK_EVENT_FLAPPING_STARTED] = "flappingStarted",
	[CHECK_EVENT_FLAPPING_STOPPED] = "flappingStopped",
	[CHECK_EVENT_WITHDRAWN] = "withdrawn",
	[CHECK_EVENT_AGENT_STARTED] = "agentStarted",
	[CHECK_EVENT_EVENTS_LOST] = "eventsLost",
};
static_assert(ARRAY_LEN(kind_names) == CHECK_EVENT_EVENTS_LOST + 1, "one name each");

static const char *const suppression_names[] = {
	[CHECK_SUPPRESSION_NONE] = "none",
	[CHECK_SUPPRESSION_POLICY] = "policy",
	[CHECK_SUPPRESSION_DISABLED] = "disabled",
	[CHECK_SUPPRESSION_MAINTENANCE] = "maintenance",
	[CHECK_SUPPRESSION_DEPENDENCY] = "dependency",
	[CHECK_SUPPRESSION_FLAPPING] = "flapping",
};
static_assert(ARRAY_LEN(suppression_names) == CHECK_SUPPRESSION_FLAPPING + 1, "one name each");

static const char *const delivery_names[] = {
	[CHECK_DELIVERY_PENDING] = "pending",
	[CHECK_DELIVERY_ACCEPTED] = "accepted",
	[CHECK_DELIVERY_SUPPRESSED] = "suppressed",
	[CHECK_DELIVERY_LOST] = "lost",
};
static_assert(ARRAY_LEN(delivery_names) == CHECK_DELIVERY_LOST + 1, "one name each");

struct check_event
check_event_new(enum check_event_kind kind)
{
	return (struct check_event){
		.kind = kind,
		.delivery = CHECK_DELIVERY_PENDING,
		.suppression = CHECK_SUPPRESSION_NONE,
		.name = xstrdup(""),
		.from_status = CHECK_STATUS_NONE,
		.to_status = CHECK_STATUS_NONE,
		.previous_status = CHECK_STATUS_NONE,
		.from_outcome = CHECK_OUTCOME_NEVER,
		.to_outcome = CHECK_OUTCOME_NEVER,
		.from_state = CHECK_STATE_PENDING,
		.to_state = CHECK_STATE_PENDING,
		.meaning = xstrdup(""),
		.output = xstrdup(""),
		.description = xstrdup(""),
		.group = xstrdup(""),
	};
}

struct check_event
check_event_copy(const struct check_event *event)
{
	struct check_event copy = *event;

	copy.name = xstrdup(event->name);
	copy.meaning = xstrdup(event->meaning);
	copy.output = xstrdup(event->output);
	copy.description = xstrdup(event->description);
	copy.group = xstrdup(event->group);
	return copy;
}

void
check_event_deinit(struct check_event *event)
{
	free(event->name);
	free(event->meaning);
	free(event->output);
	free(event->description);
	free(event->group);
	memset(event, 0, sizeof(*event));
}

const char *
check_event_kind_name(enum check_event_kind kind)
{
	return kind_names[kind];
}

const char *
check_suppression_name(enum check_suppression suppression)
{
	return suppression_names[suppression];
}

const char *
check_delivery_name(enum check_delivery delivery)
{
	return delivery_names[delivery];
}
