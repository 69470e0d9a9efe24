/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An event on one line, for people.
 */
#ifndef CTL_EVENT_LINE_H
#define CTL_EVENT_LINE_H

#include <jansson.h>
#include <time.h>

#include "output.h"

void event_line_print(const struct output *output, const json_t *event, time_t now);

/* "exit 2", "timed out", "signal 9": of an outcome by its name; to be freed. */
char *event_line_outcome(const char *outcome, int64_t status, int64_t signal);

#endif
