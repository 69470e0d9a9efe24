/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Becoming a daemon by the book, with a locked pid file; see daemon(7).
 */
#ifndef ENGINE_DAEMON_H
#define ENGINE_DAEMON_H

#include <stddef.h>

/*
 * Makes the process a daemon: the call returns in the daemon; the process that was started
 * waits for daemon_ready and exits with 0, or with 1 where the daemon ends before it.
 * Returns 0, or -errno.
 */
int daemon_enter(void);

/* Lets the process that was started exit. Nothing where there is none. */
void daemon_ready(void);

/*
 * Creates and locks a pid file, held by ret_fd for the life of the process. Returns 0, or
 * -EWOULDBLOCK with *ret_other the process that holds it, or -errno.
 */
int daemon_lock(const char *pid_file, int *ret_fd, int *ret_other);
void daemon_unlock(const char *pid_file, int fd);

/* Opens 0, 1 and 2 on /dev/null where they are closed, so that no other file becomes one. */
int daemon_keep_standard_fds(void);

/* Raises the limit on open files to its hard limit: a run needs three, a probe one. */
void daemon_raise_file_limit(void);

/* The limit on open files as it is now. */
size_t daemon_file_limit(void);

#endif
