/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How keepalived splits lines. A statement's words may be in "quotes". The line of a script is
 * split twice, by quotes and escapes: first into words, of which the second is the script, and
 * that into its arguments.
 *
 * keepalived.conf(5) says what escapes there are, and not which splitting takes them: up to
 * version 2.3.1 both do, from 2.3.2 on only the second, and \x has two digits at most.
 */
#ifndef CTL_IMPORT_KEEPALIVED_WORDS_H
#define CTL_IMPORT_KEEPALIVED_WORDS_H

#include <stdbool.h>

#include "import_words.h"

/* Returns false for a quote that is not closed; the words before it are there then, too. */
bool keepalived_words_split(const char *line, struct import_words *ret_words);

enum keepalived_reading {
	KEEPALIVED_READING_OLD, /* up to 2.3.1 */
	KEEPALIVED_READING_NEW,
};

/*
 * The arguments of a script's line, which begins with its keyword. Returns false, with no
 * words, where keepalived reads no script: a quote is open, an escape cut off, or it is empty.
 */
bool keepalived_words_split_script(
	const char *line, enum keepalived_reading reading, struct import_words *ret_words);

/* How many words the line of a script has: what is behind the second means nothing. */
unsigned keepalived_words_count(const char *line);

#endif
