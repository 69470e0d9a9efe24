/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The users that a configuration names, each looked up once: 100,000 checks of one user
 * ask the name service once.
 */
#ifndef ENGINE_CONFIG_USERS_H
#define ENGINE_CONFIG_USERS_H

#include "identity.h"

struct config_users;

struct config_users *config_users_new(void);
void config_users_free(struct config_users *users);

/* Returns 0 with an identity borrowed from users, or what identity_lookup returned. */
int config_users_find(
	struct config_users *users, const char *name, const struct identity **ret_identity);

#endif
