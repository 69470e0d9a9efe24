/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that may be shown: valid UTF-8, one line, no control characters, cut at a
 * character's edge, whatever a script or a file had in it.
 */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Copies the first line of the len octets at source that is not blank, cleaned, to
 * buf[size], with a NUL. Trailing blanks go; control characters become blanks; octets that
 * are not UTF-8 become U+FFFD. Returns the length without the NUL.
 */
size_t text_clean(const char *source, size_t len, char *buf, size_t size);

/* The same of all lines: newlines and tabs stay, and so do blanks. */
size_t text_clean_lines(const char *source, size_t len, char *buf, size_t size);

/* Whether all of it is valid UTF-8. */
bool text_is_valid(const char *text);

/* Cuts text, valid UTF-8, to at most max_len octets at a character's edge. */
void text_cut(char *text, size_t max_len);

/* Makes text, valid UTF-8, ASCII in place: each other character becomes '?'. */
void text_to_ascii(char *text);

#endif
