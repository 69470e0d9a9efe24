/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state machine of a check. Facts (status, times, texts, counters) follow every run;
 * the state follows the policy.
 */
#include "check.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "codes.h"
#include "text.h"
#include "util.h"

static const char *const outcome_names[] = {
	[CHECK_OUTCOME_NEVER] = "never",
	[CHECK_OUTCOME_EXITED] = "exited",
	[CHECK_OUTCOME_SIGNALED] = "signaled",
	[CHECK_OUTCOME_TIMED_OUT] = "timedOut",
	[CHECK_OUTCOME_START_FAILED] = "startFailed",
};
static_assert(ARRAY_LEN(outcome_names) == CHECK_OUTCOME_START_FAILED + 1, "one name each");

static const char *const state_names[] = {
	[CHECK_STATE_PENDING] = "pending",
	[CHECK_STATE_OK] = "ok",
	[CHECK_STATE_WARNING] = "warning",
	[CHECK_STATE_UNKNOWN] = "unknown",
	[CHECK_STATE_CRITICAL] = "critical",
};
static_assert(ARRAY_LEN(state_names) == CHECK_STATE_CRITICAL + 1, "one name each");

static const char *const run_state_names[] = {
	[CHECK_RUN_STATE_IDLE] = "idle",
	[CHECK_RUN_STATE_QUEUED] = "queued",
	[CHECK_RUN_STATE_RUNNING] = "running",
	[CHECK_RUN_STATE_STOPPING] = "stopping",
};
static_assert(ARRAY_LEN(run_state_names) == CHECK_RUN_STATE_STOPPING + 1, "one name each");

static const char *const admin_state_names[] = {
	[CHECK_ADMIN_STATE_ENABLED] = "enabled",
	[CHECK_ADMIN_STATE_DISABLED] = "disabled",
	[CHECK_ADMIN_STATE_MAINTENANCE] = "maintenance",
};
static_assert(
	ARRAY_LEN(admin_state_names) == CHECK_ADMIN_STATE_MAINTENANCE + 1, "one name each");

/* The texts of a check that has not run, for all of them; never written to. */
static char no_texts[] = "\0\0";

/* A block with copies, each cut to its length, in place of whatever the check has. */
static void
put_texts(struct check *check, const char *meaning, const char *output, const char *perfdata)
{
	size_t size = strlen(meaning) + strlen(output) + strlen(perfdata) + 3;

	if (size == sizeof(no_texts)) {
		check->last_meaning = check->last_output = check->last_perfdata = no_texts;
		return;
	}
	char *text = xcalloc(size, 1);

	check->last_meaning = strcpy(text, meaning);
	text_cut(text, CHECK_OUTPUT_MAX);
	text += strlen(text) + 1;
	check->last_output = strcpy(text, output);
	text_cut(text, CHECK_OUTPUT_MAX);
	text += strlen(text) + 1;
	check->last_perfdata = strcpy(text, perfdata);
	text_cut(text, CHECK_PERFDATA_MAX);
}

static void
free_texts(char *texts)
{
	if (texts != no_texts)
		free(texts);
}

void
check_init(struct check *check)
{
	*check = (struct check){
		.state = CHECK_STATE_PENDING,
		.last_status = CHECK_STATUS_NONE,
		.previous_status = CHECK_STATUS_NONE,
		.last_outcome = CHECK_OUTCOME_NEVER,
		.told = {.state = CHECK_STATE_PENDING,
			.outcome = CHECK_OUTCOME_NEVER,
			.status = CHECK_STATUS_NONE},
	};
	put_texts(check, "", "", "");
}

void
check_deinit(struct check *check)
{
	free_texts(check->last_meaning);
}

void
check_join_texts(struct check *check)
{
	CLEANUP_FREE char *meaning = check->last_meaning;
	CLEANUP_FREE char *output = check->last_output;
	CLEANUP_FREE char *perfdata = check->last_perfdata;

	put_texts(check, meaning != NULL ? meaning : "", output != NULL ? output : "",
		perfdata != NULL ? perfdata : "");
}

void
check_copy(struct check *to, const struct check *from)
{
	*to = *from;
	put_texts(to, from->last_meaning, from->last_output, from->last_perfdata);
}

void
check_move(struct check *to, struct check *from)
{
	*to = *from;
	check_init(from);
}

bool
check_is_unconfirmed(const struct check *check)
{
	return check->attempt > 0;
}

enum check_state
check_result_state(const struct check_policy *policy, const struct check_result *result)
{
	switch (result->outcome) {
	case CHECK_OUTCOME_EXITED:
		return codes_lookup(policy->codes, result->status, NULL);
	case CHECK_OUTCOME_SIGNALED:
		return policy->on_signal;
	case CHECK_OUTCOME_TIMED_OUT:
		return policy->on_timeout;
	case CHECK_OUTCOME_START_FAILED:
		return policy->on_start_failure;
	case CHECK_OUTCOME_NEVER:
		break;
	}
	abort();
}

const char *
check_result_meaning(const struct check_policy *policy, const struct check_result *result,
	char buf[static CHECK_MEANING_SIZE])
{
	const char *meaning = buf;

	if (result->outcome == CHECK_OUTCOME_EXITED)
		codes_lookup(policy->codes, result->status, &meaning);
	else
		check_describe(result->outcome, result->status, result->signal, buf,
			CHECK_MEANING_SIZE);
	return meaning;
}

/* Mostly they are what they were before. */
static void
set_texts(struct check *check, const struct check_policy *policy,
	const struct check_result *result)
{
	char buf[CHECK_MEANING_SIZE];
	const char *meaning = check_result_meaning(policy, result, buf);
	const char *perfdata = result->perfdata != NULL ? result->perfdata : "";
	char *before = check->last_meaning;

	if (strcmp(check->last_meaning, meaning) == 0 &&
		strcmp(check->last_output, result->output) == 0 &&
		strcmp(check->last_perfdata, perfdata) == 0)
		return;
	put_texts(check, meaning, result->output, perfdata);
	free_texts(before);
}

static bool
has_status_changed(const struct check *check, const struct check_result *result)
{
	return check->last_outcome != result->outcome || check->last_status != result->status ||
	       check->last_signal != result->signal;
}

static void
apply_facts(struct check *check, const struct check_policy *policy,
	const struct check_result *result, const struct check_transition *transition)
{
	if (transition->is_status_change) {
		check->previous_status = check->last_status;
		check->status_changes++;
	}
	if (transition->is_status_change || transition->is_first) {
		check->last_change_wall = result->finished.wall;
		check->last_change_boot = result->finished.boot;
	}
	check->last_outcome = result->outcome;
	check->last_status = result->status;
	check->last_signal = result->signal;
	check->last_ran_wall = result->finished.wall;
	check->last_ran_boot = result->finished.boot;
	check->last_duration_ms = result->duration_ms;
	check->last_lateness_ms = result->lateness_ms;
	check->runs++;
	if (result->outcome == CHECK_OUTCOME_TIMED_OUT)
		check->timeouts++;
	set_texts(check, policy, result);
}

/* Moves the confirmed state; returns whether it changed. Pending ends at once. */
static bool
apply_state(struct check *check, const struct check_policy *policy, enum check_state state)
{
	if (check->state == CHECK_STATE_PENDING) {
		check->state = state;
		return false;
	}
	if (state == check->state) {
		check->attempt = 0;
		return false;
	}
	if (++check->attempt < policy->confirm)
		return false;
	check->attempt = 0;
	check->state = state;
	check->state_changes++;
	return true;
}

bool
check_state_is_ok(enum check_state state)
{
	return state <= CHECK_STATE_OK;
}

enum check_event_kind
check_change_kind(enum check_state from, enum check_state to)
{
	bool was_ok = check_state_is_ok(from), is_ok = check_state_is_ok(to);

	if (was_ok && !is_ok)
		return CHECK_EVENT_FAILED;
	return !was_ok && is_ok ? CHECK_EVENT_RECOVERED : CHECK_EVENT_CHANGED;
}

/* Returns whether flapping has begun or ended. Between two thresholds it stays as it is. */
static bool
apply_flapping(struct check *check, const struct check_policy *policy, bool is_status_change)
{
	const unsigned changes_max = CHECK_FLAPPING_RUNS - 1;
	bool was_flapping = check->is_flapping;
	unsigned share;

	check->flapping_history = (check->flapping_history << 1 | is_status_change) &
				  ((UINT32_C(1) << changes_max) - 1);
	share = 100 * (unsigned)__builtin_popcount(check->flapping_history) / changes_max;
	if (policy->flapping_start == 0)
		check->is_flapping = false;
	else if (share >= policy->flapping_start)
		check->is_flapping = true;
	else if (share < policy->flapping_stop)
		check->is_flapping = false;
	return check->is_flapping != was_flapping;
}

void
check_settle(struct check *check)
{
	check->flapping_history = 0;
	check->is_flapping = false;
}

void
check_apply(struct check *check, const struct check_policy *policy,
	const struct check_result *result, struct check_transition *ret_transition)
{
	struct check_transition transition = {
		.is_first = check->last_outcome == CHECK_OUTCOME_NEVER,
		.from_state = check->state,
		.from_outcome = check->last_outcome,
		.from_status = check->last_status,
		.from_signal = check->last_signal,
		.changed_before = check->last_change_boot,
	};
	enum check_state state = check_result_state(policy, result);

	transition.is_status_change = !transition.is_first && has_status_changed(check, result);
	apply_facts(check, policy, result, &transition);
	if (!check_state_is_ok(state))
		check->failures++;
	transition.is_state_change = apply_state(check, policy, state);
	transition.is_event = transition.is_status_change || transition.is_state_change ||
			      (transition.is_first && !check_state_is_ok(check->state));
	transition.kind = check_change_kind(transition.from_state, check->state);
	transition.is_flapping_change =
		apply_flapping(check, policy, transition.is_status_change);
	*ret_transition = transition;
}

bool
check_is_notified(enum check_notify notify, const struct check_transition *transition)
{
	switch (notify) {
	case CHECK_NOTIFY_STATUS:
		return true;
	case CHECK_NOTIFY_STATE:
		return transition->is_state_change || transition->is_first;
	case CHECK_NOTIFY_NONE:
		return false;
	}
	abort();
}

const char *
check_outcome_name(enum check_outcome outcome)
{
	return outcome_names[outcome];
}

const char *
check_state_name(enum check_state state)
{
	return state_names[state];
}

const char *
check_run_state_name(enum check_run_state run_state)
{
	return run_state_names[run_state];
}

const char *
check_admin_state_name(enum check_admin_state admin_state)
{
	return admin_state_names[admin_state];
}

int
check_state_parse(const char *text, enum check_state *ret_state)
{
	for (enum check_state state = CHECK_STATE_OK; state <= CHECK_STATE_CRITICAL; state++) {
		if (strcmp(text, state_names[state]) == 0) {
			*ret_state = state;
			return 0;
		}
	}
	return -EINVAL;
}

static void
describe_signal(int signal, char *buf, size_t size)
{
	const char *name = sigabbrev_np(signal);

	if (name != NULL)
		snprintf(buf, size, "signal %d (%s)", signal, name);
	else
		snprintf(buf, size, "signal %d", signal);
}

void
check_describe(enum check_outcome outcome, int status, int signal, char *buf, size_t size)
{
	switch (outcome) {
	case CHECK_OUTCOME_NEVER:
		snprintf(buf, size, "never ran");
		return;
	case CHECK_OUTCOME_EXITED:
		snprintf(buf, size, "exit %d", status);
		return;
	case CHECK_OUTCOME_SIGNALED:
		describe_signal(signal, buf, size);
		return;
	case CHECK_OUTCOME_TIMED_OUT:
		snprintf(buf, size, "timed out");
		return;
	case CHECK_OUTCOME_START_FAILED:
		snprintf(buf, size, "start failed");
		return;
	}
	abort();
}
