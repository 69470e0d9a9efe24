/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a program's path is in safe hands, and where a program is in PATH. All but
 * path_flaw_describe and path_check make system calls only and share nothing, so that they
 * may be called between vfork and exec, where a hung file system holds a process that can
 * be killed instead of a thread that cannot. See path_resolution(7).
 */
#ifndef ENGINE_PATH_H
#define ENGINE_PATH_H

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

/* As many symbolic links as the kernel follows. */
#define PATH_LINKS_MAX 40

/* So much of a path is shown to a person, before what is wrong with it. */
#define PATH_SHOWN_MAX 160

enum path_rule {
	PATH_RULE_OWNER,     /* owned by neither root nor the user */
	PATH_RULE_GROUP,     /* writable by a group that is not root's */
	PATH_RULE_OTHERS,    /* writable by everybody */
	PATH_RULE_REACHABLE, /* cannot be looked at */
};

/* What is wrong with a path. */
struct path_flaw {
	enum path_rule rule;
	int error;           /* an errno: EPERM but for reachable */
	id_t id;             /* of the owner or the group */
	char path[PATH_MAX]; /* the component */
};

/*
 * Examines an absolute path: every folder and link on the way and the file itself must be
 * owned by root or uid and writable by nobody else (and group 0). A sticky folder may be
 * writable, since what stands in it is safe from others than its owner; a link's mode says
 * nothing. An access control list cannot hide a writer: its mask shows as the group's
 * permissions. Returns 0, -EPERM or, where the path cannot be walked, another -errno;
 * *ret_flaw is set on failure only.
 */
int path_examine(const char *path, uid_t uid, struct path_flaw *ret_flaw);

/* For a person: "/opt/x is writable by group 50", "/x: No such file or directory". */
void path_flaw_describe(const struct path_flaw *flaw, char *buf, size_t size);

/* path_examine, with the reason of a failure in words. */
int path_check(const char *path, uid_t uid, char *reason, size_t size);

/*
 * Writes to buf the path of the first executable file of that name in the folders of
 * search, a list as $PATH has it. Folders that are not absolute are skipped. Returns 0,
 * -ENOENT, or -EACCES where there are only files that are not executable.
 */
int path_lookup(const char *name, const char *search, char *buf, size_t size);

#endif
