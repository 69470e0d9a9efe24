/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a service manager is told; see sd_notify(3). Built without libsystemd, nobody is.
 */
#ifndef ENGINE_READINESS_H
#define ENGINE_READINESS_H

void readiness_started(void);
void readiness_reloading(void);
void readiness_stopping(void);

/* The loop turns; to be called every second. */
void readiness_alive(void);

#endif
