/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of YAML 1.1 a bare scalar may not be: something with a meaning, or another type.
 */
#include "yaml_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "util.h"

static bool
begins_with_control(const char *text, bool is_multiline)
{
	/* U+2028, U+2029, U+FEFF and the two that are no characters. */
	static const char *const wide[] = {
		"\xe2\x80\xa8", "\xe2\x80\xa9", "\xef\xbb\xbf", "\xef\xbf\xbe", "\xef\xbf\xbf"};
	unsigned char first = (unsigned char)text[0];
	unsigned char second = (unsigned char)text[1];

	if (is_multiline && (first == '\n' || first == '\t'))
		return false;
	if (first < ' ' || first == 0x7f || (first == 0xc2 && second < 0xa0))
		return true;
	for (size_t i = 0; first >= 0xe0 && i < ARRAY_LEN(wide); i++) {
		if (strncmp(text, wide[i], 3) == 0)
			return true;
	}
	return false;
}

bool
yaml_text_begins_with_control(const char *text)
{
	return begins_with_control(text, false);
}

bool
yaml_text_has_control(const char *text, bool is_multiline)
{
	while (*text != '\0' && !begins_with_control(text, is_multiline))
		text++;
	return *text != '\0';
}

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
	if (text[len - 1] == ' ' || text[len - 1] == ':' || yaml_text_has_control(text, false))
		return true;
	if (strstr(text, ": ") != NULL || strstr(text, " #") != NULL)
		return true;
	return is_word_of_yaml(text) || is_like_number(text);
}

/* A control character of one, two or three octets by its number; returns its length. */
static size_t
write_control(const unsigned char *text, FILE *stream)
{
	if (text[0] < 0x80) {
		fprintf(stream, "\\x%02X", text[0]);
		return 1;
	}
	if (text[0] < 0xe0) {
		fprintf(stream, "\\x%02X", text[1]);
		return 2;
	}
	fprintf(stream, "\\u%04X",
		(unsigned)((text[0] & 0x0f) << 12 | (text[1] & 0x3f) << 6 | (text[2] & 0x3f)));
	return 3;
}

static size_t
write_character(const char *text, FILE *stream)
{
	if (*text == '\n')
		fputs("\\n", stream);
	else if (*text == '\t')
		fputs("\\t", stream);
	else if (*text == '\r')
		fputs("\\r", stream);
	else if (*text == '"' || *text == '\\')
		fprintf(stream, "\\%c", *text);
	else if (yaml_text_begins_with_control(text))
		return write_control((const unsigned char *)text, stream);
	else
		fputc(*text, stream);
	return 1;
}

static void
write_quoted(const char *text, FILE *stream)
{
	fputc('"', stream);
	while (*text != '\0')
		text += write_character(text, stream);
	fputc('"', stream);
}

void
yaml_text_write(const char *text, FILE *stream)
{
	if (needs_quotes(text))
		write_quoted(text, stream);
	else
		fputs(text, stream);
}
