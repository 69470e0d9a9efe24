/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results of passive checks from files: a program writes one under a name that begins with a
 * dot, and renames it. Each line of it is NAME, STATUS and OUTPUT with a tab between. A file
 * is removed when its results are stored, so that a death loses none; it may submit some
 * twice.
 */
#ifndef ENGINE_SPOOL_H
#define ENGINE_SPOOL_H

#include <event2/event.h>
#include <stdint.h>

#include "intake.h"

struct spool;

/* The intake is borrowed. period_ms: from look to look; 0: the standard. */
struct spool *spool_new(
	struct event_base *base, const struct intake *intake, int64_t period_ms);

/* Takes files from this folder, or from none where it is NULL; copied. */
void spool_set(struct spool *spool, const char *path);

/* Takes no more; what was taken is submitted, stored and removed while the loop runs. */
void spool_stop(struct spool *spool);
void spool_free(struct spool *spool); /* NULL is fine */

#endif
