/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The child of vfork borrows the memory and the stack of the thread that waits for it,
 * while the other threads go on. So it makes system calls and touches nothing but its
 * launch and its stack. It avoids the wrappers by which libc keeps threads in step:
 * setresuid would signal those of the parent, sigaction spares signals libc keeps for
 * itself. See vfork(2), nptl(7).
 */
#include "spawn_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "rawcall.h"
#include "util.h"

/* A sanitizer's bookkeeping is the parent's memory. */
#define IN_CHILD __attribute__((noinline, no_sanitize("address", "undefined")))

/* Standard input, output and error, and the extra one. */
#define CHILD_FD_MAX 4

IN_CHILD static int
result_of(long returned)
{
	return returned == -1 ? -errno : 0;
}

/* Either this sees the cancellation or spawn_launch_cancel sees the pid. */
IN_CHILD static int
announce(struct spawn_launch *launch)
{
	atomic_store(&launch->child, (int)getpid());
	return atomic_load(&launch->is_cancelled) ? -ECANCELED : 0;
}

/* A handler must not run here; an ignored signal would stay ignored beyond exec. */
IN_CHILD static int
reset_dispositions(struct spawn_launch *launch)
{
	(void)launch;
	for (int number = 1; number < _NSIG; number++) {
		if (number == SIGKILL || number == SIGSTOP)
			continue;
		if (rawcall_default_signal(number) != 0)
			return -errno;
	}
	return 0;
}

IN_CHILD static int
leave_session(struct spawn_launch *launch)
{
	(void)launch;
	return result_of(setsid());
}

/* What the engine does without until here (see privileges.c), it takes to get to exec. */
IN_CHILD static int
raise_capabilities(struct spawn_launch *launch)
{
	struct rawcall_capabilities capabilities;

	(void)launch;
	if (geteuid() != 0)
		return 0;
	if (rawcall_capget(&capabilities) != 0)
		return -errno;
	capabilities.effective = capabilities.permitted;
	return result_of(rawcall_capset(&capabilities));
}

/* "./x" counts from the directory, as it would after chdir. */
IN_CHILD static int
join_directory(struct spawn_launch *launch, const char *name)
{
	const char *directory = launch->request->directory;
	size_t name_len = strlen(name);
	size_t len = directory != NULL ? strlen(directory) : 0;

	if (len + 1 + name_len >= sizeof(launch->program))
		return -ENAMETOOLONG;
	if (directory != NULL)
		memcpy(launch->program, directory, len);
	launch->program[len] = '/';
	memcpy(launch->program + len + 1, name, name_len + 1);
	return 0;
}

IN_CHILD static const char *
search_path(const struct spawn_request *request)
{
	for (char *const *variable = request->env; *variable != NULL; variable++) {
		if (strncmp(*variable, "PATH=", 5) == 0)
			return *variable + 5;
	}
	return "";
}

IN_CHILD static int
find_program(struct spawn_launch *launch)
{
	const char *name = launch->request->argv[0];
	size_t len = strlen(name);

	if (strchr(name, '/') == NULL)
		return path_lookup(name, search_path(launch->request), launch->program,
			sizeof(launch->program));
	if (name[0] != '/')
		return join_directory(launch, name);
	if (len >= sizeof(launch->program))
		return -ENAMETOOLONG;
	memcpy(launch->program, name, len + 1);
	return 0;
}

IN_CHILD static int
check_path(struct spawn_launch *launch)
{
	const struct spawn_request *request = launch->request;
	uid_t uid = request->has_identity ? request->uid : geteuid();

	return request->is_path_checked ? path_examine(launch->program, uid, &launch->flaw) : 0;
}

/* Before the change of user, who may not raise it. */
IN_CHILD static int
set_nice(struct spawn_launch *launch)
{
	if (launch->request->nice == 0)
		return 0;
	return result_of(setpriority(PRIO_PROCESS, 0, launch->request->nice));
}

/* The soft limit may be below the hard one; neither goes above what is already set. */
IN_CHILD static int
lower_limit(__rlimit_resource_t resource, rlim_t soft, rlim_t hard)
{
	struct rlimit limit;

	if (prlimit(0, resource, NULL, &limit) != 0)
		return -errno;
	if (hard < limit.rlim_max)
		limit.rlim_max = hard;
	limit.rlim_cur = soft < limit.rlim_max ? soft : limit.rlim_max;
	return result_of(prlimit(0, resource, &limit, NULL));
}

IN_CHILD static int
set_limits(struct spawn_launch *launch)
{
	rlim_t memory = launch->request->memory_limit;
	rlim_t seconds = launch->request->cpu_limit_s;
	int result = lower_limit(RLIMIT_NOFILE, launch->setting->nofile.rlim_cur,
		launch->setting->nofile.rlim_max);

	if (result == 0 && memory > 0)
		result = lower_limit(RLIMIT_AS, memory, memory);
	/* SIGXCPU, and SIGKILL a second later for one that handles it. */
	if (result == 0 && seconds > 0)
		result = lower_limit(RLIMIT_CPU, seconds, seconds + 1);
	return result;
}

IN_CHILD static int
change_groups(struct spawn_launch *launch)
{
	const struct spawn_request *request = launch->request;

	if (!request->has_identity)
		return 0;
	return result_of(rawcall_setgroups(request->group_count, request->groups));
}

IN_CHILD static int
change_group(struct spawn_launch *launch)
{
	if (!launch->request->has_identity)
		return 0;
	return result_of(rawcall_setresgid(launch->request->gid));
}

IN_CHILD static int
change_user(struct spawn_launch *launch)
{
	if (!launch->request->has_identity)
		return 0;
	return result_of(rawcall_setresuid(launch->request->uid));
}

/* For good: neither the user nor what is executed brings anything back. */
IN_CHILD static int
confine(struct spawn_launch *launch)
{
	static const struct rawcall_capabilities none;

	if (!launch->request->is_confined)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -errno;
	return result_of(rawcall_capset(&none));
}

/* After the change of user, which clears it. A parent that died before sends nothing. */
IN_CHILD static int
die_with_parent(struct spawn_launch *launch)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		return -errno;
	return getppid() == launch->parent ? 0 : -ESRCH;
}

IN_CHILD static int
set_umask(struct spawn_launch *launch)
{
	(void)launch;
	umask(S_IWGRP | S_IWOTH);
	return 0;
}

/* With the permissions of the user who will run there. */
IN_CHILD static int
enter_directory(struct spawn_launch *launch)
{
	const char *directory = launch->request->directory;

	return result_of(chdir(directory != NULL ? directory : "/"));
}

/* First all sources go out of the way of the targets, whatever their numbers are. */
IN_CHILD static int
place_descriptors(struct spawn_launch *launch)
{
	const struct spawn_request *request = launch->request;
	int in_fd = request->stdin_fd >= 0 ? request->stdin_fd : launch->setting->null_fd;
	int fds[CHILD_FD_MAX] = {
		in_fd, request->stdout_fd, request->stderr_fd, request->extra_fd};
	int count = request->extra_fd >= 0 ? CHILD_FD_MAX : CHILD_FD_MAX - 1;

	for (int target = 0; target < count; target++) {
		if (fds[target] < CHILD_FD_MAX)
			fds[target] = fcntl(fds[target], F_DUPFD, CHILD_FD_MAX);
		if (fds[target] < 0)
			return -errno;
	}
	for (int target = 0; target < count; target++) {
		if (dup2(fds[target], target) < 0)
			return -errno;
	}
	return result_of(close_range((unsigned)count, ~0U, 0));
}

IN_CHILD static int
unblock_signals(struct spawn_launch *launch)
{
	(void)launch;
	return result_of(rawcall_unblock_signals());
}

IN_CHILD static int
execute(struct spawn_launch *launch)
{
	execve(launch->program, launch->request->argv, launch->request->env);
	return -errno;
}

/* In this order; the names are shown to people. */
static const struct step {
	const char *name;
	int (*take)(struct spawn_launch *launch);
} steps[] = {
	{SPAWN_STEP_FORK, announce},
	{"dup2", place_descriptors},
	{"sigaction", reset_dispositions},
	{"setsid", leave_session},
	{"capset", raise_capabilities},
	{SPAWN_STEP_LOOKUP, find_program},
	{SPAWN_STEP_PATH, check_path},
	{"setpriority", set_nice},
	{"setrlimit", set_limits},
	{"setgroups", change_groups},
	{"setresgid", change_group},
	{"setresuid", change_user},
	{"no_new_privs", confine},
	{"prctl", die_with_parent},
	{"umask", set_umask},
	{SPAWN_STEP_CHDIR, enter_directory},
	{"sigprocmask", unblock_signals},
	{SPAWN_STEP_EXECVE, execute},
};

IN_CHILD __attribute__((noreturn)) static void
run_child(struct spawn_launch *launch)
{
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		int result = steps[i].take(launch);
		if (result == 0)
			continue;
		launch->step = steps[i].name;
		launch->error = -result;
		break;
	}
	_exit(127);
}

void
spawn_launch_init(struct spawn_launch *launch, const struct spawn_request *request,
	const struct spawn_setting *setting)
{
	launch->request = request;
	launch->setting = setting;
	launch->parent = getpid();
	atomic_init(&launch->is_cancelled, false);
	atomic_init(&launch->child, 0);
	launch->error = 0;
	launch->step = NULL;
}

IN_CHILD pid_t
spawn_launch(struct spawn_launch *launch)
{
	pid_t pid = vfork();

	if (pid == 0)
		run_child(launch);
	if (pid > 0)
		return pid;
	launch->step = SPAWN_STEP_FORK;
	launch->error = errno;
	return 0;
}

void
spawn_launch_cancel(struct spawn_launch *launch)
{
	atomic_store(&launch->is_cancelled, true);
	int pid = atomic_load(&launch->child);
	if (pid > 0)
		kill(pid, SIGKILL);
}
