/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Collects what is wrong with a configuration. A file with 100,000 wrong checks must not
 * fill the memory with messages, nor 1,000 warnings hide an error: so a bounded number of
 * each is kept, and the rest is counted.
 */
#include "config_problems.h"

#include <stdio.h>
#include <string.h>

#include "text.h"
#include "util.h"

/* A message that quotes a long value is cut here, in octets. */
#define PROBLEM_TEXT_MAX 1000

#define SEVERITY_COUNT   2

struct problem {
	enum config_severity severity;
	unsigned file_index;
	unsigned line;
	size_t serial;
	char *text; /* owned */
};

struct problem_list {
	struct problem *items;
	size_t count;
	size_t capacity;
	size_t total; /* with those that were not kept */
};

struct config_problems {
	struct problem_list lists[SEVERITY_COUNT]; /* by severity */
};

struct config_problems *
config_problems_new(void)
{
	return xcalloc(1, sizeof(struct config_problems));
}

static void
list_deinit(struct problem_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].text);
	free(list->items);
}

void
config_problems_free(struct config_problems *problems)
{
	if (problems == NULL)
		return;
	for (size_t i = 0; i < SEVERITY_COUNT; i++)
		list_deinit(&problems->lists[i]);
	free(problems);
}

/* Values are quoted as they stand in the file; a terminal or a log gets no controls. */
static void
mask_controls(char *text)
{
	for (unsigned char *c = (unsigned char *)text; *c != '\0'; c++) {
		bool is_c1 = c[0] == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f;

		if (*c < ' ' || *c == 0x7f)
			*c = '?';
		if (is_c1)
			memset(c, '?', 2);
	}
}

/* "FILE:LINE: check NAME: KEY: ", without the parts that do not apply. */
static void
write_place(FILE *stream, const struct config_place *place)
{
	fputs(place->file->path, stream);
	if (place->line > 0)
		fprintf(stream, ":%u", place->line);
	fputs(": ", stream);
	if (place->section != NULL && place->name != NULL)
		fprintf(stream, "%s %s: ", place->section, place->name);
	else if (place->section != NULL)
		fprintf(stream, "%s: ", place->section);
	if (place->key != NULL)
		fprintf(stream, "%s: ", place->key);
}

static char *
format_problem(const struct config_place *place, const char *format, va_list arguments)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	if (stream == NULL)
		abort();
	write_place(stream, place);
	vfprintf(stream, format, arguments);
	if (fclose(stream) != 0)
		abort();
	mask_controls(text);
	text_cut(text, PROBLEM_TEXT_MAX);
	return text;
}

static void __attribute__((format(printf, 3, 0))) add_problem(const struct config_place *place,
	enum config_severity severity, const char *format, va_list arguments)
{
	struct problem_list *list = &place->problems->lists[severity];

	list->total++;
	if (list->count == CONFIG_PROBLEM_MAX)
		return;
	if (list->count == list->capacity) {
		list->capacity = list->capacity > 0 ? list->capacity * 2 : 16;
		list->items = xreallocarray(list->items, list->capacity, sizeof(*list->items));
	}
	list->items[list->count] = (struct problem){
		.severity = severity,
		.file_index = place->file->index,
		.line = place->line,
		.serial = list->total,
		.text = format_problem(place, format, arguments),
	};
	list->count++;
}

void
config_problems_error(const struct config_place *place, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add_problem(place, CONFIG_ERROR, format, arguments);
	va_end(arguments);
}

void
config_problems_warning(const struct config_place *place, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add_problem(place, CONFIG_WARNING, format, arguments);
	va_end(arguments);
}

size_t
config_problems_error_count(const struct config_problems *problems)
{
	return problems->lists[CONFIG_ERROR].total;
}

static int
compare_sizes(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int
compare_problems(const void *left, const void *right)
{
	const struct problem *a = left;
	const struct problem *b = right;
	int order = compare_sizes(a->file_index, b->file_index);

	if (order == 0)
		order = compare_sizes(a->line, b->line);
	if (order == 0)
		order = (int)b->severity - (int)a->severity;
	return order != 0 ? order : compare_sizes(a->serial, b->serial);
}

/* Moves up to max of a list's texts to the end of items; returns how many. */
static size_t
take(struct problem_list *list, size_t max, struct problem *items)
{
	size_t count = list->count < max ? list->count : max;

	for (size_t i = 0; i < count; i++) {
		items[i] = list->items[i];
		list->items[i].text = NULL;
	}
	return count;
}

void
config_problems_move(struct config_problems *problems, struct config_report *ret_report)
{
	struct problem_list *errors = &problems->lists[CONFIG_ERROR];
	struct problem_list *warnings = &problems->lists[CONFIG_WARNING];
	CLEANUP_FREE struct problem *items = xcalloc(CONFIG_PROBLEM_MAX, sizeof(*items));
	size_t count = take(errors, CONFIG_PROBLEM_MAX, items);

	count += take(warnings, CONFIG_PROBLEM_MAX - count, items + count);
	qsort(items, count, sizeof(*items), compare_problems);
	*ret_report = (struct config_report){
		.problems = xcalloc(count, sizeof(*ret_report->problems)),
		.count = count,
		.error_count = errors->total,
		.dropped_count = errors->total + warnings->total - count,
	};
	for (size_t i = 0; i < count; i++) {
		ret_report->problems[i] = (struct config_problem){
			.severity = items[i].severity,
			.text = items[i].text,
		};
	}
}

void
config_report_add_error(struct config_report *report, const char *text)
{
	report->problems =
		xreallocarray(report->problems, report->count + 1, sizeof(*report->problems));
	report->problems[report->count++] =
		(struct config_problem){.severity = CONFIG_ERROR, .text = xstrdup(text)};
	report->error_count++;
}

void
config_report_deinit(struct config_report *report)
{
	for (size_t i = 0; i < report->count; i++)
		free(report->problems[i].text);
	free(report->problems);
	*report = (struct config_report){.problems = NULL};
}
