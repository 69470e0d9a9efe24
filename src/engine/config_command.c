/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config_command.h"

#include <string.h>
#include <unistd.h>

#include "config_bind.h"
#include "config_program.h"
#include "config_words.h"
#include "shared_text.h"
#include "util.h"

void
config_command_bind_user(const struct config_place *place, const struct config_key *key,
	struct config_node *value, struct config_users *users, struct command *command)
{
	const struct identity *identity = config_bind_user(place, key, value, users, command);
	const char *what = strcmp(place->section, "worker") == 0 ? "worker" : "check";

	if (identity == NULL)
		return;
	if (geteuid() != 0 && identity->uid != geteuid()) {
		config_problems_error(place,
			"only root may run a %s as another user (\"%s\"), and this is not "
			"root",
			what, command->user);
		return;
	}
	command->uid = identity->uid;
	command->gid = identity->gid;
	command->groups = xcalloc(identity->group_count, sizeof(gid_t));
	command->group_count = identity->group_count;
	memcpy(command->groups, identity->groups, identity->group_count * sizeof(gid_t));
}

/* What is run, from the command as it is written. */
static void
split_command(const struct config_place *place, struct command *command)
{
	const char *const shell[] = {"/bin/sh", "-c", command->line};
	const char *error = NULL;

	if (command->is_shell) {
		command->argv = xcalloc(ARRAY_LEN(shell) + 1, sizeof(char *));
		for (size_t i = 0; i < ARRAY_LEN(shell); i++)
			command->argv[i] = xstrdup(shell[i]);
	} else if (config_words_split(command->line, &command->argv, &error) < 0) {
		config_problems_error(place, "%s", error);
	}
}

void
config_command_finish(const struct config_place *place, const struct config_node *item,
	struct definition *definition)
{
	struct command *command = definition->command;
	bool is_argv = config_bind_find(item, "argv") != NULL;

	if (is_argv == (config_bind_find(item, "command") != NULL)) {
		config_problems_error(place,
			is_argv ? "has both command and argv" : "command or argv is missing");
		return;
	}
	const struct config_place here =
		config_bind_place(place, item, is_argv ? "argv" : "command");
	if (is_argv && command->is_shell)
		config_problems_error(&here, "goes without shell: true, which is for command");
	if (command->line != NULL)
		split_command(&here, command);
	if (command->argv != NULL && (command->argv[0] == NULL || command->argv[0][0] == '\0'))
		config_problems_error(&here, "must begin with a program");
}

static void
inherit_user(struct command *command, const struct command *from)
{
	if (from->user == NULL)
		return;
	command->user = xstrdup(from->user);
	command->uid = from->uid;
	command->gid = from->gid;
	command->group_count = from->group_count;
	command->groups = xcalloc(from->group_count, sizeof(gid_t));
	if (from->group_count > 0)
		memcpy(command->groups, from->groups, from->group_count * sizeof(gid_t));
}

void
config_command_inherit(
	const struct config_key *key, struct definition *definition, struct definition *from)
{
	void *part = config_keys_part(key, definition);
	void *from_part = config_keys_part(key, from);

	if (config_keys_is_number(key)) {
		config_keys_store(key, part, config_keys_load(key, from_part));
	} else if (key->type == CONFIG_TYPE_USER) {
		inherit_user(definition->command, from->command);
	} else if (key->type == CONFIG_TYPE_ENV) {
		definition->command->env = strv_copy(from->command->env);
	} else if (key->is_shared) {
		*config_keys_text(key, part) =
			shared_text_ref(*config_keys_text(key, from_part));
	} else {
		const char *text = *config_keys_text(key, from_part);

		*config_keys_text(key, part) = text != NULL ? xstrdup(text) : NULL;
	}
}

void
config_command_test(const struct config_place *place, const struct definition *definition)
{
	struct config_place here = *place;
	CLEANUP_FREE char *text = config_program_examine(definition);

	if (text == NULL)
		return;
	here.key = definition->command->line != NULL ? "command" : "argv";
	config_problems_warning(&here, "%s", text);
}
