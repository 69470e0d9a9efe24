/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The octets of a word are gathered in a buffer as large as the line.
 */
#include "import_keepalived_words.h"

#include <ctype.h>
#include <string.h>

#include "util.h"

#define BLANKS " \t\f\n\r\v"

bool
keepalived_words_split(const char *line, struct import_words *ret_words)
{
	for (line += strspn(line, BLANKS); *line != '\0'; line += strspn(line, BLANKS)) {
		bool is_quoted = *line == '"';
		size_t len;

		line += is_quoted;
		len = strcspn(line, is_quoted ? "\"" : BLANKS "\"");
		if (is_quoted && line[len] == '\0')
			return false;
		import_words_add(ret_words, xstrndup(line, len));
		line += len + is_quoted;
	}
	return true;
}

struct splitter {
	const char *cursor;
	char *word; /* owned */
	size_t len;
	bool has_escapes; /* else they stay as they are, for a second splitting */
	size_t hexadecimal_max;
};

static void
put(struct splitter *splitter, char c)
{
	splitter->word[splitter->len] = c;
	splitter->len++;
}

static unsigned
hexadecimal(char c)
{
	return isdigit((unsigned char)c) ? (unsigned)(c - '0')
					 : (unsigned)(tolower((unsigned char)c) - 'a' + 10);
}

/* \xXX: the cursor is at the first digit. */
static void
read_hexadecimal(struct splitter *splitter)
{
	unsigned value = 0;

	for (size_t i = 0; i < splitter->hexadecimal_max; i++) {
		if (!isxdigit((unsigned char)*splitter->cursor))
			break;
		value = (value << 4 | hexadecimal(*splitter->cursor)) & 0xff;
		splitter->cursor++;
	}
	put(splitter, (char)value);
}

static bool
is_octal(char c)
{
	return c >= '0' && c <= '7';
}

static void
read_octal(struct splitter *splitter)
{
	unsigned value = 0;

	for (size_t i = 0; i < 3 && is_octal(*splitter->cursor); i++) {
		value = (value << 3 | (unsigned)(*splitter->cursor - '0')) & 0xff;
		splitter->cursor++;
	}
	put(splitter, (char)value);
}

/* The cursor is behind the \, at a character. */
static void
read_escaped(struct splitter *splitter)
{
	static const char letters[] = "abEfnrtv", meanings[] = "\a\b\033\f\n\r\t\v";
	char c = *splitter->cursor;
	const char *letter = strchr(letters, c);

	if (is_octal(c)) {
		read_octal(splitter);
		return;
	}
	splitter->cursor++;
	if (c == 'x' && isxdigit((unsigned char)*splitter->cursor)) {
		read_hexadecimal(splitter);
	} else if (c == 'c' && *splitter->cursor != '\0') {
		put(splitter, (char)(*splitter->cursor & 0x1f));
		splitter->cursor++;
	} else {
		put(splitter, letter != NULL ? meanings[letter - letters] : c);
	}
}

/* Returns false for a \ at the end. */
static bool
read_escape(struct splitter *splitter)
{
	splitter->cursor++;
	if (*splitter->cursor == '\0')
		return false;
	if (splitter->has_escapes) {
		read_escaped(splitter);
		return true;
	}
	put(splitter, '\\');
	put(splitter, *splitter->cursor);
	splitter->cursor++;
	return true;
}

/* Up to a blank outside of quotes; returns false for an open quote or escape. */
static bool
read_word(struct splitter *splitter)
{
	char quote = '\0';

	splitter->len = 0;
	while (*splitter->cursor != '\0') {
		char c = *splitter->cursor;

		if (c == '\\') {
			if (!read_escape(splitter))
				return false;
			continue;
		}
		if (quote == '\0' && strchr(BLANKS, c) != NULL)
			break;
		splitter->cursor++;
		if (quote == '\0' && (c == '"' || c == '\''))
			quote = c;
		else if (quote != '\0' && c == quote)
			quote = '\0';
		else
			put(splitter, c);
	}
	return quote == '\0';
}

static bool
split(const char *line, bool has_escapes, size_t hexadecimal_max,
	struct import_words *ret_words)
{
	CLEANUP_FREE char *word = xcalloc(strlen(line) + 1, 1);
	struct splitter splitter = {
		.cursor = line,
		.word = word,
		.has_escapes = has_escapes,
		.hexadecimal_max = hexadecimal_max,
	};

	for (;;) {
		splitter.cursor += strspn(splitter.cursor, BLANKS);
		if (*splitter.cursor == '\0')
			return ret_words->count > 0;
		if (!read_word(&splitter)) {
			import_words_deinit(ret_words);
			return false;
		}
		/* As keepalived does, up to the first NUL that an escape made. */
		import_words_add(ret_words, xstrndup(splitter.word, splitter.len));
	}
}

bool
keepalived_words_split_script(
	const char *line, enum keepalived_reading reading, struct import_words *ret_words)
{
	bool is_old = reading == KEEPALIVED_READING_OLD;
	size_t hexadecimal_max = is_old ? strlen(line) : 2;
	CLEANUP(import_words_deinit) struct import_words words = {0};

	if (!split(line, is_old, hexadecimal_max, &words) || words.count < 2)
		return false;
	return split(words.list[1], true, hexadecimal_max, ret_words);
}

unsigned
keepalived_words_count(const char *line)
{
	CLEANUP(import_words_deinit) struct import_words words = {0};

	split(line, true, 2, &words);
	return (unsigned)words.count;
}
