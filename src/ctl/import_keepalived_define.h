/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keepalived's parameters: $NAME=VALUE, and what $NAME and ${NAME} in a line become.
 * keepalived.conf(5), Parameter substitution and Pre-defined definitions.
 */
#ifndef CTL_IMPORT_KEEPALIVED_DEFINE_H
#define CTL_IMPORT_KEEPALIVED_DEFINE_H

#include "import_words.h"

struct keepalived_definition;

struct keepalived_definitions {
	struct keepalived_definition *all;
};

void keepalived_definitions_init(
	struct keepalived_definitions *definitions, const char *config_id);
void keepalived_definitions_deinit(struct keepalived_definitions *definitions);

/* name[0..len) becomes value, in place of an older one. */
void keepalived_define(struct keepalived_definitions *definitions, const char *name, size_t len,
	const char *value);

/* A line "$NAME=VALUE", or the first line of one with many: NULL where it is neither. */
struct keepalived_definition *keepalived_define_line(
	struct keepalived_definitions *definitions, const char *line);

/* Whether the next line goes on with it. */
bool keepalived_definition_is_open(const struct keepalived_definition *definition);

/* Goes on with a line; an empty one ends it. */
void keepalived_definition_add(struct keepalived_definition *definition, const char *line);

enum keepalived_substitution {
	KEEPALIVED_SUBSTITUTION_NONE,
	KEEPALIVED_SUBSTITUTION_DONE,
	KEEPALIVED_SUBSTITUTION_ENDLESS, /* too long, or around in circles */
};

/*
 * Replaces *line, which is owned, where parameters stand in it. Of one with many lines the
 * first is put there, and the rest, to be read next, before what *rest has.
 */
enum keepalived_substitution keepalived_substitute(
	const struct keepalived_definitions *definitions, char **line,
	struct import_words *rest);

#endif
