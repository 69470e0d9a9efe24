/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts and YAML: what a text may not have, and texts as scalars on one line.
 */
#ifndef CORE_YAML_TEXT_H
#define CORE_YAML_TEXT_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Of valid UTF-8: control characters, and what some take for a line break or a mark of byte
 * order. Where a text may have many lines, line breaks and tabs are none.
 */
bool yaml_text_has_control(const char *text, bool is_multiline);
bool yaml_text_begins_with_control(const char *text);

/*
 * Writes a text bare where every YAML parser then reads that text, else in double quotes.
 * It is UTF-8 without control characters but line breaks and tabs.
 */
void yaml_text_write(const char *text, FILE *stream);

#endif
