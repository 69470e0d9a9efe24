/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A value is a list of lines. What it has of other parameters is replaced where it is used.
 */
#include "import_keepalived_define.h"

#include <ctype.h>
#include <string.h>
#include <uthash.h>

#include "import_files.h"
#include "util.h"

#define SUBSTITUTIONS_MAX 1000 /* of a line */
#define REST_MAX          4096 /* lines of parameters in parameters */

struct keepalived_definition {
	UT_hash_handle hh;
	char *name; /* the key */
	struct import_words lines;
	bool is_multiline;
	bool is_open;
};

void
keepalived_definitions_init(struct keepalived_definitions *definitions, const char *config_id)
{
	*definitions = (struct keepalived_definitions){0};
	keepalived_define(definitions, "_HASH", strlen("_HASH"), "#");
	keepalived_define(definitions, "_BANG", strlen("_BANG"), "!");
	keepalived_define(definitions, "_INSTANCE", strlen("_INSTANCE"), config_id);
}

void
keepalived_definitions_deinit(struct keepalived_definitions *definitions)
{
	struct keepalived_definition *definition, *next;

	HASH_ITER(hh, definitions->all, definition, next) {
		HASH_DEL(definitions->all, definition);
		import_words_deinit(&definition->lines);
		free(definition->name);
		free(definition);
	}
}

static bool
is_of_name(char c)
{
	return isascii((unsigned char)c) && (isalnum((unsigned char)c) || c == '_');
}

/* 0 where no name begins there. */
static size_t
measure_name(const char *text)
{
	size_t len = 0;

	if (isdigit((unsigned char)text[0]))
		return 0;
	while (is_of_name(text[len]))
		len++;
	return len;
}

static struct keepalived_definition *
find(const struct keepalived_definitions *definitions, const char *name, size_t len)
{
	struct keepalived_definition *definition;

	HASH_FIND(hh, definitions->all, name, len, definition);
	return definition;
}

/* One with that name and no lines. */
static struct keepalived_definition *
renew(struct keepalived_definitions *definitions, const char *name, size_t len)
{
	struct keepalived_definition *definition = find(definitions, name, len);

	if (definition == NULL) {
		definition = xcalloc(1, sizeof(*definition));
		definition->name = xstrndup(name, len);
		HASH_ADD_KEYPTR(hh, definitions->all, definition->name, len, definition);
	}
	import_words_deinit(&definition->lines);
	definition->is_multiline = definition->is_open = false;
	return definition;
}

void
keepalived_define(struct keepalived_definitions *definitions, const char *name, size_t len,
	const char *value)
{
	import_words_add(&renew(definitions, name, len)->lines, xstrdup(value));
}

/* The length without blanks at the end. */
static size_t
trimmed(const char *text, size_t len)
{
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	return len;
}

void
keepalived_definition_add(struct keepalived_definition *definition, const char *line)
{
	size_t len = trimmed(line, strlen(line));

	definition->is_open = len > 0 && line[len - 1] == '\\';
	if (definition->is_open)
		len = trimmed(line, len - 1);
	if (len > 0)
		import_words_add(&definition->lines, xstrndup(line, len));
	definition->is_multiline |= definition->is_open;
}

bool
keepalived_definition_is_open(const struct keepalived_definition *definition)
{
	return definition->is_open;
}

struct keepalived_definition *
keepalived_define_line(struct keepalived_definitions *definitions, const char *line)
{
	size_t len = line[0] == '$' ? measure_name(line + 1) : 0;
	const char *value = line + 1 + len;

	if (len == 0 || *value != '=')
		return NULL;
	value++;
	value += strspn(value, " \t");
	struct keepalived_definition *definition = renew(definitions, line + 1, len);

	keepalived_definition_add(definition, value);
	return definition;
}

/* A use of a parameter in a line, from its "$" on. */
struct use {
	const struct keepalived_definition *definition;
	size_t len;
};

static struct use
find_use(const struct keepalived_definitions *definitions, const char *dollar)
{
	bool is_braced = dollar[1] == '{';
	const char *name = dollar + 1 + is_braced;
	size_t len = measure_name(name);
	char end = name[len];

	if (len == 0 || (is_braced ? end != '}' : end != '\0' && strchr(" \t,)", end) == NULL))
		return (struct use){0};
	struct use use = {
		find(definitions, name, len), (size_t)(name - dollar) + len + is_braced};

	/* One with many lines stands at the end only. */
	if (use.definition != NULL && use.definition->is_multiline && dollar[use.len] != '\0')
		use.definition = NULL;
	return use;
}

/* The lines of a value but the first, before those that wait already. */
static void
push_rest(struct import_words *rest, const struct import_words *lines)
{
	struct import_words all = {0};

	for (size_t i = 1; i < lines->count; i++)
		import_words_add(&all, xstrdup(lines->list[i]));
	for (size_t i = 0; i < rest->count; i++)
		import_words_add(&all, xstrdup(rest->list[i]));
	import_words_deinit(rest);
	*rest = all;
}

static void
replace(char **line, size_t offset, struct use use)
{
	const struct import_words *lines = &use.definition->lines;
	char *replaced = xasprintf("%.*s%s%s", (int)offset, *line,
		lines->count > 0 ? lines->list[0] : "", *line + offset + use.len);

	free(*line);
	*line = replaced;
}

enum keepalived_substitution
keepalived_substitute(const struct keepalived_definitions *definitions, char **line,
	struct import_words *rest)
{
	unsigned count = 0;
	size_t offset = strcspn(*line, "$");

	while ((*line)[offset] != '\0') {
		struct use use = find_use(definitions, *line + offset);

		if (use.definition == NULL) {
			offset++;
		} else {
			count++;
			replace(line, offset, use);
			if (use.definition->lines.count > 1)
				push_rest(rest, &use.definition->lines);
		}
		if (count > SUBSTITUTIONS_MAX || rest->count > REST_MAX ||
			strlen(*line) > IMPORT_LINE_OCTETS_MAX)
			return KEEPALIVED_SUBSTITUTION_ENDLESS;
		offset += strcspn(*line + offset, "$");
	}
	return count > 0 ? KEEPALIVED_SUBSTITUTION_DONE : KEEPALIVED_SUBSTITUTION_NONE;
}
