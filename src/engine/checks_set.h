/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What checks.c, the way of a result through the set, and checks_apply.c, that of a
 * configuration into it, share.
 */
#ifndef ENGINE_CHECKS_SET_H
#define ENGINE_CHECKS_SET_H

#include <stdint.h>

#include "aggregates.h"
#include "calendar.h"
#include "checks.h"
#include "entries.h"
#include "links.h"
#include "memory.h"

struct checks {
	struct entry_context context; /* its scheduler and freshness are owned */
	struct entries entries;       /* owned, as all that are in it */
	struct aggregates aggregates;
	struct calendar calendar;
	struct memory *memory;
	struct orders *orders;
	size_t last_runs;          /* that each check remembers */
	struct links_list changed; /* those whose watchers are to be told */
	struct links_list ordered; /* those for whom another order is in force now */
	struct links_list renewed; /* those that a configuration just brought or changed */
	bool is_linked;            /* the configuration says so of any check */
	struct event *ordered_event;
	uint64_t runs;
	uint64_t timeouts;
	struct walltime table_changed;
	struct boottime ticked;
};

/* What a change of one check brings about in others, at the same moment. */
void checks_spread(struct checks *checks, const struct instant *now);

/* A check has changed: its aggregates and watchers are to be told. */
void checks_note_changed(struct checks *checks, struct entry *entry);

/* The orders' callback, and the one of the turn behind it. */
void checks_on_order(void *arg, const char *name);
void checks_on_ordered(evutil_socket_t fd, short what, void *arg);

/* What that does: all are looked at for whom another order is in force. */
void checks_look_at_ordered(struct checks *checks, const struct instant *now);

/* Nothing is linked any more, nor counted. */
void checks_free_links(struct checks *checks);

#endif
