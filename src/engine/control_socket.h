/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of the control socket: made under another name, with its mode, before it stands
 * where it belongs; one that a dead daemon left is replaced, that of a living one is not.
 *
 * Its folder is one of a file system in memory by custom, so this is done on the loop.
 */
#ifndef ENGINE_CONTROL_SOCKET_H
#define ENGINE_CONTROL_SOCKET_H

#include <stdbool.h>
#include <sys/types.h>

#include "control_peer.h"

struct control_socket {
	char *path; /* owned; NULL: it is not open */
	int fd;
	dev_t device; /* of its file */
	ino_t inode;
};

/*
 * Makes it and listens; its folder too, where only that is missing. Returns 0; or -errno with
 * a reason to be freed: -EADDRINUSE where somebody listens there.
 */
int control_socket_open(const char *path, const struct control_access *access,
	struct control_socket *ret_socket, char **ret_reason);

/* Lets others connect, from now on. Returns 0; or -errno with a reason to be freed. */
int control_socket_let_in(const struct control_socket *socket,
	const struct control_access *access, char **ret_reason);

/* Whether its file is where it was made. */
bool control_socket_is_there(const struct control_socket *socket);

/* Removes the file, if it is still this one's. */
void control_socket_close(struct control_socket *socket);

#endif
