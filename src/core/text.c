/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cleaning what scripts wrote into one line of UTF-8; RFC 3629 says what is valid.
 */
#include "text.h"

#include <stdint.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static bool
is_continuation(unsigned char octet)
{
	return (octet & 0xc0) == 0x80;
}

/*
 * The length of the character at text[0..len), or 0 where those octets are none: no
 * overlong forms, no surrogates, nothing above U+10FFFF.
 */
static size_t
character_len(const unsigned char *text, size_t len)
{
	unsigned char lead = text[0];
	size_t size = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

	if (lead > 0xf4 || size == 0 || size > len)
		return 0;
	for (size_t i = 1; i < size; i++) {
		if (!is_continuation(text[i]))
			return 0;
	}
	if ((lead == 0xe0 && text[1] < 0xa0) || (lead == 0xed && text[1] > 0x9f) ||
		(lead == 0xf0 && text[1] < 0x90) || (lead == 0xf4 && text[1] > 0x8f))
		return 0;
	return size;
}

/* C0 and C1 controls and DEL; U+2028 and U+2029 end a line too. */
static bool
is_control(const unsigned char *character, size_t size)
{
	if (size == 1)
		return character[0] < 0x20 || character[0] == 0x7f;
	if (size == 2)
		return character[0] == 0xc2 && character[1] < 0xa0;
	return size == 3 && memcmp(character, "\xe2\x80", 2) == 0 &&
	       (character[2] == 0xa8 || character[2] == 0xa9);
}

static bool
is_blank(unsigned char octet)
{
	return octet == ' ' || octet == '\t' || octet == '\r' || octet == '\v' || octet == '\f';
}

/* Finds the first line with anything but blanks in it; leading blanks go. */
static size_t
first_line(const unsigned char **text, size_t len)
{
	const unsigned char *start = *text, *end = *text + len;

	while (start < end && (is_blank(*start) || *start == '\n'))
		start++;

	const unsigned char *newline = memchr(start, '\n', (size_t)(end - start));

	*text = start;
	return (size_t)((newline != NULL ? newline : end) - start);
}

/* How the character at text is shown; returns how many octets it took. */
static size_t
show_character(const unsigned char *text, size_t len, const void **ret_shown, size_t *ret_len)
{
	size_t taken = character_len(text, len);

	*ret_shown = text;
	*ret_len = taken;
	if (taken == 0) {
		taken = 1;
		*ret_shown = REPLACEMENT;
		*ret_len = strlen(REPLACEMENT);
	} else if (is_control(text, taken)) {
		*ret_shown = " ";
		*ret_len = 1;
	}
	return taken;
}

size_t
text_clean(const char *source, size_t len, char *buf, size_t size)
{
	const unsigned char *text = (const unsigned char *)source;
	size_t line_len = first_line(&text, len), used = 0;

	while (line_len > 0) {
		const void *shown;
		size_t shown_len, taken = show_character(text, line_len, &shown, &shown_len);

		if (used + shown_len >= size)
			break;
		memcpy(buf + used, shown, shown_len);
		used += shown_len;
		text += taken;
		line_len -= taken;
	}
	while (used > 0 && buf[used - 1] == ' ')
		used--;
	buf[used] = '\0';
	return used;
}

size_t
text_clean_lines(const char *source, size_t len, char *buf, size_t size)
{
	const unsigned char *text = (const unsigned char *)source;
	size_t used = 0;

	while (len > 0) {
		const void *shown = text;
		size_t shown_len = 1, taken = 1;

		if (*text != '\n' && *text != '\t')
			taken = show_character(text, len, &shown, &shown_len);
		if (used + shown_len >= size)
			break;
		memcpy(buf + used, shown, shown_len);
		used += shown_len;
		text += taken;
		len -= taken;
	}
	buf[used] = '\0';
	return used;
}

bool
text_is_valid(const char *text)
{
	size_t len = strlen(text), size;

	for (; len > 0; text += size, len -= size) {
		size = character_len((const unsigned char *)text, len);
		if (size == 0)
			return false;
	}
	return true;
}

void
text_cut(char *text, size_t max_len)
{
	if (strlen(text) <= max_len)
		return;
	while (max_len > 0 && is_continuation((unsigned char)text[max_len]))
		max_len--;
	text[max_len] = '\0';
}

void
text_to_ascii(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		unsigned char octet = (unsigned char)*from;

		if (octet < 0x80)
			*to++ = *from;
		else if (!is_continuation(octet))
			*to++ = '?';
	}
	*to = '\0';
}
