/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is not in effect stays permitted, for a child on the way to exec (see spawn_child.c):
 * as root it would get all of it back there anyway, and where exec brings a capability that
 * was not permitted before, the kernel forgets that the child is to die with its parent.
 */
#include "privileges.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rawcall.h"

#define BIT(capability) (UINT64_C(1) << (capability))

/* To end the runs of other users, and to read a configuration that is another user's. */
#define IN_EFFECT (BIT(CAP_KILL) | BIT(CAP_DAC_READ_SEARCH))

int
privileges_reduce(void)
{
	struct rawcall_capabilities capabilities;

	if (geteuid() != 0)
		return 0;
	if (rawcall_capget(&capabilities) != 0)
		return -errno;
	/* In a container some may be gone already. */
	capabilities.effective = capabilities.permitted & IN_EFFECT;
	return rawcall_capset(&capabilities) != 0 ? -errno : 0;
}

/*
 * Takes a permitted capability into effect, of this thread alone, which is why it must be
 * given back by the same one. Returns whether there is something to give back.
 */
static bool
take_up(uint64_t capability, struct rawcall_capabilities *ret_kept)
{
	struct rawcall_capabilities raised;

	if (rawcall_capget(ret_kept) != 0)
		return false;
	raised = *ret_kept;
	raised.effective |= raised.permitted & capability;
	return raised.effective != ret_kept->effective && rawcall_capset(&raised) == 0;
}

int
privileges_open_raw(int family, int protocol)
{
	struct rawcall_capabilities kept;
	bool is_raised = take_up(BIT(CAP_NET_RAW), &kept);
	int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	int result = fd < 0 ? -errno : fd;

	if (is_raised)
		rawcall_capset(&kept);
	return result;
}

int
privileges_give_to_group(const char *path, gid_t gid)
{
	struct rawcall_capabilities kept;
	bool is_raised = take_up(BIT(CAP_CHOWN), &kept);
	int result = lchown(path, (uid_t)-1, gid) < 0 ? -errno : 0;

	if (is_raised)
		rawcall_capset(&kept);
	return result;
}
