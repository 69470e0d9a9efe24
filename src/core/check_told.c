/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check_told.h"

static void
tell_change(struct check *check)
{
	check->told.state = check->state;
	check->told.outcome = check->last_outcome;
	check->told.status = check->last_status;
	check->told.signal = check->last_signal;
}

void
check_told_by(struct check *check, enum check_event_kind kind)
{
	switch (kind) {
	case CHECK_EVENT_FAILED:
	case CHECK_EVENT_CHANGED:
	case CHECK_EVENT_RECOVERED:
		tell_change(check);
		break;
	case CHECK_EVENT_BECAME_STALE:
	case CHECK_EVENT_BECAME_FRESH:
		check->told.is_stale = check->is_stale;
		break;
	case CHECK_EVENT_FLAPPING_STARTED:
	case CHECK_EVENT_FLAPPING_STOPPED:
		check->told.is_flapping = check->is_flapping;
		tell_change(check);
		break;
	case CHECK_EVENT_WITHDRAWN:
		check->told = (struct check_told){
			.state = CHECK_STATE_PENDING,
			.outcome = CHECK_OUTCOME_NEVER,
			.status = CHECK_STATUS_NONE,
		};
		break;
	case CHECK_EVENT_AGENT_STARTED:
	case CHECK_EVENT_EVENTS_LOST:
		break;
	}
}

void
check_told_quietly(struct check *check)
{
	if (check->told.outcome == CHECK_OUTCOME_NEVER && check_state_is_ok(check->state))
		tell_change(check);
}

bool
check_told_is_alarm(const struct check_told *told)
{
	return !check_state_is_ok(told->state) || told->is_stale || told->is_flapping;
}

static bool
is_same_state(const struct check *check)
{
	return check->told.state == check->state ||
	       (check_state_is_ok(check->told.state) && check_state_is_ok(check->state));
}

static bool
is_same_status(const struct check *check)
{
	return check->told.outcome == CHECK_OUTCOME_NEVER ||
	       (check->told.outcome == check->last_outcome &&
		       check->told.status == check->last_status &&
		       check->told.signal == check->last_signal);
}

bool
check_told_owes_change(const struct check *check, enum check_notify notify)
{
	switch (notify) {
	case CHECK_NOTIFY_STATUS:
		return !is_same_state(check) || !is_same_status(check);
	case CHECK_NOTIFY_STATE:
		return !is_same_state(check);
	case CHECK_NOTIFY_NONE:
		return false;
	}
	return false;
}

bool
check_told_owes_stale(const struct check *check, enum check_notify notify)
{
	return notify != CHECK_NOTIFY_NONE && check->told.is_stale != check->is_stale;
}

bool
check_told_owes_flapping(const struct check *check, enum check_notify notify)
{
	return notify != CHECK_NOTIFY_NONE && check->told.is_flapping != check->is_flapping;
}

bool
check_told_owes(const struct check *check, enum check_notify notify)
{
	return check_told_owes_change(check, notify) || check_told_owes_stale(check, notify) ||
	       check_told_owes_flapping(check, notify);
}
