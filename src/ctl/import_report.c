/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Comments are made of what other programs' files have, so they are cleaned: nothing in them
 * may end the line or be refused by YAML.
 */
#include "import_report.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <uthash.h>

#include "definition.h"
#include "hash.h"
#include "text.h"
#include "util.h"
#include "yaml_text.h"

#define COMMENT_MAX 500
#define HASH_LEN    9 /* "-" and eight digits */

struct import_name {
	UT_hash_handle hh;
	char lower[]; /* the key */
};

void
import_report_init(struct import_report *report, FILE *errors)
{
	*report = (struct import_report){.errors = errors};
	report->body = open_memstream(&report->body_text, &report->body_len);
	report->head = open_memstream(&report->head_text, &report->head_len);
	if (report->body == NULL || report->head == NULL)
		abort();
}

void
import_report_deinit(struct import_report *report)
{
	struct import_name *name, *next;

	HASH_ITER(hh, report->names, name, next) {
		HASH_DEL(report->names, name);
		free(name);
	}
	fclose(report->body);
	fclose(report->head);
	free(report->body_text);
	free(report->head_text);
}

void
import_report_comment(FILE *stream, const char *prefix, const char *text)
{
	char line[COMMENT_MAX];

	text_clean(text, strlen(text), line, sizeof(line));
	fputs(prefix, stream);
	for (const char *at = line; *at != '\0'; at++) {
		if (!yaml_text_begins_with_control(at)) {
			fputc(*at, stream);
			continue;
		}
		fputc('?', stream);
		while ((at[1] & 0xc0) == 0x80)
			at++;
	}
	fputc('\n', stream);
}

/* What is said of a line, or of a file where the line is 0. */
static char *
say(const struct import_place *place, const char *format, va_list arguments)
{
	CLEANUP_FREE char *text = xvasprintf(format, arguments);

	if (place->line == 0)
		return xasprintf("%s: %s", place->path, text);
	return xasprintf("%s:%u: %s", place->path, place->line, text);
}

void
import_report_head(struct import_report *report, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	CLEANUP_FREE char *text = xvasprintf(format, arguments);
	va_end(arguments);
	import_report_comment(report->head, "# ", text);
}

static void
tell_problem(struct import_report *report, const char *text)
{
	char line[COMMENT_MAX];

	report->problem_count++;
	if (report->problem_count > IMPORT_PROBLEMS_MAX)
		return;
	text_clean(text, strlen(text), line, sizeof(line));
	fprintf(report->errors, "error: %s\n", line);
}

bool
import_report_has_room(struct import_report *report, struct import_place place)
{
	if (!report->is_full && ftello(report->body) > IMPORT_OCTETS_MAX) {
		CLEANUP_FREE char *text = xasprintf("%s:%u: from here on nothing is imported: "
						    "there would be more than 64 MiB",
			place.path, place.line);

		report->is_full = true;
		tell_problem(report, text);
		import_report_comment(report->body, "  # ", text);
	}
	return !report->is_full;
}

void
import_report_note(
	struct import_report *report, struct import_place place, const char *format, ...)
{
	va_list arguments;

	if (report->is_muted)
		return;
	va_start(arguments, format);
	CLEANUP_FREE char *text = say(&place, format, arguments);
	va_end(arguments);
	report->note_count++;
	if (import_report_has_room(report, place))
		import_report_comment(report->body, "  # ", text);
}

void
import_report_problem(
	struct import_report *report, struct import_place place, const char *format, ...)
{
	va_list arguments;

	if (report->is_muted)
		return;
	va_start(arguments, format);
	CLEANUP_FREE char *text = say(&place, format, arguments);
	va_end(arguments);
	tell_problem(report, text);
	if (!import_report_has_room(report, place))
		return;
	CLEANUP_FREE char *comment = xasprintf("not read: %s", text);

	import_report_comment(report->body, "  # ", comment);
}

static bool
is_of_name(char c)
{
	return isascii((unsigned char)c) &&
	       (isalnum((unsigned char)c) || strchr("._:/-", c) != NULL);
}

/* Keeps what a long name begins with, and a hash of all of it. */
static char *
shorten(const char *name, const char *wanted, size_t max_len)
{
	if (strlen(name) <= max_len)
		return xstrdup(name);
	return xasprintf("%.*s-%08" PRIx32, (int)(max_len - HASH_LEN), name,
		(uint32_t)hash_end(hash_text(HASH_BEGIN, wanted)));
}

char *
import_report_valid_name(const char *wanted)
{
	bool is_short = wanted[0] == '\0' || wanted[1] == '\0';
	bool has_begin = isascii((unsigned char)wanted[0]) && isalnum((unsigned char)wanted[0]);
	CLEANUP_FREE char *name = xasprintf("%s%s", is_short || !has_begin ? "x" : "", wanted);

	if (strlen(name) < DEFINITION_NAME_MIN) {
		free(name);
		name = xstrdup("xx");
	}
	for (char *at = name; *at != '\0'; at++) {
		if (!is_of_name(*at))
			*at = '_';
	}
	return shorten(name, wanted, DEFINITION_NAME_MAX);
}

/* Returns false where a check has that name. */
static bool
take_name(struct import_report *report, const char *name)
{
	size_t len = strlen(name);
	struct import_name *taken, *entry = xcalloc(1, sizeof(*entry) + len + 1);

	for (size_t i = 0; i < len; i++)
		entry->lower[i] = (char)tolower((unsigned char)name[i]);
	HASH_FIND(hh, report->names, entry->lower, len, taken);
	if (taken == NULL)
		HASH_ADD(hh, report->names, lower, len, entry);
	else
		free(entry);
	return taken == NULL;
}

char *
import_report_name(struct import_report *report, const char *wanted)
{
	CLEANUP_FREE char *name = import_report_valid_name(wanted);

	for (unsigned number = 2; !take_name(report, name); number++) {
		CLEANUP_FREE char *suffix = xasprintf("-%u", number);
		CLEANUP_FREE char *valid = import_report_valid_name(wanted);
		CLEANUP_FREE char *begin =
			shorten(valid, wanted, DEFINITION_NAME_MAX - strlen(suffix));

		free(name);
		name = xasprintf("%s%s", begin, suffix);
	}
	return STEAL(name);
}

int
import_report_write(struct import_report *report, FILE *stream)
{
	if (fflush(report->head) != 0 || fflush(report->body) != 0)
		return -errno;
	fputs(report->head_text, stream);
	fputs(report->check_count > 0 ? "checks:\n" : "checks: []\n", stream);
	fputs(report->body_text, stream);
	return fflush(stream) == 0 && !ferror(stream) ? 0 : errno != 0 ? -errno : -EIO;
}
