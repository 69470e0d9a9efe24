/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries with a pause: flock(2) has no timeout, and a signal that would end it is another's.
 */
#include "lock.h"

#include <errno.h>
#include <sys/file.h>
#include <time.h>

#define TRIES    30
#define PAUSE_NS 10000000

int
lock_take(int fd)
{
	for (unsigned i = 0; i < TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK)
			return -errno;
		nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
	}
	return -EWOULDBLOCK;
}
