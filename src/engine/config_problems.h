/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Collects what is wrong with a configuration, in whatever order it is found, and hands it
 * out in the order of files and lines.
 */
#ifndef ENGINE_CONFIG_PROBLEMS_H
#define ENGINE_CONFIG_PROBLEMS_H

#include <stddef.h>

#include "config.h"

struct config_problems;

/* A file of the configuration. */
struct config_file {
	char *path;     /* as the user and the includes give it */
	unsigned index; /* in the order of reading; the main file has 0 */
};

/*
 * Where something is wrong, and whom to tell. Everything is borrowed; line 0 and NULL
 * stand for what does not apply.
 */
struct config_place {
	struct config_problems *problems;
	const struct config_file *file;
	unsigned line;
	const char *section; /* "check", "codes", "limits" */
	const char *name;    /* of that check or map */
	const char *key;
};

struct config_problems *config_problems_new(void);
void config_problems_free(struct config_problems *problems);

/* The text goes behind the place, so it reads as the rest of "KEY: ...". */
void config_problems_error(const struct config_place *place, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void config_problems_warning(const struct config_place *place, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

size_t config_problems_error_count(const struct config_problems *problems);

/* Moves all into a report, errors first where there is not enough room for all. */
void config_problems_move(struct config_problems *problems, struct config_report *ret_report);

#endif
