/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One check on its way into the configuration: keys in the order in which they are set, and
 * comments above it. Whatever is set, what comes out is valid for checkd: what it would not
 * take makes the whole check a comment.
 */
#ifndef CTL_IMPORT_CHECK_H
#define CTL_IMPORT_CHECK_H

#include <stdint.h>

#include "import_report.h"

struct import_check;

/* origin says what it was in words; the comment above the check begins with it. */
struct import_check *import_check_new(
	struct import_report *report, struct import_place place, const char *origin);

/* Both are made valid, the name unique as well. */
void import_check_set_name(struct import_check *check, const char *wanted);
void import_check_set_group(struct import_check *check, const char *wanted);

void import_check_set(struct import_check *check, const char *key, const char *text);
void import_check_set_number(struct import_check *check, const char *key, uint64_t number);

/* As it is: valid YAML on the rest of the line, which may have a comment. */
void import_check_set_yaml(struct import_check *check, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Brought within what checkd takes, with a comment where it was beyond. */
void import_check_set_duration(struct import_check *check, const char *key, uint64_t time_ms);

/* A program and its arguments, as a line with quotes, as a list, or as a script of sh(1). */
void import_check_set_command(struct import_check *check, const char *line);
void import_check_set_argv(struct import_check *check, char *const *argv);
void import_check_set_script(struct import_check *check, const char *script);

/*
 * Whom it runs as, by name or by number. Without such a user on this host the check is
 * disabled, for it must not run as another one.
 */
void import_check_set_user(struct import_check *check, const char *user);

/* Something of it that has no counterpart. */
void import_check_note(struct import_check *check, struct import_place place,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Disables it, and says why; where it is a comment anyway, it stays that. */
void import_check_disable(struct import_check *check, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Makes it a comment, and says why. The first reason counts. */
void import_check_refuse(struct import_check *check, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Writes and frees it. */
void import_check_end(struct import_check *check);

#endif
