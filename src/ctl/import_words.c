/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When in doubt a shell is needed: a script runs as it did, at the price of one process.
 */
#include "import_words.h"

#include <string.h>

#include "definition.h"
#include "util.h"

void
import_words_add(struct import_words *words, char *word)
{
	/* Two more, then four, eight ...: room for a word and the NULL. */
	if ((words->count & (words->count + 1)) == 0)
		words->list = xreallocarray(
			words->list, (words->count + 1) * 2, sizeof(*words->list));
	words->list[words->count] = word;
	words->count++;
	words->list[words->count] = NULL;
}

void
import_words_deinit(struct import_words *words)
{
	strv_free(words->list);
	*words = (struct import_words){0};
}

/* What begins at a character outside of quotes, and how long it is; 0 where a shell is needed.
 */
static size_t
measure_bare(const char *at, bool is_word_begin)
{
	if (strchr("|&;<>()$`*?[]{}\n", *at) != NULL)
		return 0;
	if (is_word_begin && (*at == '#' || *at == '~'))
		return 0;
	if (*at == '\\')
		return at[1] != '\0' && at[1] != '\n' ? 2 : 0;
	return 1;
}

/* Of a quoted piece, with its quotes. */
static size_t
measure_quoted(const char *at)
{
	char quote = *at;

	for (size_t len = 1; at[len] != '\0'; len++) {
		if (at[len] == quote)
			return len + 1;
		if (quote == '\'')
			continue;
		if (at[len] == '$' || at[len] == '`' || at[len] == '\n')
			return 0;
		if (at[len] == '\\' && at[len + 1] != '\0')
			len++;
	}
	return 0;
}

bool
import_words_need_shell(const char *line)
{
	const char *at = line + strspn(line, " \t");
	bool is_word_begin = true;

	if (*at != '/' || memchr(at, '=', strcspn(at, " \t")) != NULL)
		return true;
	while (*at != '\0') {
		bool is_quoted = *at == '\'' || *at == '"';
		size_t len = is_quoted ? measure_quoted(at) : measure_bare(at, is_word_begin);

		if (len == 0)
			return true;
		is_word_begin = *at == ' ' || *at == '\t';
		at += len;
	}
	return false;
}
