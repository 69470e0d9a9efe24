/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks where the spawner will look: PATH for a bare name, and the check's directory for a
 * path that is not absolute.
 */
#include "config_program.h"

#include <errno.h>
#include <limits.h>
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

	if (strchr(program, '/') == NULL)
		return look_up(definition, buf, size);
	if (program[0] == '/')
		directory = "";
	CLEANUP_FREE char *path =
		xasprintf("%s%s%s", directory, program[0] == '/' ? "" : "/", program);
	if (strlen(path) >= size)
		return -ENAMETOOLONG;
	strcpy(buf, path);
	return 0;
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

char *
config_program_examine(const struct definition *definition)
{
	char path[PATH_MAX];
	int error = find_program(definition, path, sizeof(path));
	const char *shown = error < 0 ? definition->argv[0] : path;

	if (error == 0)
		error = examine_file(path);
	if (error == 0)
		return NULL;
	if (error == -EACCES)
		return xasprintf("%s is not an executable file", shown);
	return xasprintf("%s: %s", shown, strerror(-error));
}
