/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "width.h"

#include <string.h>
#include <wchar.h>

#include "util.h"

/* One character; *text moves behind it. What no locale knows is shown as one column. */
static size_t
take_character(const char **text)
{
	const unsigned char *octets = (const unsigned char *)*text;
	size_t len = octets[0] < 0x80 ? 1 : octets[0] < 0xe0 ? 2 : octets[0] < 0xf0 ? 3 : 4;
	wchar_t character = len == 1 ? octets[0] : octets[0] & (0xff >> (len + 1));

	for (size_t i = 1; i < len; i++)
		character = character << 6 | (octets[i] & 0x3f);
	*text += len;
	int width = wcwidth(character);
	return width >= 0 ? (size_t)width : 1;
}

size_t
width_of(const char *text)
{
	size_t width = 0;

	while (*text != '\0')
		width += take_character(&text);
	return width;
}

/* The octets of the text's beginning that takes at most so many columns. */
static size_t
len_within(const char *text, size_t columns)
{
	const char *end = text, *next = text;
	size_t width = 0;

	while (*next != '\0') {
		width += take_character(&next);
		if (width > columns)
			break;
		end = next;
	}
	return (size_t)(end - text);
}

char *
width_fit(const char *text, size_t columns, bool is_ascii)
{
	const char *ellipsis = is_ascii ? "..." : "\xe2\x80\xa6";
	size_t ellipsis_width = is_ascii ? 3 : 1;

	if (width_of(text) <= columns)
		return xstrdup(text);
	if (columns < ellipsis_width)
		return xstrndup(text, len_within(text, columns));
	return xasprintf(
		"%.*s%s", (int)len_within(text, columns - ellipsis_width), text, ellipsis);
}
