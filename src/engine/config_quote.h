/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts as YAML scalars on one line.
 */
#ifndef ENGINE_CONFIG_QUOTE_H
#define ENGINE_CONFIG_QUOTE_H

#include <stdio.h>

/*
 * Writes a text bare where every YAML parser then reads that text, else in double quotes.
 * It is UTF-8 without control characters but line breaks and tabs.
 */
void config_quote(const char *text, FILE *stream);

#endif
