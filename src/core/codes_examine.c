/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a test of the configuration tells of an exit-code map: rules that repeat codes an
 * earlier rule has taken, and codes that no rule covers.
 */
#include "codes.h"

#include <stdio.h>
#include <string.h>

#include "util.h"

#define CODE_COUNT 256

/* The longest list of codes: every other one. */
#define CODES_TEXT_SIZE (CODE_COUNT / 2 * sizeof("255, "))

struct code_set {
	bool has[CODE_COUNT];
	size_t count;
};

static void
add_code(struct code_set *set, int code)
{
	set->count += !set->has[code];
	set->has[code] = true;
}

/* Writes a set as a person would: "1-3, 7". */
static void
write_codes(const struct code_set *set, char buf[static CODES_TEXT_SIZE])
{
	size_t len = 0;

	buf[0] = '\0';
	for (int code = 0; code < CODE_COUNT; code++) {
		int first = code;

		if (!set->has[code])
			continue;
		while (code + 1 < CODE_COUNT && set->has[code + 1])
			code++;
		len += (size_t)snprintf(buf + len, CODES_TEXT_SIZE - len,
			first == code ? "%s%d" : "%s%d-%d", len > 0 ? ", " : "", first, code);
	}
}

/* Tells of a rule's codes that were taken before it, and takes the rest. */
static void
examine_rule(const struct codes *codes, size_t index, struct code_set *taken,
	codes_problem_fn tell, void *arg)
{
	const struct codes_rule *rule = codes_rule_at(codes, index);
	int width = rule->last - rule->first + 1;
	bool is_rest = width == CODE_COUNT && index + 1 == codes_rule_count(codes);
	struct code_set repeated = {.count = 0};
	char list[CODES_TEXT_SIZE];

	for (int code = rule->first; code <= rule->last; code++) {
		if (taken->has[code])
			add_code(&repeated, code);
		add_code(taken, code);
	}
	if (repeated.count == 0 || is_rest)
		return;
	write_codes(&repeated, list);
	CLEANUP_FREE char *text = xasprintf("rule %zu %s: earlier rules have taken %s",
		index + 1,
		repeated.count == (size_t)width ? "never matches" : "matches only in part",
		list);
	tell(arg, text);
}

void
codes_examine(const struct codes *codes, codes_problem_fn tell, void *arg)
{
	struct code_set taken = {.count = 0};
	struct code_set open = {.count = 0};
	char list[CODES_TEXT_SIZE];

	for (size_t i = 0; i < codes_rule_count(codes); i++)
		examine_rule(codes, i, &taken, tell, arg);
	for (int code = 0; code < CODE_COUNT; code++) {
		if (!taken.has[code])
			add_code(&open, code);
	}
	if (open.count == 0)
		return;
	write_codes(&open, list);
	CLEANUP_FREE char *text = xasprintf("no rule covers %s, taken as unknown", list);
	tell(arg, text);
}
