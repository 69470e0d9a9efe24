/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control_peer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util.h"

#define ALL_RIGHTS (CONTROL_RIGHT_READ | CONTROL_RIGHT_SUBMIT | CONTROL_RIGHT_CHANGE)

/* Appends the supplementary groups; a kernel that does not tell them has none to tell. */
static int
read_groups(int fd, struct control_peer *peer)
{
	socklen_t size = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &size) < 0 && errno != ERANGE)
		return errno == ENOPROTOOPT ? 0 : -errno;
	peer->groups = xreallocarray(peer->groups, 1 + size / sizeof(gid_t), sizeof(gid_t));
	if (size > 0 && getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, peer->groups + 1, &size) < 0)
		return -errno;
	peer->group_count = 1 + size / sizeof(gid_t);
	return 0;
}

int
control_peer_read(int fd, struct control_peer *ret_peer)
{
	struct ucred credentials;
	socklen_t size = sizeof(credentials);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
		return -errno;
	struct control_peer peer = {
		.pid = credentials.pid,
		.uid = credentials.uid,
		.groups = xcalloc(1, sizeof(gid_t)),
		.group_count = 1,
	};
	peer.groups[0] = credentials.gid;
	int error = read_groups(fd, &peer);
	if (error < 0) {
		control_peer_deinit(&peer);
		return error;
	}
	*ret_peer = peer;
	return 0;
}

void
control_peer_deinit(struct control_peer *peer)
{
	free(STEAL(peer->groups));
	peer->group_count = 0;
}

static bool
is_member(const struct control_peer *peer, gid_t gid)
{
	for (size_t i = 0; gid != (gid_t)-1 && i < peer->group_count; i++) {
		if (peer->groups[i] == gid)
			return true;
	}
	return false;
}

unsigned
control_peer_rights(const struct control_peer *peer, const struct control_access *access)
{
	unsigned rights = 0;

	if (peer->uid == 0 || peer->uid == geteuid())
		return ALL_RIGHTS;
	if (is_member(peer, access->read_gid))
		rights |= CONTROL_RIGHT_READ;
	if (is_member(peer, access->submit_gid))
		rights |= CONTROL_RIGHT_SUBMIT;
	return rights;
}
