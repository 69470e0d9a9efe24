/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The environment of a check's process: clean, with what the definition adds. */
#ifndef ENGINE_RUN_ENVIRONMENT_H
#define ENGINE_RUN_ENVIRONMENT_H

#include "definition.h"

/*
 * PATH and LANG, unless the definition sets them, CHECKD_NAME, and the definition's own. The
 * caller frees the list alone: its strings are of it or the definition's.
 */
char **run_environment_new(const struct definition *definition);

#endif
