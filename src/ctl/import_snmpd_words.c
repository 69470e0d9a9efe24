/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See the header.
 */
#include "import_snmpd_words.h"

#include <ctype.h>
#include <string.h>

#include "util.h"

#define WORDS_MAX 98 /* split one by one */

const char *
snmpd_words_skip(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return *text == '\0' || *text == '#' ? NULL : text;
}

char *
snmpd_words_take(const char *text, const char **ret_rest)
{
	CLEANUP_FREE char *word = xcalloc(strlen(text) + 1, 1);
	char quote = *text == '"' || *text == '\'' ? *text++ : '\0';
	char *to = word;

	while (*text != '\0' &&
		(quote != '\0' ? *text != quote : !isspace((unsigned char)*text))) {
		if (*text == '\\' && text[1] != '\0')
			text++;
		*to++ = *text++;
	}
	if (quote != '\0' && *text != '\0')
		text++;
	*ret_rest = snmpd_words_skip(text);
	return STEAL(word);
}

void
snmpd_words_split(const char *text, struct import_words *ret_words)
{
	while (text != NULL && ret_words->count < WORDS_MAX)
		import_words_add(ret_words, snmpd_words_take(text, &text));
	if (text != NULL)
		import_words_add(ret_words, xstrdup(text));
}
