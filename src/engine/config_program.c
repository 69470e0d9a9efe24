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
#include <sys/stat.h>
#include <unistd.h>

#include "path.h"
#include "run_environment.h"
#include "util.h"

static void
strv_freep(char ***list)
{
	strv_free(*list);
}

/* PATH as the check has it. */
static int
look_up(const struct definition *definition, char *buf, size_t size)
{
	CLEANUP(strv_freep) char **env = run_environment_new(definition);

	for (char **variable = env; *variable != NULL; variable++) {
		if (strncmp(*variable, "PATH=", 5) == 0)
			return path_lookup(definition->argv[0], *variable + 5, buf, size);
	}
	return -ENOENT;
}

static int
find_program(const struct definition *definition, char *buf, size_t size)
{
	const char *program = definition->argv[0];
	const char *directory = definition->directory != NULL ? definition->directory : "";
	bool is_absolute = program[0] == '/';

	if (strchr(program, '/') == NULL)
		return look_up(definition, buf, size);
	int len = snprintf(buf, size, "%s%s%s", is_absolute ? "" : directory,
		is_absolute ? "" : "/", program);
	return (size_t)len < size ? 0 : -ENAMETOOLONG;
}

/* As the user who tests sees it, whoever will run it. */
static int
examine_file(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EACCES;
	return access(path, X_OK) < 0 ? -errno : 0;
}

static int
examine_program(const struct definition *definition, char *buf, size_t size)
{
	int error = find_program(definition, buf, size);

	if (error < 0)
		snprintf(buf, size, "%s", definition->argv[0]);
	return error < 0 ? error : examine_file(buf);
}

char *
config_program_examine(const struct definition *definition)
{
	char path[PATH_MAX];

	if (definition->argv == NULL || definition->argv[0] == NULL ||
		definition->argv[0][0] == '\0')
		return NULL;
	int error = examine_program(definition, path, sizeof(path));
	if (error == 0)
		return NULL;
	if (error == -EACCES)
		return xasprintf("%s is not an executable file", path);
	return xasprintf("%s: %s", path, strerror(-error));
}
