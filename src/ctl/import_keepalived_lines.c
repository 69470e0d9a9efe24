/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line that stands for others is expanded by recursion: what it becomes is read as if it
 * stood there.
 */
#include "import_keepalived_lines.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <string.h>

#include "import_keepalived_define.h"
#include "import_keepalived_sequence.h"
#include "util.h"

#define BLANKS    " \t"
#define DEPTH_MAX 64 /* of lines that stand for others */

struct reader {
	struct import_files *files; /* borrowed */
	struct import_file *file;   /* borrowed: the one that is read */
	struct keepalived_definitions definitions;
	struct keepalived_definition *open; /* goes on with the next line */
	const char *config_id;
	keepalived_on_line *on_line;
	void *context;
	size_t line_count;
	unsigned depth;
	bool is_stopped;
};

static void expand(struct reader *reader, const char *text);
static int read_file(struct reader *reader, const char *path);

static void
stop(struct reader *reader, const char *reason)
{
	if (!reader->is_stopped)
		import_report_problem(reader->files->report, reader->file->place,
			"%s; nothing behind it is read", reason);
	reader->is_stopped = true;
}

static void
trim(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL)
		len--;
	text[len] = '\0';
}

/*
 * Cuts a comment off, in place, and takes the \ before a # or ! outside of "quotes" away. A \
 * at the end stays, behind the comment's place, since it says that a parameter goes on.
 */
static void
cut_comment(char *text)
{
	bool is_quoted = false, is_open = false;
	char *to = text, *end = NULL;

	for (const char *from = text; *from != '\0'; from++) {
		if (*from == '\\' && from[1] == '\0') {
			is_open = true;
			break;
		}
		if (*from == '"' && end == NULL)
			is_quoted = !is_quoted;
		if ((*from == '#' || *from == '!') && !is_quoted && end == NULL)
			end = to;
		if (*from == '\\') {
			if (is_quoted || strchr("#!", from[1]) == NULL)
				*to++ = *from;
			from++;
		}
		*to++ = *from;
	}
	*(end != NULL ? end : to) = '\0';
	trim(text);
	if (is_open)
		memcpy(text + strlen(text), "\\", sizeof("\\"));
}

/*
 * "@ID LINE" and "@^ID LINE": what there is for this host, else NULL.
 */
static const char *
read_condition(const struct reader *reader, const char *text)
{
	bool is_negative = text[1] == '^';
	const char *id = text + 1 + is_negative;
	size_t len = strcspn(id, BLANKS);
	bool is_ours =
		strlen(reader->config_id) == len && memcmp(id, reader->config_id, len) == 0;

	if (id[len] == '\0' || is_ours == is_negative)
		return NULL;
	return id + len + strspn(id + len, BLANKS);
}

static void
expand_sequence(struct reader *reader, const char *line)
{
	struct keepalived_sequence sequence;
	const char *error = keepalived_sequence_read(line, &reader->definitions, &sequence);

	if (error != NULL) {
		import_report_problem(
			reader->files->report, reader->file->place, "%s: %s", line, error);
		return;
	}
	while (!reader->is_stopped && keepalived_sequence_next(&sequence, &reader->definitions))
		expand(reader, sequence.text);
	keepalived_sequence_deinit(&sequence);
}

/* Where a line is an include, the pattern of files. keepalived's letters only say what is an
 * error there. */
static const char *
find_include(const char *line)
{
	size_t len = strlen("include");

	if (strncmp(line, "include", len) != 0 || line[len] == '\0')
		return NULL;
	if (strchr("rmwba", line[len]) != NULL)
		len++;
	return strchr(BLANKS, line[len]) == NULL || line[len] == '\0'
		       ? NULL
		       : line + len + strspn(line + len, BLANKS);
}

static void
include(struct reader *reader, const char *pattern)
{
	CLEANUP_FREE char *path = import_file_beside(reader->file, pattern);
	glob_t found;
	int error = glob(path, GLOB_MARK | GLOB_BRACE, NULL, &found);

	if (error == GLOB_NOMATCH) {
		if (strpbrk(pattern, "*?[{") != NULL)
			import_report_note(reader->files->report, reader->file->place,
				"include %s: there is no such file", pattern);
		else
			import_report_problem(reader->files->report, reader->file->place,
				"include %s: there is no such file", pattern);
		return;
	}
	if (error != 0) {
		import_report_problem(reader->files->report, reader->file->place,
			"include %s: cannot be looked for", pattern);
		return;
	}
	for (size_t i = 0; i < found.gl_pathc && !reader->is_stopped; i++)
		read_file(reader, found.gl_pathv[i]);
	globfree(&found);
}

/* Of parameters whose values are made when keepalived starts. */
static void
tell_unknown(struct reader *reader, const char *line)
{
	static const char *const names[] = {"${_RANDOM", "$_RANDOM", "${_ENV"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strstr(line, names[i]) != NULL)
			import_report_note(reader->files->report, reader->file->place,
				"%s is not replaced: only keepalived knows it", names[i]);
	}
}

/* What a line begins with, up to the first brace outside of "quotes", or that brace. */
static size_t
measure_piece(const char *line)
{
	size_t len = 0;

	if (line[0] == '{' || line[0] == '}')
		return 1;
	for (;;) {
		len += strcspn(line + len, "{}\"");
		if (line[len] != '"')
			return len;
		const char *quote = strchr(line + len + 1, '"');

		if (quote == NULL)
			return strlen(line);
		len = (size_t)(quote + 1 - line);
	}
}

/* What is empty counts too, or a sequence of sequences of nothing would have no bound. */
static void
count_line(struct reader *reader)
{
	reader->line_count++;
	if (reader->line_count > KEEPALIVED_LINES_MAX)
		stop(reader, "there are more than 2000000 lines, with what they stand for");
}

/* Hands the first piece of the line on; returns the rest. */
static const char *
emit(struct reader *reader, const char *line)
{
	size_t len = measure_piece(line);
	CLEANUP_FREE char *piece = xstrndup(line, len);

	trim(piece);
	count_line(reader);
	tell_unknown(reader, piece);
	if (!reader->is_stopped && piece[0] != '\0')
		reader->on_line(reader->context, reader->file->place, piece);
	return line + len + strspn(line + len, BLANKS);
}

/*
 * Deals with all that is no statement. Returns true where *line, with its parameters replaced,
 * is one.
 */
static bool
reduce(struct reader *reader, char **line, struct import_words *rest)
{
	for (;;) {
		const char *text = *line;

		if (text[0] == '@')
			text = read_condition(reader, text);
		if (text == NULL || text[0] == '\0')
			return false;
		if (text != *line)
			memmove(*line, text, strlen(text) + 1);
		reader->open = keepalived_define_line(&reader->definitions, *line);
		if (reader->open != NULL) {
			if (!keepalived_definition_is_open(reader->open))
				reader->open = NULL;
			return false;
		}
		if (keepalived_sequence_is(*line)) {
			expand_sequence(reader, *line);
			return false;
		}
		switch (keepalived_substitute(&reader->definitions, line, rest)) {
		case KEEPALIVED_SUBSTITUTION_NONE:
			return true;
		case KEEPALIVED_SUBSTITUTION_DONE:
			trim(*line);
			break;
		case KEEPALIVED_SUBSTITUTION_ENDLESS:
			stop(reader, "the parameters of the line have no end");
			return false;
		}
	}
}

/* A line, and then what braces in it leave. */
static void
expand_pieces(struct reader *reader, const char *text, struct import_words *rest)
{
	CLEANUP_FREE char *line = xstrdup(text);

	while (!reader->is_stopped && reduce(reader, &line, rest)) {
		const char *pattern = find_include(line);

		if (pattern != NULL) {
			include(reader, pattern);
			return;
		}
		const char *left = emit(reader, line);

		memmove(line, left, strlen(left) + 1);
	}
}

static void
expand(struct reader *reader, const char *text)
{
	CLEANUP(import_words_deinit) struct import_words rest = {0};

	if (reader->depth >= DEPTH_MAX) {
		stop(reader, "the line stands for lines that stand for lines, too deep");
		return;
	}
	count_line(reader);
	reader->depth++;
	expand_pieces(reader, text, &rest);
	for (size_t i = 0; i < rest.count && !reader->is_stopped; i++)
		expand(reader, rest.list[i]);
	reader->depth--;
}

static void
take_line(struct reader *reader, char *line)
{
	bool is_empty = line[0] == '\0';

	line += strspn(line, BLANKS);
	cut_comment(line);
	if (reader->open != NULL) {
		/* A comment or blanks are no line, and end nothing. */
		if (is_empty || line[0] != '\0')
			keepalived_definition_add(reader->open, line);
		if (!keepalived_definition_is_open(reader->open))
			reader->open = NULL;
	} else if (line[0] != '\0') {
		expand(reader, line);
	}
}

/* The folder of the file, as keepalived has it while it reads that. */
static void
define_folder(struct reader *reader)
{
	CLEANUP_FREE char *folder = import_file_beside(reader->file, ".");
	char *resolved = realpath(folder, NULL);

	keepalived_define(&reader->definitions, "_PWD", strlen("_PWD"),
		resolved != NULL ? resolved : folder);
	free(resolved);
}

static int
read_file(struct reader *reader, const char *path)
{
	struct import_file file, *includer = reader->file;
	int error = import_file_open(reader->files, path, includer, &file);

	if (error < 0)
		return error;
	reader->file = &file;
	define_folder(reader);
	for (char *line; !reader->is_stopped && (line = import_file_line(&file)) != NULL;)
		take_line(reader, line);
	import_file_close(&file);
	reader->file = includer;
	if (includer != NULL)
		define_folder(reader);
	return 0;
}

int
keepalived_lines_read(struct import_files *files, const char *path, const char *config_id,
	keepalived_on_line *on_line, void *context)
{
	struct reader reader = {
		.files = files,
		.config_id = config_id,
		.on_line = on_line,
		.context = context,
	};

	keepalived_definitions_init(&reader.definitions, config_id);
	int error = read_file(&reader, path);

	keepalived_definitions_deinit(&reader.definitions);
	return error;
}
