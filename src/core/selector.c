/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "selector.h"

#include <fnmatch.h>
#include <string.h>

#define GROUP_PREFIX  "group="
#define PATTERN_MARKS "*?["

struct selector
selector_parse(const char *text)
{
	bool is_group = strncmp(text, GROUP_PREFIX, strlen(GROUP_PREFIX)) == 0;

	if (is_group)
		text += strlen(GROUP_PREFIX);
	return (struct selector){
		.text = text,
		.is_group = is_group,
		.is_pattern = strpbrk(text, PATTERN_MARKS) != NULL,
		.stem_len = strcspn(text, PATTERN_MARKS),
	};
}

bool
selector_matches(const struct selector *selector, const char *text)
{
	return selector->is_pattern ? fnmatch(selector->text, text, 0) == 0
				    : strcmp(selector->text, text) == 0;
}

bool
selector_is_like(const char *pattern, const char *text)
{
	return fnmatch(pattern, text, FNM_CASEFOLD) == 0;
}
