/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The path from the top level to where we are is an array; its first is complete when the next
 * statement of the top level begins.
 */
#include "import_keepalived_tree.h"

#include <string.h>

#include "import_keepalived_lines.h"
#include "import_keepalived_words.h"
#include "util.h"

struct builder {
	struct import_report *report; /* borrowed */
	/* The statements whose blocks are open, and the last one of the innermost. */
	struct keepalived_statement *path[KEEPALIVED_TREE_DEPTH_MAX + 1];
	size_t depth; /* of open blocks */
	keepalived_on_statement *on_statement;
	void *context;
};

static void
statement_free(struct keepalived_statement *statement)
{
	if (statement == NULL)
		return;
	for (size_t i = 0; i < statement->child_count; i++)
		statement_free(statement->children[i]);
	free(statement->children);
	import_words_deinit(&statement->words);
	free(statement->line);
	free(statement);
}

const char *
keepalived_word(const struct keepalived_statement *statement, size_t index)
{
	return index < statement->words.count ? statement->words.list[index] : "";
}

const struct keepalived_statement *
keepalived_find(const struct keepalived_statement *statement, const char *keyword)
{
	for (size_t i = statement->child_count; i > 0; i--) {
		if (strcmp(keepalived_word(statement->children[i - 1], 0), keyword) == 0)
			return statement->children[i - 1];
	}
	return NULL;
}

static void
finish(struct builder *builder)
{
	if (builder->path[0] != NULL)
		builder->on_statement(builder->context, builder->path[0]);
	statement_free(builder->path[0]);
	builder->path[0] = NULL;
}

static void
add_child(struct keepalived_statement *parent, struct keepalived_statement *child)
{
	/* Two more, then four, eight ... */
	if ((parent->child_count & (parent->child_count + 1)) == 0)
		parent->children = xreallocarray(parent->children,
			(parent->child_count + 1) * 2, sizeof(struct keepalived_statement *));
	parent->children[parent->child_count] = child;
	parent->child_count++;
}

static void
begin_statement(struct builder *builder, struct import_place place, const char *line)
{
	struct keepalived_statement *statement = xcalloc(1, sizeof(*statement));

	statement->place = place;
	statement->line = xstrdup(line);
	/* The lines of scripts, which are split otherwise, may have escaped quotes. */
	if (!keepalived_words_split(line, &statement->words) && strchr(line, '\\') == NULL)
		import_report_problem(
			builder->report, place, "a quote is not closed: %s", line);
	if (statement->words.count == 0) {
		statement_free(statement);
		return;
	}
	if (builder->depth == 0)
		finish(builder);
	else
		add_child(builder->path[builder->depth - 1], statement);
	builder->path[builder->depth] = statement;
}

static void
open_block(struct builder *builder, struct import_place place)
{
	if (builder->path[builder->depth] == NULL || builder->path[builder->depth]->has_block) {
		import_report_problem(builder->report, place, "a { has nothing before it");
	} else if (builder->depth + 1 >= KEEPALIVED_TREE_DEPTH_MAX) {
		import_report_problem(builder->report, place, "blocks are nested too deep");
	} else {
		builder->path[builder->depth]->has_block = true;
		builder->depth++;
		builder->path[builder->depth] = NULL;
	}
}

static void
close_block(struct builder *builder, struct import_place place)
{
	if (builder->depth == 0)
		import_report_problem(builder->report, place, "a } has no { before it");
	else
		builder->depth--;
}

static void
on_line(void *context, struct import_place place, const char *line)
{
	struct builder *builder = context;

	if (strcmp(line, "{") == 0)
		open_block(builder, place);
	else if (strcmp(line, "}") == 0)
		close_block(builder, place);
	else
		begin_statement(builder, place, line);
}

int
keepalived_tree_read(struct import_files *files, const char *path, const char *config_id,
	keepalived_on_statement *on_statement, void *context)
{
	struct builder builder = {
		.report = files->report,
		.on_statement = on_statement,
		.context = context,
	};
	int error = keepalived_lines_read(files, path, config_id, on_line, &builder);

	if (builder.depth > 0)
		import_report_problem(files->report, builder.path[builder.depth - 1]->place,
			"a { is not closed: %s", builder.path[builder.depth - 1]->line);
	finish(&builder);
	return error;
}
