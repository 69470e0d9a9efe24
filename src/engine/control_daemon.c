/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * checkd itself: the scalars of CHECKD-MIB under its names, and what SNMP does not tell.
 */
#include <assert.h>
#include <string.h>
#include <unistd.h>

#include "checks.h"
#include "control_answer.h"
#include "control_handlers.h"
#include "control_verbs.h"
#include "log.h"
#include "tally.h"
#include "util.h"

static const char *const store_names[] = {
	[WIRE_STORE_OK] = "ok",
	[WIRE_STORE_BEHIND] = "behind",
	[WIRE_STORE_FAILED] = "failed",
};
static_assert(ARRAY_LEN(store_names) == WIRE_STORE_FAILED + 1, "one name each");

/* A number of the summary. */
struct figure {
	const char *name;
	size_t offset;
	size_t size;
};

#define FIGURE(name, member)                                                                   \
	{                                                                                      \
		name, offsetof(struct wire_summary, member),                                   \
			sizeof(((struct wire_summary *)NULL)->member)                          \
	}

static const struct figure figures[] = {
	FIGURE("agent_start_time", start_epoch),
	FIGURE("agent_runs", runs),
	FIGURE("agent_timeouts", timeouts),
	FIGURE("agent_missed_runs", missed_runs),
	FIGURE("agent_running", running),
	FIGURE("agent_queued", queued),
	FIGURE("agent_lateness_last", lateness_last_ms),
	FIGURE("agent_lateness_p99", lateness_p99_ms),
	FIGURE("agent_lateness_max", lateness_max_ms),
	FIGURE("table_last_change", table_last_change_epoch),
	FIGURE("state_epoch", state_epoch),
	FIGURE("config_loaded", config_loaded_epoch),
	FIGURE("config_generation", config_generation),
	FIGURE("delivery_first_event", first_event),
	FIGURE("delivery_last_event", last_event),
	FIGURE("delivery_accepted_event", accepted_event),
	FIGURE("delivery_pending", pending_events),
	FIGURE("delivery_accepted", accepted_events),
	FIGURE("delivery_suppressed", suppressed_events),
	FIGURE("delivery_lost", lost_events),
	FIGURE("delivery_master_since", master_since_epoch),
	FIGURE("delivery_master_losses", master_losses),
};

static int64_t
read_figure(const struct figure *figure, const struct wire_summary *summary)
{
	const char *member = (const char *)summary + figure->offset;

	return figure->size == sizeof(uint64_t) ? *(const int64_t *)(const void *)member
						: *(const uint32_t *)(const void *)member;
}

static void
set_number(json_t *object, const char *name, int64_t number)
{
	json_object_set_new_nocheck(object, name, json_integer(number));
}

static void
set_text(json_t *object, const char *name, const char *text)
{
	json_object_set_new_nocheck(object, name, control_answer_text(text));
}

static void
set_summary(json_t *object, const struct wire_summary *summary)
{
	set_text(object, "agent_version", CHECKD_VERSION);
	set_number(object, "agent_up_time",
		(uint32_t)((boottime_now().ms - summary->start_boot_ms) / 10));
	for (size_t i = 0; i < ARRAY_LEN(figures); i++)
		set_number(object, figures[i].name, read_figure(&figures[i], summary));
	set_text(object, "store_status", store_names[summary->store_status]);
	set_text(object, "config_result", summary->config_result);
}

static void
set_tally(json_t *object, const struct checks *checks)
{
	const struct tally *tally = checks_tally(checks);

	set_number(object, "number", (int64_t)checks_count(checks));
	for (unsigned state = CHECK_STATE_PENDING; state <= CHECK_STATE_CRITICAL; state++) {
		char name[32];

		snprintf(name, sizeof(name), "number_%s", check_state_name(state));
		set_number(object, name, (int64_t)tally->states[state]);
	}
	set_number(object, "number_stale", (int64_t)tally->stale);
	set_text(object, "worst_state", check_state_name(tally_worst_state(tally)));
}

static void
set_facts(json_t *object, const struct control_facts *facts)
{
	set_number(object, "pid", getpid());
	set_text(object, "config_file", facts->config_file);
	set_text(object, "state_file", facts->state_file);
	set_number(object, "store_size", (int64_t)facts->store_size);
	set_number(object, "publisher_pid", facts->publisher_pid);
	set_text(object, "publisher_mode", facts->is_standalone ? "standalone" : "agentx");
	set_text(object, "master", facts->master);
	json_object_set_new_nocheck(object, "master_connected",
		json_boolean(facts->summary.master_since_epoch != 0));
	set_number(object, "log_dropped", (int64_t)log_dropped());
}

void
control_daemon(void *arg, struct control_call *call)
{
	const struct control_context *context = arg;
	const struct control_upward *upward = context->upward;
	struct control_facts facts;
	json_t *object = json_object();

	upward->facts(upward->arg, &facts);
	set_summary(object, &facts.summary);
	set_tally(object, context->checks);
	set_number(object, "orders", (int64_t)checks_order_count(context->checks));
	set_facts(object, &facts);
	control_call_succeed(call, object);
}
