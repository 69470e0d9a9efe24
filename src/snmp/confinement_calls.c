/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system calls that are left, as tables. To the others the answer is ENOSYS, as of a
 * kernel that has never heard of them: libraries know what to do then. Names are looked up
 * when the filter is made, since no machine has all of them.
 */
#include "confinement.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util.h"

#define CLEANUP_FILTER CLEANUP(release_filter)

/* clang-format off */
static const char *const calls[] = {
	/* memory */
	"brk", "madvise", "membarrier", "mremap", "munmap",
	/* files that are open, and looks at others */
	"_llseek", "access", "close", "close_range", "dup", "dup2", "dup3", "faccessat",
	"faccessat2", "fcntl", "fcntl64", "fstat", "fstat64", "fstatat64", "fstatfs", "getcwd",
	"getdents", "getdents64", "lseek", "lstat", "lstat64", "newfstatat", "pread64", "read",
	"readlink", "readlinkat", "readv", "stat", "stat64", "statfs", "statx", "write",
	"writev",
	/* sockets */
	"bind", "connect", "getpeername", "getsockname", "getsockopt", "recv", "recvfrom",
	"recvmmsg", "recvmmsg_time64", "recvmsg", "send", "sendmmsg", "sendmsg", "sendto",
	"setsockopt", "shutdown",
	/* waiting */
	"_newselect", "clock_nanosleep", "clock_nanosleep_time64", "epoll_create",
	"epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait", "eventfd2",
	"nanosleep", "pipe2", "poll", "ppoll", "ppoll_time64", "pselect6", "pselect6_time64",
	"select", "timerfd_create", "timerfd_settime", "timerfd_settime64",
	/* time */
	"clock_getres", "clock_getres_time64", "clock_gettime", "clock_gettime64",
	"gettimeofday", "time", "times",
	/* itself */
	"exit", "exit_group", "getegid", "getegid32", "geteuid", "geteuid32", "getgid",
	"getgid32", "getpid", "getppid", "getrandom", "getrlimit", "getrusage", "gettid",
	"getuid", "getuid32", "restart_syscall", "sched_getaffinity", "sched_yield", "sysinfo",
	"ugetrlimit", "uname",
	/* signals and locks */
	"futex", "futex_time64", "rseq", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
	"set_robust_list", "sigaltstack", "sigreturn",
};

/* At its end a sanitizer looks for leaks by a process that traces this one. */
static const char *const sanitizer_calls[] = {
	"clone", "prctl", "ptrace", "wait4",
};
/* clang-format on */

/* Allowed where an argument is one of these, or has none of the bits. */
struct condition {
	const char *call;
	struct scmp_arg_cmp argument;
};

#define IS(index, value)                                                                       \
	{                                                                                      \
		index, SCMP_CMP_EQ, (scmp_datum_t)(value), 0                                   \
	}
#define HAS_NONE(index, bits)                                                                  \
	{                                                                                      \
		index, SCMP_CMP_MASKED_EQ, (scmp_datum_t)(bits), 0                             \
	}

/* A file is opened as it is, to be read. */
#define CHANGES (O_ACCMODE | O_CREAT | O_TRUNC)

static const struct condition conditions[] = {
	{"open", HAS_NONE(1, CHANGES)},
	{"openat", HAS_NONE(2, CHANGES)},
	{"socket", IS(0, AF_UNIX)},
	{"socket", IS(0, AF_INET)},
	{"socket", IS(0, AF_INET6)},
	{"socket", IS(0, AF_NETLINK)}, /* what the resolver asks for addresses by */
	{"socketpair", IS(0, AF_UNIX)},
	{"ioctl", IS(1, FIONREAD)},
	{"ioctl", IS(1, FIONBIO)},
	{"ioctl", IS(1, TCGETS)},
	{"ioctl", IS(1, SIOCGIFINDEX)}, /* numbers and names of interfaces */
	{"ioctl", IS(1, SIOCGIFNAME)},
	/* What can be run cannot be written, and the other way round. */
	{"mmap", HAS_NONE(2, PROT_EXEC)},
	{"mmap", HAS_NONE(2, PROT_WRITE)},
	{"mmap2", HAS_NONE(2, PROT_EXEC)},
	{"mmap2", HAS_NONE(2, PROT_WRITE)},
	{"mprotect", HAS_NONE(2, PROT_EXEC)},
	/* To look, and not to set. */
	{"prlimit64", IS(2, 0)},
};

static void
release_filter(const scmp_filter_ctx *filter)
{
	if (*filter != NULL)
		seccomp_release(*filter);
}

static int
allow(scmp_filter_ctx filter, const char *name, unsigned count,
	const struct scmp_arg_cmp *arguments)
{
	int number = seccomp_syscall_resolve_name(name);

	if (number == __NR_SCMP_ERROR)
		return 0;
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, count, arguments);
}

static int
allow_all(scmp_filter_ctx filter, const char *const *names, size_t count)
{
	int error = 0;

	for (size_t i = 0; i < count && error == 0; i++)
		error = allow(filter, names[i], 0, NULL);
	return error;
}

/* abort(3) sends a signal, to this process. */
static int
allow_abort(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp own = IS(0, getpid());

	return allow(filter, "tgkill", 1, &own);
}

static int
allow_conditions(scmp_filter_ctx filter)
{
	int error = allow_abort(filter);

	for (size_t i = 0; i < ARRAY_LEN(conditions) && error == 0; i++)
		error = allow(filter, conditions[i].call, 1, &conditions[i].argument);
	return error;
}

int
confinement_enter_calls(void)
{
	CLEANUP_FILTER scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int error;

	if (filter == NULL)
		return -ENOMEM;
	/* By halves, not one after the other. */
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	error = allow_all(filter, calls, ARRAY_LEN(calls));
	if (error == 0 && CONFINEMENT_IS_SANITIZED)
		error = allow_all(filter, sanitizer_calls, ARRAY_LEN(sanitizer_calls));
	if (error == 0)
		error = allow_conditions(filter);
	return error < 0 ? error : seccomp_load(filter);
}
