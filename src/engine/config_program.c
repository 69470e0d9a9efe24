/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks where the spawner will look: PATH for a bare name, and the check's directory for a
 * path that is not absolute.
 */
#include "config_program.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "path.h"
#include "program.h"
#include "run_environment.h"
#include "util.h"

/* PATH as the check has it. */
static int
look_up(const struct definition *definition, char *buf, size_t size)
{
	CLEANUP_FREE char **env = run_environment_new(definition);

	for (char **variable = env; *variable != NULL; variable++) {
		if (strncmp(*variable, "PATH=", 5) == 0)
			return path_lookup(
				definition->command->argv[0], *variable + 5, buf, size);
	}
	return -ENOENT;
}

static int
find_program(const struct definition *definition, char *buf, size_t size)
{
	const struct command *command = definition->command;
	const char *program = command->argv[0];
	const char *directory = command->directory != NULL ? command->directory : "";
	bool is_absolute = program[0] == '/';

	if (strchr(program, '/') == NULL)
		return look_up(definition, buf, size);
	int len = snprintf(buf, size, "%s%s%s", is_absolute ? "" : directory,
		is_absolute ? "" : "/", program);
	return (size_t)len < size ? 0 : -ENAMETOOLONG;
}

/* As the user who tests sees it, whoever will run it. */
static char *
examine_file(const char *path)
{
	char flaw[PROGRAM_FLAW_SIZE];

	if (program_find_flaw(path, flaw, sizeof(flaw)))
		return xstrdup(flaw);
	return access(path, X_OK) < 0 ? xasprintf("%s: %s", path, strerror(errno)) : NULL;
}

char *
config_program_examine(const struct definition *definition)
{
	const struct command *command = definition->command;
	char path[PATH_MAX];

	if (command == NULL || command->argv == NULL || command->argv[0] == NULL ||
		command->argv[0][0] == '\0')
		return NULL;
	int error = find_program(definition, path, sizeof(path));
	if (error == -ENOENT)
		return xasprintf("%s: not found in PATH", command->argv[0]);
	if (error < 0)
		return xasprintf("%s: %s", command->argv[0], strerror(-error));
	return examine_file(path);
}
