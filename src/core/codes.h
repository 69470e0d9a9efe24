/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exit-code maps: an ordered list of "RANGE STATE [MEANING]", the first match wins.
 * The built-in maps are plugin (the default of commands), success, lsb, sysexits, inverted
 * and probe (the default of probes).
 */
#ifndef CORE_CODES_H
#define CORE_CODES_H

#include <stdbool.h>
#include <stddef.h>

#include "check.h"

struct codes_rule {
	int first; /* 0..255 */
	int last;  /* first..255; "*" is 0..255 */
	enum check_state state;
	char *meaning; /* "" where the rule gives none */
};

struct codes;

/*
 * A map of its own, with one reference, from rules as the configuration has them. Rules
 * are texts such as "0 ok", "1-9 warning replication lag", "* critical down". Returns 0,
 * or -EINVAL with *ret_index the offending rule and *ret_error a static text that says
 * what is wrong with it.
 */
int codes_new(const char *name, const char *const *rules, size_t rule_count, size_t *ret_index,
	const char **ret_error, struct codes **ret_codes);

/* A built-in map (nothing to unref: references to it are not counted), or NULL. */
struct codes *codes_builtin(const char *name);

struct codes *codes_ref(struct codes *codes);
void codes_unref(struct codes *codes); /* NULL is fine; thread-safe */

const char *codes_name(const struct codes *codes);
bool codes_is_builtin(const struct codes *codes);
size_t codes_rule_count(const struct codes *codes);
const struct codes_rule *codes_rule_at(const struct codes *codes, size_t index);
bool codes_equal(const struct codes *a, const struct codes *b);

/*
 * The state of exit code status (0..255) and, where ret_meaning is not NULL, its meaning,
 * borrowed from the map. A code that no rule covers is unknown, without a meaning.
 */
enum check_state codes_lookup(const struct codes *codes, int status, const char **ret_meaning);

/*
 * What a test of the configuration tells of a map: rules that partly or wholly repeat
 * codes an earlier rule has taken ("*" as the last rule is meant to and is not told of),
 * and the codes that no rule covers. Each is called with a text for a person.
 */
typedef void (*codes_problem_fn)(void *arg, const char *text);
void codes_examine(const struct codes *codes, codes_problem_fn tell, void *arg);

#endif
