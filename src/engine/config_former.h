/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a configuration has as the one before it had it.
 */
#ifndef ENGINE_CONFIG_FORMER_H
#define ENGINE_CONFIG_FORMER_H

#include "config.h"

/*
 * Each check that is as it was gets the very definition that it had, so that whoever takes the
 * configuration into use sees by a look that nothing is to be done. Takes the time that it
 * takes: it is not for the loop.
 */
void config_former_share(struct config *config, const struct config *former);

#endif
