/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thread inherits the mask of the one that starts it.
 */
#include "thread.h"

#include <signal.h>
#include <stddef.h>

int
thread_start(pthread_t *ret_thread, void *(*run)(void *arg), void *arg)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	int error = pthread_create(ret_thread, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -error;
}
