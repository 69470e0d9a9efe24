/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Both configurations are gone through side by side in the order of names.
 */
#include "config_former.h"

#include <strings.h>

#include "util.h"

/* One in maintenance refers to the maintenance of its own configuration. */
static void
share(struct definition **definition, struct definition *former)
{
	if ((*definition)->maintenance_count > 0 || !definition_equal(*definition, former))
		return;
	definition_unref(*definition);
	*definition = definition_ref(former);
}

void
config_former_share(struct config *config, const struct config *former)
{
	CLEANUP_FREE uint32_t *places = config_places_by_name(config);
	CLEANUP_FREE uint32_t *former_places = config_places_by_name(former);

	for (size_t i = 0, j = 0; i < config->check_count && j < former->check_count;) {
		struct definition **definition = &config->checks[places[i]];
		struct definition *other = former->checks[former_places[j]];
		int order = strcasecmp((*definition)->name, other->name);

		if (order == 0)
			share(definition, other);
		i += order <= 0;
		j += order >= 0;
	}
}
