/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a service manager is told, where there is one: that checkd is ready, what it is at, and
 * that its loop turns. See sd_notify(3). Nothing here waits for the manager.
 */
#ifndef ENGINE_READINESS_H
#define ENGINE_READINESS_H

#include <event2/event.h>

struct readiness;

/* NULL where no manager is named by the environment, which all others take. */
struct readiness *readiness_new(struct event_base *base);
void readiness_free(struct readiness *readiness);

/* Started, or a reload is through, for better or worse. */
void readiness_ready(struct readiness *readiness);
void readiness_reloading(struct readiness *readiness);
void readiness_stopping(struct readiness *readiness);

/* One line for people; to be called every second or so, and told where it is another. */
void readiness_status(struct readiness *readiness, const char *status);

#endif
