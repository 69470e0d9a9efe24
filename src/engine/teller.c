/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "teller.h"

#include <stdint.h>
#include <stdio.h>

#include "check_told.h"
#include "eventlog.h"
#include "log.h"
#include "suppression.h"
#include "util.h"

/* What an event leads from, beside the kind and the values of the check itself. */
struct origin {
	enum check_event_kind kind;
	enum check_state state;
	enum check_outcome outcome;
	int status;
	int signal;
	uint32_t held_s;    /* how long it had lasted */
	struct walltime at; /* 0: now */
};

/* Of every event in the journal, so that it can be asked for them. */
#define MESSAGE_ID "38c59d10b194480ebd68b06d1154ef3a"

static void
log_event(const struct entry *entry, const struct origin *origin,
	enum check_suppression suppression)
{
	const struct check *check = &entry->job.check;
	char from[48], to[48], number[24], status[12];
	const struct log_field fields[] = {
		{"MESSAGE_ID", MESSAGE_ID},
		{"CHECKD_CHECK", entry_name(entry)},
		{"CHECKD_GROUP", entry->job.definition->group},
		{"CHECKD_EVENT", number},
		{"CHECKD_KIND", check_event_kind_name(origin->kind)},
		{"CHECKD_STATUS", status},
		{"CHECKD_STATE", check_state_name(check->state)},
		{"CHECKD_SUPPRESSION", check_suppression_name(suppression)},
	};

	snprintf(number, sizeof(number), "%ju", (uintmax_t)entry->last_event);
	snprintf(status, sizeof(status), "%d", check->last_status);
	check_describe(origin->outcome, origin->status, origin->signal, from, sizeof(from));
	check_describe(
		check->last_outcome, check->last_status, check->last_signal, to, sizeof(to));
	log_notice_fields(fields, ARRAY_LEN(fields), "check %s: %s: %s -> %s, %s -> %s%s%s%s%s",
		entry_name(entry), check_event_kind_name(origin->kind), from, to,
		check_state_name(origin->state), check_state_name(check->state),
		suppression != CHECK_SUPPRESSION_NONE ? ", not notified: " : "",
		suppression != CHECK_SUPPRESSION_NONE ? check_suppression_name(suppression)
						      : "",
		check->last_output[0] != '\0' ? ": " : "", check->last_output);
}

/* The event's values are those of this moment. */
static void
add_event(struct entry *entry, const struct origin *origin, enum check_suppression suppression)
{
	struct check *check = &entry->job.check;
	const struct definition *definition = entry->job.definition;
	struct check_event event = {
		.kind = (uint8_t)origin->kind,
		.suppression = (uint8_t)suppression,
		.name = xstrdup(definition->name),
		.from_status = origin->status,
		.to_status = check->last_status,
		.previous_status = check->previous_status,
		.from_outcome = (uint8_t)origin->outcome,
		.to_outcome = (uint8_t)check->last_outcome,
		.from_state = (uint8_t)origin->state,
		.to_state = (uint8_t)check->state,
		.meaning = xstrdup(check->last_meaning),
		.output = xstrdup(check->last_output),
		.description = xstrdup(definition->description),
		.group = xstrdup(definition->group),
		.epoch = origin->at.s,
		.last_ran_epoch = check->last_ran_wall.s,
		.held_s = origin->held_s,
		.status_changes = (uint32_t)check->status_changes,
	};

	entry->last_event = eventlog_add(entry->context->log, &event);
	log_event(entry, origin, suppression);
	if (suppression == CHECK_SUPPRESSION_NONE)
		check_told_by(check, origin->kind);
}

static uint32_t
held_s(struct boottime since, struct boottime until)
{
	int64_t ms = since.ms != 0 ? until.ms - since.ms : 0;

	return ms > 0 ? (uint32_t)(ms / 1000) : 0;
}

/* From what the check is: an event that changes neither status nor state. */
static struct origin
origin_here(const struct entry *entry, enum check_event_kind kind)
{
	const struct check *check = &entry->job.check;

	return (struct origin){
		.kind = kind,
		.state = check->state,
		.outcome = check->last_outcome,
		.status = check->last_status,
		.signal = check->last_signal,
	};
}

/* From what was told. */
static struct origin
origin_told(const struct entry *entry, enum check_event_kind kind)
{
	const struct check_told *told = &entry->job.check.told;

	return (struct origin){
		.kind = kind,
		.state = told->state,
		.outcome = told->outcome,
		.status = told->status,
		.signal = told->signal,
	};
}

static void
add_stale_event(struct entry *entry)
{
	const struct origin origin =
		origin_here(entry, entry->job.check.is_stale ? CHECK_EVENT_BECAME_STALE
							     : CHECK_EVENT_BECAME_FRESH);

	add_event(entry, &origin, suppression_without_flapping(suppression_now(entry)));
}

static void
add_flapping_event(struct entry *entry)
{
	const struct origin origin =
		origin_told(entry, entry->job.check.is_flapping ? CHECK_EVENT_FLAPPING_STARTED
								: CHECK_EVENT_FLAPPING_STOPPED);

	add_event(entry, &origin, suppression_without_flapping(suppression_now(entry)));
}

/* What receivers believe is what the check was before. */
static bool
leads_from_told(const struct check_told *told, const struct check_transition *transition)
{
	return told->state == transition->from_state &&
	       told->outcome == transition->from_outcome &&
	       told->status == transition->from_status &&
	       told->signal == transition->from_signal;
}

/*
 * An aggregate can change at the very moment at which its suppression ends, and a check when
 * its flapping does: the event that leads on from what was told then comes behind this one.
 */
static enum check_suppression
find_change_suppression(const struct entry *entry, const struct check_transition *transition)
{
	enum check_suppression suppression = suppression_now(entry);

	if (suppression != CHECK_SUPPRESSION_NONE)
		return suppression;
	if (transition->is_flapping_change)
		return CHECK_SUPPRESSION_FLAPPING;
	if (entry->block != CHECK_SUPPRESSION_NONE &&
		!leads_from_told(&entry->job.check.told, transition))
		return (enum check_suppression)entry->block;
	return check_is_notified(entry->job.definition->notify, transition)
		       ? CHECK_SUPPRESSION_NONE
		       : CHECK_SUPPRESSION_POLICY;
}

static void
add_change_event(struct entry *entry, const struct check_transition *transition)
{
	const struct check *check = &entry->job.check;
	const struct origin origin = {
		.kind = transition->kind,
		.state = transition->from_state,
		.outcome = transition->from_outcome,
		.status = transition->from_status,
		.signal = transition->from_signal,
		.held_s = held_s(transition->changed_before, check->last_ran_boot),
		.at = check->last_ran_wall,
	};

	add_event(entry, &origin, find_change_suppression(entry, transition));
}

/* Tells what is not as it was told, as far as nothing suppresses it. */
static void
tell_owed(struct entry *entry, enum check_suppression suppression)
{
	const struct check *check = &entry->job.check;
	enum check_notify notify = entry->job.definition->notify;

	if (suppression_without_flapping(suppression) != CHECK_SUPPRESSION_NONE ||
		!check_told_owes(check, notify))
		return;
	entry_hold_back(entry);
	if (check_told_owes_stale(check, notify))
		add_stale_event(entry);
	if (check_told_owes_flapping(check, notify))
		add_flapping_event(entry);
	if (suppression == CHECK_SUPPRESSION_NONE && check_told_owes_change(check, notify)) {
		const struct origin origin =
			origin_told(entry, check_change_kind(check->told.state, check->state));

		add_event(entry, &origin, CHECK_SUPPRESSION_NONE);
	}
	entry_change(entry, true);
}

void
teller_reconsider(struct entry *entry)
{
	enum check_suppression block = suppression_block(entry), before = entry->block;

	entry->block = (uint8_t)block;
	if (block == CHECK_SUPPRESSION_NONE && before != CHECK_SUPPRESSION_NONE)
		suppression_begin_look(entry, before);
	suppression_end_doubt(entry);
	enum check_suppression suppression = suppression_now(entry);

	tell_owed(entry, suppression);
	if (entry->suppression == suppression)
		return;
	entry->suppression = (uint8_t)suppression;
	publication_change(&entry->publication);
}

void
teller_look_again(struct entry *entry)
{
	suppression_look_again(entry);
	teller_reconsider(entry);
}

/* Of trouble that a look has found still there, the parents may not have told yet. */
static void
doubt_result(struct entry *entry, const struct check_transition *transition,
	const struct check_result *result)
{
	if (check_state_is_ok(entry->job.check.state))
		return;
	if (transition->is_event)
		suppression_begin_doubt(entry, result->finished.mono);
	else if (suppression_is_looked_at(entry))
		suppression_begin_doubt(entry, entry->look_since);
}

void
teller_tell_result(struct entry *entry, const struct check_transition *transition,
	const struct check_result *result)
{
	struct check *check = &entry->job.check;

	/* An aggregate becomes fresh by its members, not by being evaluated. */
	if (check->is_stale && entry->job.definition->type != CHECK_TYPE_AGGREGATE) {
		check->is_stale = false;
		add_stale_event(entry);
	}
	doubt_result(entry, transition, result);
	if (transition->is_event)
		add_change_event(entry, transition);
	else
		check_told_quietly(check);
	if (transition->is_flapping_change)
		add_flapping_event(entry);
	suppression_end_look(entry);
	teller_reconsider(entry);
}

void
teller_set_stale(struct entry *entry, bool is_stale)
{
	entry->job.check.is_stale = is_stale;
	suppression_end_look(entry);
	if (is_stale)
		suppression_begin_doubt(entry, monotime_now());
	add_stale_event(entry);
	teller_reconsider(entry);
}

void
teller_withdraw(struct entry *entry)
{
	struct check *check = &entry->job.check;
	const struct origin origin = origin_told(entry, CHECK_EVENT_WITHDRAWN);

	if (!check_told_is_alarm(&check->told))
		return;
	entry_hold_back(entry);
	add_event(entry, &origin, CHECK_SUPPRESSION_NONE);
	entry_change(entry, true);
}

void
teller_retire(struct entry *entry)
{
	struct check *check = &entry->job.check;

	entry_hold_back(entry);
	check->is_stale = false;
	check_settle(check);
	entry_change(entry, false);
	teller_withdraw(entry);
}
