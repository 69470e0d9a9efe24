/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of YAML 1.1 a bare scalar may not be: something with a meaning, or another type.
 */
#include "config_quote.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "util.h"

static bool
is_word_of_yaml(const char *text)
{
	static const char *const words[] = {
		"null", "true", "false", "yes", "no", "on", "off", "y", "n"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcasecmp(words[i], text) == 0)
			return true;
	}
	return false;
}

/* Numbers of any base, and times; some words of hexadecimal digits too. */
static bool
is_like_number(const char *text)
{
	return isdigit((unsigned char)text[0]) &&
	       text[strspn(text, "0123456789abcdefABCDEFxoXOtTzZ_.,:+- ")] == '\0';
}

static bool
needs_quotes(const char *text)
{
	unsigned char first = (unsigned char)text[0];
	size_t len = strlen(text);

	if (len == 0 || (first < 0x80 && !isalnum(first) && first != '/' && first != '_'))
		return true;
	if (text[len - 1] == ' ' || text[len - 1] == ':' || strpbrk(text, "\n\t") != NULL)
		return true;
	if (strstr(text, ": ") != NULL || strstr(text, " #") != NULL)
		return true;
	return is_word_of_yaml(text) || is_like_number(text);
}

static void
write_quoted(const char *text, FILE *stream)
{
	fputc('"', stream);
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			fputs("\\n", stream);
		else if (*text == '\t')
			fputs("\\t", stream);
		else if (*text == '"' || *text == '\\')
			fprintf(stream, "\\%c", *text);
		else
			fputc(*text, stream);
	}
	fputc('"', stream);
}

void
config_quote(const char *text, FILE *stream)
{
	if (needs_quotes(text))
		write_quoted(text, stream);
	else
		fputs(text, stream);
}
