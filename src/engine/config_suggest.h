/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which key a misspelt one may have been.
 */
#ifndef ENGINE_CONFIG_SUGGEST_H
#define ENGINE_CONFIG_SUGGEST_H

#include "config_keys.h"

/* The row of the section that is nearest to name, or NULL where none is near. */
const struct config_key *config_suggest_key(enum config_section section, const char *name);

#endif
