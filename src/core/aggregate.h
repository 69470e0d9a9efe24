/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A check whose result comes from other checks' confirmed states: the rule, and what it
 * makes of how many members are in which state. Members that are disabled are not counted.
 */
#ifndef CORE_AGGREGATE_H
#define CORE_AGGREGATE_H

#include <stdbool.h>
#include <stddef.h>

#include "check.h"

enum aggregate_rule {
	AGGREGATE_RULE_ALL,      /* each member is ok */
	AGGREGATE_RULE_ANY,      /* one is at least */
	AGGREGATE_RULE_AT_LEAST, /* so many are at least */
	AGGREGATE_RULE_WORST,    /* as the worst member */
};

/*
 * The exit codes of an aggregate. Those of `worst` are the plugins' (0 ok, 1 warning,
 * 2 critical, 3 unknown); of the other rules 0 means met and 2 not met.
 */
enum aggregate_status {
	AGGREGATE_STATUS_OK = 0,
	AGGREGATE_STATUS_WARNING = 1,
	AGGREGATE_STATUS_CRITICAL = 2,
	AGGREGATE_STATUS_UNKNOWN = 3,
};

/* Owned by its definition. */
struct aggregate {
	enum aggregate_rule rule;
	unsigned at_least; /* of AGGREGATE_RULE_AT_LEAST */
	char **selectors;  /* as written, NULL-terminated; owned */
	char **members;    /* the names that they select, each once, NULL-terminated; owned */
};

/* How many members are in each state. */
struct aggregate_counts {
	size_t states[CHECK_STATE_CRITICAL + 1];
};

/* Owned lists may be NULL. */
void aggregate_free(struct aggregate *aggregate); /* NULL is fine */
bool aggregate_equal(const struct aggregate *a, const struct aggregate *b);

/*
 * The status that the rule comes to. Members that are pending have not said anything yet:
 * false, and nothing returned, while what they come to would still decide it, and where
 * nothing is counted at all. Of `worst` they are left out, unless there is nothing else.
 */
bool aggregate_evaluate(const struct aggregate *aggregate,
	const struct aggregate_counts *counts, enum aggregate_status *ret_status);

/* Writes "3 of 6 ok, 1 warning, 1 critical, 1 pending", naming the states that occur. */
void aggregate_describe(const struct aggregate_counts *counts, char *buf, size_t size);

#endif
