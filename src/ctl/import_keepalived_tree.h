/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statements and their blocks. keepalived knows a table of keywords; here anything is a
 * statement, and a block belongs to the one before it.
 */
#ifndef CTL_IMPORT_KEEPALIVED_TREE_H
#define CTL_IMPORT_KEEPALIVED_TREE_H

#include "import_files.h"
#include "import_words.h"

#define KEEPALIVED_TREE_DEPTH_MAX 16

struct keepalived_statement {
	struct import_place place;
	char *line;                /* owned: as it was, since scripts are split otherwise */
	struct import_words words; /* at least one */
	struct keepalived_statement **children;
	size_t child_count;
	bool has_block;
};

/* What the word at the index is, or "". */
const char *keepalived_word(const struct keepalived_statement *statement, size_t index);

/* The last child with the keyword, which is the one that counts; NULL: none. */
const struct keepalived_statement *keepalived_find(
	const struct keepalived_statement *statement, const char *keyword);

/* The statement is freed behind it. */
typedef void keepalived_on_statement(
	void *context, const struct keepalived_statement *statement);

/* Reads the file, and hands on one statement of the top level after the other. */
int keepalived_tree_read(struct import_files *files, const char *path, const char *config_id,
	keepalived_on_statement *on_statement, void *context);

#endif
