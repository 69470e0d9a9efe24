/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lock of a file that one process at a time may hold, by flock(2).
 */
#ifndef CORE_LOCK_H
#define CORE_LOCK_H

/*
 * Takes the lock of an open file until its last descriptor is closed. A program that was about
 * to be started when its parent was killed has the parent's descriptors for a moment more, so a
 * lock that is held is tried again for up to 300 ms. Returns 0, or a negative errno:
 * -EWOULDBLOCK where another holds it.
 */
int lock_take(int fd);

#endif
