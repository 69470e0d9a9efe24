/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client_explain.h"

#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "util.h"

/* The name of a group, or its number; to be freed. */
static char *
name_of_group(gid_t gid)
{
	const struct group *group = getgrgid(gid);

	return group != NULL ? xstrdup(group->gr_name) : xasprintf("%u", gid);
}

/* The innermost folder above the path that may not be entered; NULL: none. To be freed. */
static char *
closed_folder(const char *path)
{
	char *folder = NULL;

	for (const char *slash = strchr(path + 1, '/'); slash != NULL;
		slash = strchr(slash + 1, '/')) {
		free(folder);
		folder = xstrndup(path, (size_t)(slash - path));
		if (access(folder, X_OK) < 0)
			return folder;
	}
	free(folder);
	return NULL;
}

static char *
explain_permission(const char *path)
{
	CLEANUP_FREE char *folder = closed_folder(path);
	struct stat status;

	if (folder != NULL)
		return xasprintf(
			"%s: the folder %s is closed to you: try as root", path, folder);
	if (stat(path, &status) < 0)
		return xasprintf("%s: %s", path, strerror(errno));
	if ((status.st_mode & S_IWGRP) == 0)
		return xasprintf("%s: only root may ask: try as root, or let a group: "
				 "control: {group: adm} in checkd.yaml",
			path);
	CLEANUP_FREE char *group = name_of_group(status.st_gid);

	return xasprintf("%s: only root and group %s may ask: try as root, or join the group "
			 "(adduser YOU %s) and log in anew",
		path, group, group);
}

static bool
is_socket(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISSOCK(status.st_mode);
}

char *
client_explain(const char *path, int error)
{
	if (error == -ECONNREFUSED && !is_socket(path))
		return xasprintf("%s: that is no socket", path);
	switch (-error) {
	case ENOENT:
		return xasprintf("%s: no socket is there: is checkd running? (systemctl status "
				 "checkd; another place: -s SOCKET)",
			path);
	case ECONNREFUSED:
		return xasprintf("%s: nobody listens there any more: checkd has ended "
				 "(systemctl start checkd)",
			path);
	case EACCES:
	case EPERM:
		return explain_permission(path);
	case EAGAIN:
		return xasprintf(
			"%s: checkd takes no connections: it is stopped or stuck", path);
	default:
		return xasprintf("%s: %s", path, strerror(-error));
	}
}

char *
client_explain_refusal(const char *said)
{
	if (strstr(said, "may neither ask nor submit") != NULL)
		return xasprintf("%s: control.group in checkd.yaml says who may", said);
	if (strstr(said, "may not do that") != NULL)
		return xasprintf("%s: try as root", said);
	return xstrdup(said);
}
