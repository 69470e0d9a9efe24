/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "suppression.h"

#include "check_told.h"
#include "links.h"

static bool
is_parent_failing(const struct links *links)
{
	for (size_t i = 0; links != NULL && i < links->parents.count; i++) {
		const struct entry *parent = links->parents.entries[i];

		if (entry_is_enabled(parent) && !check_state_is_ok(parent->job.check.state))
			return true;
	}
	return false;
}

enum check_suppression
suppression_block(const struct entry *entry)
{
	const struct definition *definition = entry->job.definition;

	if (definition->notify == CHECK_NOTIFY_NONE)
		return CHECK_SUPPRESSION_POLICY;
	if (!entry_is_enabled(entry))
		return CHECK_SUPPRESSION_DISABLED;
	if (entry_is_maintained(entry))
		return CHECK_SUPPRESSION_MAINTENANCE;
	return is_parent_failing(entry->links) ? CHECK_SUPPRESSION_DEPENDENCY
					       : CHECK_SUPPRESSION_NONE;
}

/* One that is stale is not waited for, so that nobody waits for ever. */
static bool
is_to_be_seen(const struct entry *looked, struct monotime since)
{
	const struct job *job = &looked->job;

	return job_is_runnable(job) && !job->check.is_stale &&
	       (looked->looked.ns < since.ns || check_is_unconfirmed(&job->check));
}

/* Whether it has to be seen yet how what the check depends on fares. */
static bool
is_in_doubt(const struct entry *entry)
{
	const struct links *links = entry->links;

	if (entry->doubt_since.ns == 0 || links == NULL)
		return false;
	for (size_t i = 0; i < links->looks.count; i++) {
		if (is_to_be_seen(links->looks.entries[i], entry->doubt_since))
			return true;
	}
	return false;
}

enum check_suppression
suppression_now(const struct entry *entry)
{
	enum check_suppression block = suppression_block(entry);

	if (block != CHECK_SUPPRESSION_NONE)
		return block;
	if (entry->look_since.ns != 0)
		return entry->look_reason;
	if (is_in_doubt(entry))
		return CHECK_SUPPRESSION_DEPENDENCY;
	return entry->job.check.is_flapping ? CHECK_SUPPRESSION_FLAPPING
					    : CHECK_SUPPRESSION_NONE;
}

enum check_suppression
suppression_without_flapping(enum check_suppression suppression)
{
	return suppression == CHECK_SUPPRESSION_FLAPPING ? CHECK_SUPPRESSION_NONE : suppression;
}

static void
look_at_parents(const struct entry *entry)
{
	const struct links *links = entry->links;

	for (size_t i = 0; links != NULL && i < links->looks.count; i++) {
		struct entry *looked = links->looks.entries[i];

		if (is_to_be_seen(looked, entry->doubt_since))
			job_run_now(&looked->job);
	}
}

void
suppression_begin_doubt(struct entry *entry, struct monotime since)
{
	const struct links *links = entry->links;

	if (links == NULL || links->looks.count == 0 || entry->doubt_since.ns != 0 ||
		suppression_block(entry) != CHECK_SUPPRESSION_NONE)
		return;
	entry->doubt_since = since;
	look_at_parents(entry);
}

/* Of an aggregate, whether the look waits for this member. */
static bool
is_member_awaited(const struct entry *member, struct monotime since)
{
	const struct check *check = &member->job.check;

	if (member->job.definition->aggregate != NULL)
		return member->look_since.ns != 0;
	return job_is_runnable(&member->job) && !check_state_is_ok(check->state) &&
	       !check->is_stale && member->looked.ns < since.ns;
}

/* What cannot run is seen as it is, and what is stale is not waited for. */
static bool
is_seen(const struct entry *entry)
{
	const struct links *links = entry->links;

	if (job_is_runnable(&entry->job))
		return entry->looked.ns >= entry->look_since.ns || entry->job.check.is_stale;
	for (size_t i = 0; links != NULL && i < links->members.count; i++) {
		if (is_member_awaited(links->members.entries[i], entry->look_since))
			return false;
	}
	return true;
}

static void
ask_for_look(struct entry *entry)
{
	const struct links *links = entry->links;

	if (job_is_runnable(&entry->job)) {
		job_run_soon(&entry->job);
		return;
	}
	for (size_t i = 0; links != NULL && i < links->members.count; i++) {
		struct entry *member = links->members.entries[i];

		if (job_is_runnable(&member->job) &&
			is_member_awaited(member, entry->look_since))
			job_run_soon(&member->job);
	}
}

void
suppression_begin_look(struct entry *entry, enum check_suppression reason)
{
	if (!check_told_owes(&entry->job.check, entry->job.definition->notify))
		return;
	entry->look_since = monotime_now();
	entry->look_reason = (uint8_t)reason;
	ask_for_look(entry);
	suppression_end_look(entry);
}

bool
suppression_is_looked_at(const struct entry *entry)
{
	return entry->look_since.ns != 0 && is_seen(entry);
}

void
suppression_end_look(struct entry *entry)
{
	if (suppression_is_looked_at(entry))
		entry->look_since.ns = 0;
}

void
suppression_end_doubt(struct entry *entry)
{
	if (!is_in_doubt(entry))
		entry->doubt_since.ns = 0;
}

void
suppression_look_again(struct entry *entry)
{
	if (entry->look_since.ns != 0) {
		ask_for_look(entry);
		suppression_end_look(entry);
	}
	if (is_in_doubt(entry))
		look_at_parents(entry);
}
