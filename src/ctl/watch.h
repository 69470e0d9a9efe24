/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `status --watch`: the checks and checkd itself, redrawn in place until a key or a signal ends
 * it. It goes on while checkd is away, and says since when.
 */
#ifndef CTL_WATCH_H
#define CTL_WATCH_H

#include "options.h"
#include "output.h"

/* Returns what a verb returns. */
int watch_run(const struct options *options, struct output *output, char *const *patterns);

#endif
