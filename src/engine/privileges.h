/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What root may do that checkd gives up. It concerns checkd alone: by exec a check that runs
 * as root gets all of root's capabilities back, since the bounding set is left as it is,
 * and nothing keeps a setuid plugin from working. See capabilities(7).
 */
#ifndef ENGINE_PRIVILEGES_H
#define ENGINE_PRIVILEGES_H

#include <sys/types.h>

/*
 * As root, before there is a second thread: takes every capability out of effect but those
 * it takes to read the configuration and to end checks that run as other users. Without
 * root there is nothing to give up: what the process was given is meant for the checks.
 * Returns 0, or -errno: then nothing was given up.
 */
int privileges_reduce(void);

/*
 * A raw socket, O_CLOEXEC and non-blocking, with CAP_NET_RAW in effect for the moment where
 * it is permitted. Returns the descriptor, or -errno.
 */
int privileges_open_raw(int family, int protocol);

/*
 * Gives a file of one's own to a group, with CAP_CHOWN in effect for the moment where it is
 * permitted. Links are not followed. Returns 0, or -errno.
 */
int privileges_give_to_group(const char *path, gid_t gid);

#endif
