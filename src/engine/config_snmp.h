/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mapping `snmp` of the main file: what the publisher is told.
 */
#ifndef ENGINE_CONFIG_SNMP_H
#define ENGINE_CONFIG_SNMP_H

#include <stdbool.h>

#include "config.h"
#include "config_problems.h"
#include "config_users.h"
#include "config_yaml.h"

/*
 * Reads it over the defaults that snmp has; what is wrong leaves them. A test takes a look
 * at the file it names, too.
 */
void config_snmp_read(const struct config_place *place, const struct config_node *mapping,
	struct config_users *users, bool is_test, struct config_snmp *snmp);

#endif
