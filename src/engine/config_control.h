/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mapping `control` of the main file: where checkd is asked and told, and by whom.
 */
#ifndef ENGINE_CONFIG_CONTROL_H
#define ENGINE_CONFIG_CONTROL_H

#include "config.h"
#include "config_problems.h"
#include "config_yaml.h"

/* Reads it into *control, which has the defaults. The place is that of the mapping. */
void config_control_read(const struct config_place *place, const struct config_node *mapping,
	struct config_control *control);

#endif
