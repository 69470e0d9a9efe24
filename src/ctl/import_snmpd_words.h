/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How net-snmp splits lines. Quotes count where a word begins, and end it; a \ stands for the
 * character behind it, in quotes too; a # where a word would begin ends the line.
 */
#ifndef CTL_IMPORT_SNMPD_WORDS_H
#define CTL_IMPORT_SNMPD_WORDS_H

#include "import_words.h"

/* What is behind blanks, or NULL where that is nothing, or a comment. */
const char *snmpd_words_skip(const char *text);

/* The first word of a text, to be freed, and what is behind it as snmpd_words_skip has it. */
char *snmpd_words_take(const char *text, const char **ret_rest);

/* All words of a command line; the 99th has the rest. */
void snmpd_words_split(const char *text, struct import_words *ret_words);

#endif
