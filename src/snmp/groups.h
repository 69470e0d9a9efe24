/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The groups that checks are in: found by name, walked in the order of their index. A group
 * is there as long as a check is in it, be it a disabled one.
 */
#ifndef SNMP_GROUPS_H
#define SNMP_GROUPS_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <stdbool.h>
#include <stddef.h>

#include "key_index.h"
#include "tally.h"

struct groups;

/* A row of checkGroupTable. */
struct groups_row {
	struct key_index_key key;
	char *name;
	size_t check_count; /* disabled ones included */
	struct tally tally; /* for whoever has the checks */
};

struct groups *groups_new(void);
void groups_free(struct groups *groups);

/* The group of this name, with one check more; it lives until the last one has left. */
struct groups_row *groups_enter(struct groups *groups, const char *name);
void groups_leave(struct groups *groups, struct groups_row *row);

/* Forgets how many checks of each group are stale. */
void groups_clear_stale(struct groups *groups);

/* As rows_find and rows_next. */
const struct groups_row *groups_find(const struct groups *groups, const char *name, size_t len);
const struct groups_row *groups_next(
	struct groups *groups, const oid *index, size_t len, bool is_inclusive);

#endif
