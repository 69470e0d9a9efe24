/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads of the engine's: all signals are blocked in them, since signals are the event
 * loop's, and in a child of vfork until it is ready for them.
 */
#ifndef ENGINE_THREAD_H
#define ENGINE_THREAD_H

#include <pthread.h>

/* As pthread_create(3). Returns 0, or -errno. */
int thread_start(pthread_t *ret_thread, void *(*run)(void *arg), void *arg);

#endif
