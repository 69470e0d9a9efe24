/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cache of users by name, those that are not there among them.
 */
#include "config_users.h"

#include <string.h>
#include <uthash.h>

#include "util.h"

struct entry {
	char *name;                /* owned */
	int error;                 /* 0, or -errno of the look-up */
	struct identity *identity; /* owned; NULL on error */
	UT_hash_handle hh;
};

struct config_users {
	struct entry *entries;
};

struct config_users *
config_users_new(void)
{
	return xcalloc(1, sizeof(struct config_users));
}

void
config_users_free(struct config_users *users)
{
	struct entry *entry, *next;

	HASH_ITER(hh, users->entries, entry, next) {
		HASH_DEL(users->entries, entry);
		free(entry->name);
		identity_free(entry->identity);
		free(entry);
	}
	free(users);
}

static struct entry *
add_entry(struct config_users *users, const char *name)
{
	struct entry *entry = xcalloc(1, sizeof(*entry));

	entry->name = xstrdup(name);
	entry->error = identity_lookup(name, &entry->identity);
	HASH_ADD_KEYPTR(hh, users->entries, entry->name, strlen(entry->name), entry);
	return entry;
}

int
config_users_find(
	struct config_users *users, const char *name, const struct identity **ret_identity)
{
	struct entry *entry;

	HASH_FIND_STR(users->entries, name, entry);
	if (entry == NULL)
		entry = add_entry(users, name);
	if (entry->error == 0)
		*ret_identity = entry->identity;
	return entry->error;
}
