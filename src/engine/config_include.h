/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which files the patterns of `include` stand for.
 */
#ifndef ENGINE_CONFIG_INCLUDE_H
#define ENGINE_CONFIG_INCLUDE_H

#include <stddef.h>

#include "config_problems.h"

/*
 * Finds what a pattern stands for, seen from the folder of the place's file: sorted, with
 * that folder in front. A pattern may stand for nothing; the name of one file must be
 * there. Returns 0 with a list that the caller frees by strv_free, or -EINVAL, having told.
 */
int config_include_expand(
	const struct config_place *place, const char *pattern, char ***ret_paths);

#endif
