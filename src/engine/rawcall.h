/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls as the kernel has them, for a child of vfork: they change the calling
 * process only. Each returns 0, or -1 with errno. A number that differs between
 * architectures is chosen here.
 */
#ifndef ENGINE_RAWCALL_H
#define ENGINE_RAWCALL_H

#include <linux/capability.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* Where there are two, the plain ones are of the days of 16-bit ids. */
#ifdef SYS_setresuid32
#define RAWCALL_SETGROUPS SYS_setgroups32
#define RAWCALL_SETRESGID SYS_setresgid32
#define RAWCALL_SETRESUID SYS_setresuid32
#else
#define RAWCALL_SETGROUPS SYS_setgroups
#define RAWCALL_SETRESGID SYS_setresgid
#define RAWCALL_SETRESUID SYS_setresuid
#endif

/* Of the kernel's signal sets, in octets. */
#define RAWCALL_SIGSET_SIZE ((_NSIG - 1) / 8)

static inline long
rawcall_setgroups(size_t count, const gid_t *groups)
{
	return syscall(RAWCALL_SETGROUPS, count, groups);
}

static inline long
rawcall_setresgid(gid_t gid)
{
	return syscall(RAWCALL_SETRESGID, gid, gid, gid);
}

static inline long
rawcall_setresuid(uid_t uid)
{
	return syscall(RAWCALL_SETRESUID, uid, uid, uid);
}

/* The sets of capabilities(7), a bit for each. */
struct rawcall_capabilities {
	uint64_t effective;
	uint64_t permitted;
	uint64_t inheritable;
};

static inline uint64_t
rawcall_join(uint32_t low, uint32_t high)
{
	return low | (uint64_t)high << 32;
}

static inline long
rawcall_capget(struct rawcall_capabilities *ret_capabilities)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	long result = syscall(SYS_capget, &header, data);

	if (result != 0)
		return result;
	*ret_capabilities = (struct rawcall_capabilities){
		.effective = rawcall_join(data[0].effective, data[1].effective),
		.permitted = rawcall_join(data[0].permitted, data[1].permitted),
		.inheritable = rawcall_join(data[0].inheritable, data[1].inheritable),
	};
	return 0;
}

static inline long
rawcall_capset(const struct rawcall_capabilities *capabilities)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	const struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{
			.effective = (uint32_t)capabilities->effective,
			.permitted = (uint32_t)capabilities->permitted,
			.inheritable = (uint32_t)capabilities->inheritable,
		},
		{
			.effective = (uint32_t)(capabilities->effective >> 32),
			.permitted = (uint32_t)(capabilities->permitted >> 32),
			.inheritable = (uint32_t)(capabilities->inheritable >> 32),
		},
	};

	return syscall(SYS_capset, &header, data);
}

/* All zero is SIG_DFL, no flags and an empty mask in every layout of the structure. */
static inline long
rawcall_default_signal(int number)
{
	static const unsigned long action[16];

	return syscall(SYS_rt_sigaction, number, action, NULL, RAWCALL_SIGSET_SIZE);
}

static inline long
rawcall_unblock_signals(void)
{
	static const unsigned long none[RAWCALL_SIGSET_SIZE / sizeof(unsigned long)];

	return syscall(SYS_rt_sigprocmask, SIG_SETMASK, none, NULL, RAWCALL_SIGSET_SIZE);
}

#endif
