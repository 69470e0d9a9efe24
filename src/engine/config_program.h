/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a check's program can be there at all, as a test of the configuration tells.
 * Each start looks anew; see path.h.
 */
#ifndef ENGINE_CONFIG_PROGRAM_H
#define ENGINE_CONFIG_PROGRAM_H

#include "definition.h"

/* What is wrong with the program, which the caller frees, or NULL, also where it has none. */
char *config_program_examine(const struct definition *definition);

#endif
