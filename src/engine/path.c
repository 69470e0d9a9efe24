/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks a path component by component and resolves links by hand, because the kernel tells
 * who owns the end of a path but not who could have turned it elsewhere on the way.
 */
#include "path.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct walk {
	uid_t uid;
	unsigned link_count;
	char done[PATH_MAX]; /* walked and found safe; free of links, "" is the root */
	char rest[PATH_MAX];
	struct path_flaw *flaw;
};

static int
set_flaw(struct walk *walk, enum path_rule rule, int error, id_t id)
{
	const char *path = walk->done[0] != '\0' ? walk->done : "/";

	walk->flaw->rule = rule;
	walk->flaw->error = error;
	walk->flaw->id = id;
	memcpy(walk->flaw->path, path, strlen(path) + 1);
	return -error;
}

static int
examine_owner(struct walk *walk, const struct stat *status)
{
	if (status->st_uid == 0 || status->st_uid == walk->uid)
		return 0;
	return set_flaw(walk, PATH_RULE_OWNER, EPERM, status->st_uid);
}

static int
examine_mode(struct walk *walk, const struct stat *status)
{
	if (S_ISLNK(status->st_mode))
		return 0;
	if (S_ISDIR(status->st_mode) && (status->st_mode & S_ISVTX) != 0)
		return 0;
	if ((status->st_mode & S_IWOTH) != 0)
		return set_flaw(walk, PATH_RULE_OTHERS, EPERM, 0);
	if ((status->st_mode & S_IWGRP) != 0 && status->st_gid != 0)
		return set_flaw(walk, PATH_RULE_GROUP, EPERM, status->st_gid);
	return 0;
}

static void
leave_folder(struct walk *walk)
{
	char *slash = strrchr(walk->done, '/');

	if (slash != NULL)
		*slash = '\0';
}

/* Puts what the link at `done` says before the rest, and goes back to where it counts from. */
static int
follow_link(struct walk *walk)
{
	char target[PATH_MAX];
	size_t rest_len = strlen(walk->rest);
	ssize_t len = readlink(walk->done, target, sizeof(target));

	if (len < 0)
		return set_flaw(walk, PATH_RULE_REACHABLE, errno, 0);
	if (++walk->link_count > PATH_LINKS_MAX)
		return set_flaw(walk, PATH_RULE_REACHABLE, ELOOP, 0);
	if ((size_t)len + 1 + rest_len >= sizeof(walk->rest))
		return set_flaw(walk, PATH_RULE_REACHABLE, ENAMETOOLONG, 0);
	memmove(walk->rest + len + 1, walk->rest, rest_len + 1);
	memcpy(walk->rest, target, (size_t)len);
	walk->rest[len] = '/';
	if (target[0] == '/')
		walk->done[0] = '\0';
	else
		leave_folder(walk);
	return 0;
}

/* Examines what `done` has come to. */
static int
examine_here(struct walk *walk)
{
	struct stat status;
	int result;

	if (lstat(walk->done[0] != '\0' ? walk->done : "/", &status) != 0)
		return set_flaw(walk, PATH_RULE_REACHABLE, errno, 0);
	if ((result = examine_owner(walk, &status)) != 0)
		return result;
	if ((result = examine_mode(walk, &status)) != 0)
		return result;
	return S_ISLNK(status.st_mode) ? follow_link(walk) : 0;
}

static int
enter(struct walk *walk, const char *name, size_t len)
{
	size_t done_len = strlen(walk->done);

	if (done_len + 1 + len >= sizeof(walk->done))
		return set_flaw(walk, PATH_RULE_REACHABLE, ENAMETOOLONG, 0);
	walk->done[done_len] = '/';
	memcpy(walk->done + done_len + 1, name, len);
	walk->done[done_len + 1 + len] = '\0';
	return 0;
}

/* Takes the first component off the rest; false at the end. */
static bool
take_component(struct walk *walk, char *ret_name, size_t *ret_len)
{
	const char *name = walk->rest + strspn(walk->rest, "/");
	size_t len = strcspn(name, "/");

	memcpy(ret_name, name, len);
	memmove(walk->rest, name + len, strlen(name + len) + 1);
	*ret_len = len;
	return len > 0;
}

static bool
is_name(const char *name, size_t len, const char *wanted)
{
	return len == strlen(wanted) && memcmp(name, wanted, len) == 0;
}

int
path_examine(const char *path, uid_t uid, struct path_flaw *ret_flaw)
{
	struct walk walk = {.uid = uid, .flaw = ret_flaw};
	char name[PATH_MAX];
	size_t len = strlen(path);

	assert(path[0] == '/');
	if (len >= sizeof(walk.rest))
		return set_flaw(&walk, PATH_RULE_REACHABLE, ENAMETOOLONG, 0);
	memcpy(walk.rest, path, len + 1);
	int result = examine_here(&walk);
	while (result == 0 && take_component(&walk, name, &len)) {
		if (is_name(name, len, ".."))
			leave_folder(&walk);
		else if (!is_name(name, len, ".") && (result = enter(&walk, name, len)) == 0)
			result = examine_here(&walk);
	}
	return result;
}

void
path_flaw_describe(const struct path_flaw *flaw, char *buf, size_t size)
{
	uintmax_t id = flaw->id;

	switch (flaw->rule) {
	case PATH_RULE_OWNER:
		snprintf(buf, size, "%.*s is owned by uid %ju", PATH_SHOWN_MAX, flaw->path, id);
		break;
	case PATH_RULE_GROUP:
		snprintf(buf, size, "%.*s is writable by group %ju", PATH_SHOWN_MAX, flaw->path,
			id);
		break;
	case PATH_RULE_OTHERS:
		snprintf(buf, size, "%.*s is writable by others", PATH_SHOWN_MAX, flaw->path);
		break;
	case PATH_RULE_REACHABLE:
		errno = flaw->error;
		snprintf(buf, size, "%.*s: %m", PATH_SHOWN_MAX, flaw->path);
		break;
	}
}

int
path_check(const char *path, uid_t uid, char *reason, size_t size)
{
	struct path_flaw flaw;
	int result = path_examine(path, uid, &flaw);

	if (result != 0)
		path_flaw_describe(&flaw, reason, size);
	return result;
}

/* 0, -EACCES, or -ENOENT where there is no such file. */
static int
try_program(const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
		return -ENOENT;
	return (status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0 ? 0 : -EACCES;
}

int
path_lookup(const char *name, const char *search, char *buf, size_t size)
{
	size_t name_len = strlen(name);
	int result = -ENOENT;

	for (size_t len; *search != '\0'; search += len + (search[len] == ':')) {
		len = strcspn(search, ":");
		if (search[0] != '/' || len + 1 + name_len >= size)
			continue;
		memcpy(buf, search, len);
		buf[len] = '/';
		memcpy(buf + len + 1, name, name_len + 1);
		int tried = try_program(buf);
		if (tried == 0)
			return 0;
		if (tried == -EACCES)
			result = -EACCES;
	}
	return result;
}
