/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many columns of a terminal a text takes: Chinese takes two a character, accents that
 * combine take none. Texts are valid UTF-8 on one line, as output_clean makes them; widths are
 * those of the locale that output_open sets.
 */
#ifndef CTL_WIDTH_H
#define CTL_WIDTH_H

#include <stdbool.h>
#include <stddef.h>

size_t width_of(const char *text);

/*
 * The text, where it takes at most so many columns; else its beginning and an ellipsis, which
 * in ASCII is of dots. To be freed.
 */
char *width_fit(const char *text, size_t columns, bool is_ascii);

#endif
