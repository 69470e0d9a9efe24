/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Patterns by glob(3).
 */
#include "config_include.h"

#include <errno.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "definition.h"
#include "util.h"

#define GLOB_CHARACTERS "*?["

/* The folder of the file with its slash, or "" where the path has none. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup("");
}

/* A text that, as a pattern, stands for itself. */
static char *
escape(const char *text)
{
	char *escaped = xcalloc(2 * strlen(text) + 1, 1);
	char *end = escaped;

	for (; *text != '\0'; text++) {
		if (strchr(GLOB_CHARACTERS "\\", *text) != NULL)
			*end++ = '\\';
		*end++ = *text;
	}
	return escaped;
}

/* A folder that is not there has no files; one that cannot be read is an error. */
static int
what_on_glob_error(const char *path, int error)
{
	(void)path;
	return error != ENOENT && error != ENOTDIR;
}

static char **
copy_paths(const glob_t *found)
{
	char **paths = xcalloc(found->gl_pathc + 1, sizeof(*paths));

	for (size_t i = 0; i < found->gl_pathc; i++)
		paths[i] = xstrdup(found->gl_pathv[i]);
	return paths;
}

static int
expand_pattern(const struct config_place *place, const char *folder, const char *pattern,
	char ***ret_paths)
{
	CLEANUP_FREE char *escaped = escape(folder);
	CLEANUP_FREE char *whole = xasprintf("%s%s", escaped, pattern);
	CLEANUP(globfree) glob_t found = {.gl_pathc = 0};
	int result = glob(whole, 0, what_on_glob_error, &found);

	if (result == GLOB_NOSPACE)
		abort();
	if (result == GLOB_ABORTED) {
		config_problems_error(
			place, "cannot read a folder of \"%s\": %s", pattern, strerror(errno));
		return -EINVAL;
	}
	*ret_paths = copy_paths(&found);
	return 0;
}

static int
expand_name(const struct config_place *place, const char *folder, const char *name,
	char ***ret_paths)
{
	CLEANUP_FREE char *path = xasprintf("%s%s", folder, name);

	if (access(path, F_OK) < 0) {
		config_problems_error(place, "\"%s\": %s", path, strerror(errno));
		return -EINVAL;
	}
	*ret_paths = xcalloc(2, sizeof(char *));
	(*ret_paths)[0] = STEAL(path);
	return 0;
}

int
config_include_expand(const struct config_place *place, const char *pattern, char ***ret_paths)
{
	CLEANUP_FREE char *folder =
		pattern[0] == '/' ? xstrdup("") : folder_of(place->file->path);

	if (strpbrk(pattern, GLOB_CHARACTERS) == NULL)
		return expand_name(place, folder, pattern, ret_paths);
	return expand_pattern(place, folder, pattern, ret_paths);
}
