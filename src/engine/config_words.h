/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Splits a command line into words by the quoting rules of the shell (POSIX.1, Shell
 * Command Language, 2.2), and by nothing else of it: no variables, globs, pipes, comments.
 */
#ifndef ENGINE_CONFIG_WORDS_H
#define ENGINE_CONFIG_WORDS_H

/*
 * Returns 0 with a NULL-terminated list, which the caller frees by strv_free, or -EINVAL
 * with a static text that says what is wrong. A line without words is an empty list.
 */
int config_words_split(const char *line, char ***ret_words, const char **ret_error);

#endif
