/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls as the kernel has them, for a child of vfork: they change the calling
 * process only. Each returns 0, or -1 with errno. A number that differs between
 * architectures is chosen here.
 */
#ifndef ENGINE_RAWCALL_H
#define ENGINE_RAWCALL_H

#include <signal.h>
#include <stddef.h>
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
