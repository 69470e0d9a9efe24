/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One log for a program: lines to stderr, or datagrams to syslog or to systemd's journal. It
 * never blocks its caller; what a full log cannot take is dropped, counted, and told by the
 * next line that gets through. One thread logs.
 */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level {
	LOG_LEVEL_ERROR = 3, /* the numbers are syslog's severities */
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

enum log_target {
	LOG_TARGET_STDERR,
	LOG_TARGET_SYSLOG,  /* this and the next fall back to stderr where nobody listens */
	LOG_TARGET_JOURNAL, /* what stderr becomes where it is the journal's in any case */
};

/* What the journal keeps beside a message, and can be asked for by; others do not have it. */
struct log_field {
	const char *name; /* capitals and _ */
	const char *value;
};

/* program is borrowed for the life of the process. */
void log_open(const char *program, enum log_target target, enum log_level max_level);
void log_close(void);

enum log_level log_level(void);
enum log_target log_target(void); /* the one in use */
bool log_is_enabled(enum log_level level);

/* How many lines were dropped, ever. */
uint64_t log_dropped(void);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_notice(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

void log_notice_fields(const struct log_field *fields, size_t count, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
