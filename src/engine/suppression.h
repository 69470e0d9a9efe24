/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a check's events are not notified at present. A block suppresses whatever happens. Doubt
 * does until what the check depends on has been looked at, before trouble is told; a look
 * does until the check itself has run, before what a block has hidden is told.
 */
#ifndef ENGINE_SUPPRESSION_H
#define ENGINE_SUPPRESSION_H

#include <stdbool.h>

#include "check_event.h"
#include "clock.h"
#include "entry.h"

/* What suppresses its events whatever happens to it. */
enum check_suppression suppression_block(const struct entry *entry);

/* What suppresses the events of its status. */
enum check_suppression suppression_now(const struct entry *entry);

/* What of that keeps back those events that flapping does not: its own, and staleness. */
enum check_suppression suppression_without_flapping(enum check_suppression suppression);

/*
 * Looks at what the check depends on before its trouble, which began then, is told. More
 * trouble meanwhile does not put that off, or what changes all the time were never told.
 */
void suppression_begin_doubt(struct entry *entry, struct monotime since);

/* It ends where that has been done. */
void suppression_end_doubt(struct entry *entry);

/*
 * A block of this kind is over: what it has hidden is not told of an old run. The check is to
 * run, of an aggregate those members that are not ok; where nothing can run there is no look.
 */
void suppression_begin_look(struct entry *entry, enum check_suppression reason);

/* Whether there is a look and it has seen all that it waits for; then it can be ended. */
bool suppression_is_looked_at(const struct entry *entry);
void suppression_end_look(struct entry *entry);

/* Runs that were to come may be gone: they are asked for again. */
void suppression_look_again(struct entry *entry);

#endif
