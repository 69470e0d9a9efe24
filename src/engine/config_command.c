/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config_command.h"

#include <string.h>
#include <unistd.h>

#include "config_bind.h"
#include "config_program.h"
#include "config_words.h"
#include "util.h"

void
config_command_bind_user(const struct config_place *place, const struct config_key *key,
	struct config_node *value, struct config_users *users, struct definition *definition)
{
	const struct identity *identity =
		config_bind_user(place, key, value, users, definition);
	const char *what = strcmp(place->section, "worker") == 0 ? "worker" : "check";

	if (identity == NULL)
		return;
	if (geteuid() != 0 && identity->uid != geteuid()) {
		config_problems_error(place,
			"only root may run a %s as another user (\"%s\"), and this is not "
			"root",
			what, definition->user);
		return;
	}
	definition->uid = identity->uid;
	definition->gid = identity->gid;
	definition->groups = xcalloc(identity->group_count, sizeof(gid_t));
	definition->group_count = identity->group_count;
	memcpy(definition->groups, identity->groups, identity->group_count * sizeof(gid_t));
}

/* What is run, from the command as it is written. */
static void
split_command(const struct config_place *place, struct definition *definition)
{
	const char *const shell[] = {"/bin/sh", "-c", definition->command};
	const char *error = NULL;

	if (definition->is_shell) {
		definition->argv = xcalloc(ARRAY_LEN(shell) + 1, sizeof(char *));
		for (size_t i = 0; i < ARRAY_LEN(shell); i++)
			definition->argv[i] = xstrdup(shell[i]);
	} else if (config_words_split(definition->command, &definition->argv, &error) < 0) {
		config_problems_error(place, "%s", error);
	}
}

void
config_command_finish(const struct config_place *place, const struct config_node *item,
	struct definition *definition)
{
	bool is_argv = config_bind_find(item, "argv") != NULL;

	if (is_argv == (config_bind_find(item, "command") != NULL)) {
		config_problems_error(place,
			is_argv ? "has both command and argv" : "command or argv is missing");
		return;
	}
	const struct config_place here =
		config_bind_place(place, item, is_argv ? "argv" : "command");
	if (is_argv && definition->is_shell)
		config_problems_error(&here, "goes without shell: true, which is for command");
	if (definition->command != NULL)
		split_command(&here, definition);
	if (definition->argv != NULL &&
		(definition->argv[0] == NULL || definition->argv[0][0] == '\0'))
		config_problems_error(&here, "must begin with a program");
}

static void
inherit_user(struct definition *definition, const struct definition *from)
{
	if (from->user == NULL)
		return;
	definition->user = xstrdup(from->user);
	definition->uid = from->uid;
	definition->gid = from->gid;
	definition->group_count = from->group_count;
	definition->groups = xcalloc(from->group_count, sizeof(gid_t));
	if (from->group_count > 0)
		memcpy(definition->groups, from->groups, from->group_count * sizeof(gid_t));
}

void
config_command_inherit(
	const struct config_key *key, struct definition *definition, struct definition *from)
{
	if (config_keys_is_number(key)) {
		config_keys_store(key, definition, config_keys_load(key, from));
	} else if (key->type == CONFIG_TYPE_USER) {
		inherit_user(definition, from);
	} else if (key->type == CONFIG_TYPE_ENV) {
		definition->env = strv_copy(from->env);
	} else {
		const char *text = *config_keys_text(key, from);

		*config_keys_text(key, definition) = text != NULL ? xstrdup(text) : NULL;
	}
}

void
config_command_test(const struct config_place *place, const struct definition *definition)
{
	struct config_place here = *place;
	CLEANUP_FREE char *text = config_program_examine(definition);

	here.key = definition->command != NULL ? "command" : "argv";
	if (text != NULL)
		config_problems_warning(&here, "%s", text);
}
