/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an import tells: the configuration that it makes, as far as it has come, what has no
 * counterpart in checkd, as comments in there, and what could not be read, which is told at
 * once, too.
 */
#ifndef CTL_IMPORT_REPORT_H
#define CTL_IMPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* No more errors than this are told; the rest are counted. */
#define IMPORT_PROBLEMS_MAX 100

/* The configuration has no more octets, up to a line: what is beyond is a problem. */
#define IMPORT_OCTETS_MAX (64 * 1024 * 1024)

/* A line of a file. The path is owned by the import_files that has read it. */
struct import_place {
	const char *path;
	unsigned line; /* 0: the file as a whole */
};

struct import_name;

struct import_report {
	FILE *errors; /* borrowed */
	FILE *body;   /* the lines below "checks:", and the comments among them */
	char *body_text;
	size_t body_len;
	FILE *head; /* comments at the top, and maps of codes */
	char *head_text;
	size_t head_len;

	struct import_name *names; /* of checks, in lower case */
	size_t check_count;
	size_t note_count;    /* things without a counterpart */
	size_t problem_count; /* things that could not be read */
	bool is_full;
	bool is_muted; /* a first reading, of which nothing is told */
};

/* errors is where problems are told: it is borrowed. */
void import_report_init(struct import_report *report, FILE *errors);
void import_report_deinit(struct import_report *report);

/* A comment at the top of the configuration. */
void import_report_head(struct import_report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Something without a counterpart, as a comment in its place. */
void import_report_note(struct import_report *report, struct import_place place,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Something that cannot be read: told as an error, and as a comment. */
void import_report_problem(struct import_report *report, struct import_place place,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * Makes a name for a check that is valid and that no other has, whatever its case, of one that
 * may have any octets. The same file gives the same names. The caller frees it.
 */
char *import_report_name(struct import_report *report, const char *wanted);

/* Makes what is wanted a valid name; another wanted text may give the same. */
char *import_report_valid_name(const char *wanted);

/* Writes text as one line behind a prefix with a "#", whatever octets it has. */
void import_report_comment(FILE *stream, const char *prefix, const char *text);

/* Whether there may be more; tells that there may not. */
bool import_report_has_room(struct import_report *report, struct import_place place);

/* Writes the whole configuration; returns 0, or -errno. */
int import_report_write(struct import_report *report, FILE *stream);

#endif
