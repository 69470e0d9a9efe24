/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom a process that was started as root becomes: for a while, so that what this user can
 * write is not read with root's rights, and then for good.
 */
#ifndef SNMP_PRIVILEGES_H
#define SNMP_PRIVILEGES_H

#include <stdbool.h>
#include <sys/types.h>

struct privileges {
	bool has_identity; /* else nothing changes */
	uid_t uid;
	gid_t gid;
};

/* Becomes the user, effectively, with his group alone. Returns 0 or -errno. */
int privileges_lower(const struct privileges *privileges);

/* Becomes root again. Returns 0 or -errno. */
int privileges_raise(const struct privileges *privileges);

/*
 * Becomes the user for good, from either of the above: no capability is left and none can be
 * gained, and the process still dies with its parent. Returns 0, or -errno: -EPERM where a
 * capability was left, -ESRCH where the parent is gone. The process is not to go on then.
 */
int privileges_drop(const struct privileges *privileges);

/*
 * Makes a folder, or one that is there, the user's alone, with the plain files in it, and
 * the process's working directory, so that it is within reach whatever the folders above it
 * are. What else is in it stays as it is. Returns 0 or -errno.
 */
int privileges_enter_folder(const struct privileges *privileges, const char *path);

#endif
