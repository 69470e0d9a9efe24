/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which events become of what happens to a check, and whether they are notified. A
 * notification is suppressed by the check's policy, while it is disabled, in maintenance or
 * flapping, and while something it depends on is not ok, or in doubt: before a failure is
 * told, what the check depends on is looked at. When a suppression ends the check is looked
 * at anew, and what is not as it was told last is told then.
 */
#ifndef ENGINE_TELLER_H
#define ENGINE_TELLER_H

#include "check.h"
#include "check_event.h"
#include "entry.h"

/* After check_apply: a run came to this. */
void teller_tell_result(struct entry *entry, const struct check_transition *transition,
	const struct check_result *result);

/* It has become stale, or fresh. */
void teller_set_stale(struct entry *entry, bool is_stale);

/* Nothing more will be told of it: an alarm that was is withdrawn. */
void teller_withdraw(struct entry *entry);

/* The same, where it is not to run any more: it is neither stale nor flapping then. */
void teller_retire(struct entry *entry);

/* What suppresses its events may have changed. */
void teller_reconsider(struct entry *entry);

/*
 * The same after a reload, which may have ended runs that were waited for, or put them off:
 * they are asked for again.
 */
void teller_look_again(struct entry *entry);

#endif
