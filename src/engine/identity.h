/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A user as the kernel knows it: uid, gid and all groups. Looking one up asks the name
 * service, which may block: never on the event loop.
 */
#ifndef ENGINE_IDENTITY_H
#define ENGINE_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct identity {
	char *user;
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	size_t group_count;
};

/* Returns 0 with an identity that the caller frees, -ENOENT for an unknown user, -errno. */
int identity_lookup(const char *user, struct identity **ret_identity);
/* Of a group by its name. Returns 0, -ENOENT for an unknown group, or -errno. */
int identity_lookup_group(const char *group, gid_t *ret_gid);

struct identity *identity_copy(const struct identity *identity);         /* of NULL is NULL */
void identity_free(struct identity *identity);                           /* NULL is fine */
bool identity_equal(const struct identity *a, const struct identity *b); /* NULLs too */

#endif
