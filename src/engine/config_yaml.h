/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads one YAML file, node by node, with the line of each: a list of 100,000 checks is
 * never in memory as YAML. Of YAML 1.1 it takes mappings, sequences and scalars; anchors,
 * aliases, tags and second documents are told of as errors.
 *
 * Whatever is wrong with the YAML itself is told to the problems here. A syntax error ends
 * the file: from then on nothing follows.
 */
#ifndef ENGINE_CONFIG_YAML_H
#define ENGINE_CONFIG_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "config_problems.h"

#define CONFIG_YAML_OCTETS_MAX ((size_t)256 * 1024 * 1024) /* of a file */
#define CONFIG_YAML_DEPTH_MAX  8
#define CONFIG_YAML_ITEMS_MAX  4096 /* of a node that is read whole */

enum config_node_kind {
	CONFIG_NODE_NONE,     /* there is nothing more */
	CONFIG_NODE_REPORTED, /* could not be read, which has been told */
	CONFIG_NODE_SCALAR,
	CONFIG_NODE_SEQUENCE,
	CONFIG_NODE_MAPPING,
};

struct config_node {
	enum config_node_kind kind;
	unsigned line;
	bool is_plain;                /* a scalar without quotes, not a block */
	char *text;                   /* of a scalar: UTF-8; owned, may be stolen */
	struct config_node *children; /* items; of a mapping key, value, key, value */
	size_t count;                 /* of children */
};

struct config_yaml;

/* Returns 0, or -errno. The place names the file and the problems; it is copied. */
int config_yaml_open(const struct config_place *place, struct config_yaml **ret_yaml);
void config_yaml_close(struct config_yaml *yaml); /* NULL is fine */

/* What the next node is; NONE at the end of the document. */
enum config_node_kind config_yaml_peek(struct config_yaml *yaml);
unsigned config_yaml_line(struct config_yaml *yaml); /* where that is */

/* Reads the next node whole. The caller deinits it, whatever its kind. */
void config_yaml_read(struct config_yaml *yaml, struct config_node *ret_node);

/*
 * Steps into the sequence or mapping that is next. Then config_yaml_more says whether
 * another item or key is there, and steps out where none is.
 */
void config_yaml_enter(struct config_yaml *yaml);
bool config_yaml_more(struct config_yaml *yaml);

/* After the document's one node: tells of a second document. */
void config_yaml_finish(struct config_yaml *yaml);

void config_node_deinit(struct config_node *node);

/* Nothing, ~ or null: a key without a value. */
bool config_node_is_null(const struct config_node *node);

#endif
