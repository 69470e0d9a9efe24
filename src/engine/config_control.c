/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of `control`. Groups are looked up here, where the name service may be asked.
 */
#include "config_control.h"

#include <errno.h>
#include <string.h>

#include "config_bind.h"
#include "config_keys.h"
#include "identity.h"

/* A group that exists. */
static void
bind_group(const struct config_place *place, const struct config_key *key,
	struct config_node *value, struct config_control *control, gid_t *ret_gid)
{
	const char *name;

	config_bind_text(place, key, value, control);
	name = *config_keys_text(key, control);
	if (name == NULL)
		return;
	int error = identity_lookup_group(name, ret_gid);
	if (error == -ENOENT)
		config_problems_error(place, "no such group: \"%s\"", name);
	else if (error < 0)
		config_problems_error(
			place, "cannot look up \"%s\": %s", name, strerror(-error));
}

static void
bind_key(void *arg, const struct config_place *place, const struct config_key *key,
	struct config_node *value)
{
	struct config_control *control = arg;

	if (key->type != CONFIG_TYPE_GROUP)
		config_bind_text(place, key, value, control);
	else if (config_keys_text(key, control) == &control->group)
		bind_group(place, key, value, control, &control->gid);
	else
		bind_group(place, key, value, control, &control->submit_gid);
}

void
config_control_read(const struct config_place *place, const struct config_node *mapping,
	struct config_control *control)
{
	config_bind_mapping(place, CONFIG_SECTION_CONTROL, mapping, bind_key, control);
}
