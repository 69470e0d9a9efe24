/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Users and groups, by getpwnam_r(3), getgrouplist(3) and getgrnam_r(3).
 */
#include "identity.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "util.h"

#define PASSWD_BUF_MAX (1 << 20)
#define GROUP_BUF_MAX  (1 << 24) /* an entry names all members */

/* Fills in user, uid and gid. */
static int
lookup_user(const char *user, struct identity *identity)
{
	for (size_t size = 1024; size <= PASSWD_BUF_MAX; size *= 2) {
		CLEANUP_FREE char *buf = xcalloc(1, size);
		struct passwd passwd, *found = NULL;
		int error = getpwnam_r(user, &passwd, buf, size, &found);

		if (error == ERANGE)
			continue;
		if (error != 0)
			return -error;
		if (found == NULL)
			return -ENOENT;
		identity->user = xstrdup(user);
		identity->uid = passwd.pw_uid;
		identity->gid = passwd.pw_gid;
		return 0;
	}
	return -ERANGE;
}

static void
lookup_groups(struct identity *identity)
{
	int count = 16;

	for (;;) {
		identity->groups =
			xreallocarray(identity->groups, (size_t)count, sizeof(gid_t));
		if (getgrouplist(identity->user, identity->gid, identity->groups, &count) >= 0)
			break;
	}
	identity->group_count = (size_t)count;
}

int
identity_lookup(const char *user, struct identity **ret_identity)
{
	struct identity *identity = xcalloc(1, sizeof(*identity));
	int error = lookup_user(user, identity);

	if (error < 0) {
		identity_free(identity);
		return error;
	}
	lookup_groups(identity);
	*ret_identity = identity;
	return 0;
}

int
identity_lookup_group(const char *group, gid_t *ret_gid)
{
	for (size_t size = 1024; size <= GROUP_BUF_MAX; size *= 2) {
		CLEANUP_FREE char *buf = xcalloc(1, size);
		struct group entry, *found = NULL;
		int error = getgrnam_r(group, &entry, buf, size, &found);

		if (error == ERANGE)
			continue;
		if (error != 0)
			return -error;
		if (found == NULL)
			return -ENOENT;
		*ret_gid = entry.gr_gid;
		return 0;
	}
	return -ERANGE;
}

struct identity *
identity_copy(const struct identity *identity)
{
	if (identity == NULL)
		return NULL;

	struct identity *copy = xcalloc(1, sizeof(*copy));

	*copy = *identity;
	copy->user = xstrdup(identity->user);
	copy->groups = xcalloc(identity->group_count, sizeof(gid_t));
	memcpy(copy->groups, identity->groups, identity->group_count * sizeof(gid_t));
	return copy;
}

void
identity_free(struct identity *identity)
{
	if (identity == NULL)
		return;
	free(identity->user);
	free(identity->groups);
	free(identity);
}

bool
identity_equal(const struct identity *a, const struct identity *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->uid == b->uid && a->gid == b->gid && a->group_count == b->group_count &&
	       memcmp(a->groups, b->groups, a->group_count * sizeof(gid_t)) == 0;
}
