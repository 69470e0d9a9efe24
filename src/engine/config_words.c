/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A word is made of pieces: bare characters, 'quoted' ones and "quoted" ones.
 */
#include "config_words.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "definition.h"
#include "util.h"

#define BLANKS " \t\n"

struct splitter {
	const char *cursor;
	char *word;   /* owned; as large as the line */
	size_t len;   /* of the word so far */
	char **words; /* owned, NULL-terminated */
	size_t count;
};

static void
splitter_deinit(struct splitter *splitter)
{
	free(splitter->word);
	strv_free(splitter->words);
}

static void
take(struct splitter *splitter)
{
	splitter->word[splitter->len] = *splitter->cursor;
	splitter->len++;
	splitter->cursor++;
}

/* Everything stands for itself up to the next '. */
static const char *
read_single_quoted(struct splitter *splitter)
{
	splitter->cursor++;
	while (*splitter->cursor != '\'') {
		if (*splitter->cursor == '\0')
			return "must close each ' that it opens";
		take(splitter);
	}
	splitter->cursor++;
	return NULL;
}

/* Up to the next ", where \ escapes $ ` " \ and the line's end only. */
static const char *
read_double_quoted(struct splitter *splitter)
{
	splitter->cursor++;
	while (*splitter->cursor != '"') {
		if (*splitter->cursor == '\0')
			return "must close each \" that it opens";
		if (*splitter->cursor != '\\' || splitter->cursor[1] == '\0' ||
			strchr("$`\"\\\n", splitter->cursor[1]) == NULL) {
			take(splitter);
			continue;
		}
		splitter->cursor++;
		if (*splitter->cursor == '\n')
			splitter->cursor++;
		else
			take(splitter);
	}
	splitter->cursor++;
	return NULL;
}

/* A \ outside of quotes: the next character stands for itself, a line's end for nothing. */
static const char *
read_escaped(struct splitter *splitter)
{
	splitter->cursor++;
	if (*splitter->cursor == '\0')
		return "must have a character behind its last \\";
	if (*splitter->cursor == '\n')
		splitter->cursor++;
	else
		take(splitter);
	return NULL;
}

static const char *
read_piece(struct splitter *splitter)
{
	switch (*splitter->cursor) {
	case '\'':
		return read_single_quoted(splitter);
	case '"':
		return read_double_quoted(splitter);
	case '\\':
		return read_escaped(splitter);
	default:
		take(splitter);
		return NULL;
	}
}

static void
skip_blanks(struct splitter *splitter)
{
	for (;;) {
		splitter->cursor += strspn(splitter->cursor, BLANKS);
		if (strncmp(splitter->cursor, "\\\n", 2) != 0)
			return;
		splitter->cursor += 2;
	}
}

static const char *
read_word(struct splitter *splitter)
{
	const char *error = NULL;

	splitter->len = 0;
	while (error == NULL && *splitter->cursor != '\0' &&
		strchr(BLANKS, *splitter->cursor) == NULL)
		error = read_piece(splitter);
	if (error != NULL)
		return error;
	/* Two more, then four, eight ...: room for a word and the NULL. */
	if ((splitter->count & (splitter->count + 1)) == 0)
		splitter->words = xreallocarray(
			splitter->words, (splitter->count + 1) * 2, sizeof(*splitter->words));
	splitter->words[splitter->count] = xstrndup(splitter->word, splitter->len);
	splitter->count++;
	splitter->words[splitter->count] = NULL;
	return NULL;
}

int
config_words_split(const char *line, char ***ret_words, const char **ret_error)
{
	CLEANUP(splitter_deinit)
	struct splitter splitter = {
		.cursor = line,
		.word = xcalloc(strlen(line) + 1, 1),
		.words = xcalloc(1, sizeof(*splitter.words)),
	};

	for (skip_blanks(&splitter); *splitter.cursor != '\0'; skip_blanks(&splitter)) {
		const char *error = read_word(&splitter);

		if (error != NULL) {
			*ret_error = error;
			return -EINVAL;
		}
	}
	*ret_words = STEAL(splitter.words);
	return 0;
}
