/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was told of a check and what is: where they differ, and which event tells it. While
 * a check's events are suppressed the two come apart; when that ends, what is owed makes
 * good for it, so that nobody keeps an alarm that is over.
 */
#ifndef CORE_CHECK_TOLD_H
#define CORE_CHECK_TOLD_H

#include <stdbool.h>

#include "check.h"

/* An event of this kind is notified now: what it tells of the check is told. */
void check_told_by(struct check *check, enum check_event_kind kind);

/* There was nothing to tell of the check's first results: what they are counts as told. */
void check_told_quietly(struct check *check);

/* Whether a receiver believes that something is wrong. */
bool check_told_is_alarm(const struct check_told *told);

/*
 * Whether the check's status or state is another than the one that was told, as far as its
 * policy has it told: with CHECK_NOTIFY_STATE only states count, with CHECK_NOTIFY_NONE
 * nothing does.
 */
bool check_told_owes_change(const struct check *check, enum check_notify notify);

/* The same, of whether it is stale, and of whether it is flapping. */
bool check_told_owes_stale(const struct check *check, enum check_notify notify);
bool check_told_owes_flapping(const struct check *check, enum check_notify notify);

/* Any of the three. */
bool check_told_owes(const struct check *check, enum check_notify notify);

#endif
