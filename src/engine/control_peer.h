/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is at the other end of the control socket, as the kernel says, and what they may do.
 * See SO_PEERCRED and SO_PEERGROUPS in unix(7) and socket(7).
 */
#ifndef ENGINE_CONTROL_PEER_H
#define ENGINE_CONTROL_PEER_H

#include <stddef.h>
#include <sys/types.h>

/* What a verb takes, and what a peer has: a set of these. */
enum control_right {
	CONTROL_RIGHT_READ = 1,
	CONTROL_RIGHT_SUBMIT = 2,
	CONTROL_RIGHT_CHANGE = 4,
};

struct control_peer {
	pid_t pid;
	uid_t uid;
	gid_t *groups; /* owned; all of them, the first one that of the process */
	size_t group_count;
};

/* Whom the configuration lets in; (gid_t)-1 is no group. */
struct control_access {
	gid_t read_gid;
	gid_t submit_gid;
};

/* Returns 0, or -errno. As of the moment when the peer connected. */
int control_peer_read(int fd, struct control_peer *ret_peer);
void control_peer_deinit(struct control_peer *peer);

/* All for root and for the user of this process. */
unsigned control_peer_rights(
	const struct control_peer *peer, const struct control_access *access);

#endif
