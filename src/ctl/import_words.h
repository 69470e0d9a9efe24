/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists of words, and what a shell would make of a line.
 */
#ifndef CTL_IMPORT_WORDS_H
#define CTL_IMPORT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct import_words {
	char **list; /* owned, NULL-terminated; NULL where there is none */
	size_t count;
};

/* Takes the word. */
void import_words_add(struct import_words *words, char *word);
void import_words_deinit(struct import_words *words);

/*
 * Whether sh(1) would do more with a line than split it into words by quotes and run a
 * program by its path.
 */
bool import_words_need_shell(const char *line);

#endif
