/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which key, or name, a misspelt one may have been.
 */
#ifndef ENGINE_CONFIG_SUGGEST_H
#define ENGINE_CONFIG_SUGGEST_H

#include "config_keys.h"

/* The row of the section that is nearest to name, or NULL where none is near. */
const struct config_key *config_suggest_key(enum config_section section, const char *name);

/* Farther than anything that is suggested. */
#define CONFIG_SUGGEST_FAR 3

/*
 * Whether a name is nearer to the written one than any before it, whose distance was *best,
 * which becomes its own then. Begins with CONFIG_SUGGEST_FAR.
 */
bool config_suggest_is_nearer(const char *written, const char *name, unsigned *best);

#endif
