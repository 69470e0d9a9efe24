/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks at a socket's path as this process, which has no privileges, may pass it. Users are
 * looked up in the file alone, since a name service could block.
 */
#include "reach.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "util.h"

#define PASSWD_FILE "/etc/passwd"

/* Of what a message is made of. */
#define USER_SIZE   64
#define PATH_SIZE   sizeof(((struct sockaddr_un *)NULL)->sun_path)
#define STATUS_SIZE (PATH_SIZE + USER_SIZE + 32)

/* Causes that have an errno in common are told from each other by where they are. */
#define PLACE_FACTOR 1000

/* The name of a user, or its number where the file does not have it. */
static void
name_user(uid_t uid, char *buf, size_t size)
{
	FILE *file = fopen(PASSWD_FILE, "re");
	const struct passwd *entry = NULL;

	snprintf(buf, size, "%u", uid);
	while (file != NULL && (entry = fgetpwent(file)) != NULL) {
		if (entry->pw_uid != uid)
			continue;
		snprintf(buf, size, "%s", entry->pw_name);
		break;
	}
	if (file != NULL)
		fclose(file);
}

/* Writes the first folder on the way that may not be passed; false where all may be. */
static bool
find_closed_folder(const char *path, char *buf, size_t size)
{
	for (const char *end = strchr(path + 1, '/'); end != NULL; end = strchr(end + 1, '/')) {
		snprintf(buf, size, "%.*s", (int)(end - path), path);
		if (access(buf, X_OK) < 0 && errno == EACCES)
			return true;
	}
	return false;
}

/* Says what the mode and the owner of a file are that is in the way. */
static void
describe_status(const char *path, char *buf, size_t size)
{
	char owner[USER_SIZE];
	struct stat status;

	if (stat(path, &status) < 0) {
		snprintf(buf, size, "%s", path);
		return;
	}
	name_user(status.st_uid, owner, sizeof(owner));
	snprintf(buf, size, "%s (mode %04o, of %s)", path, status.st_mode & 07777U, owner);
}

static long
describe_denial(const char *path, char *buf, size_t size)
{
	char user[USER_SIZE], folder[PATH_SIZE], what[STATUS_SIZE];
	bool is_folder = find_closed_folder(path, folder, sizeof(folder));

	name_user(geteuid(), user, sizeof(user));
	describe_status(is_folder ? folder : path, what, sizeof(what));
	if (is_folder)
		snprintf(buf, size,
			"user %s may not pass %s; chmod o+x it, and have `agentXPerms "
			"0660 0755 %s` in snmpd.conf",
			user, what, user);
	else
		snprintf(buf, size,
			"user %s may not write to %s; have `agentXPerms 0660 0755 %s` in "
			"snmpd.conf and restart snmpd",
			user, what, user);
	return EACCES + PLACE_FACTOR * (long)(is_folder ? strlen(folder) : 0);
}

long
reach_describe(const char *text, const struct sockaddr_storage *address, int error, char *buf,
	size_t size)
{
	const struct sockaddr_un *local = (const struct sockaddr_un *)address;

	if (error == EACCES && address->ss_family == AF_UNIX)
		return describe_denial(local->sun_path, buf, size);
	if (error == ENOENT || error == ECONNREFUSED)
		snprintf(buf, size,
			"%s; start snmpd with `master agentx` and `agentXSocket %s` in "
			"snmpd.conf",
			error == ENOENT ? "there is no such socket" : "nobody listens there",
			text);
	else
		snprintf(buf, size, "%s", strerror(error));
	return error;
}
