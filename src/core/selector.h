/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How checks are named together: by a name, by a pattern of names as fnmatch(3) has them
 * ("web-*"), or by a group ("group=storage", "group=db-?").
 */
#ifndef CORE_SELECTOR_H
#define CORE_SELECTOR_H

#include <stdbool.h>
#include <stddef.h>

/* A text taken apart, from which text is borrowed. */
struct selector {
	const char *text; /* the name, the pattern, or what follows group= */
	bool is_group;
	bool is_pattern;
	size_t stem_len; /* octets that all which it selects begin with */
};

struct selector selector_parse(const char *text);

/* Whether a name, or of a group's selector a group, is what it selects. */
bool selector_matches(const struct selector *selector, const char *text);

/* Whether a name or a group is what a pattern says, case regardless; without marks: equal. */
bool selector_is_like(const char *pattern, const char *text);

#endif
