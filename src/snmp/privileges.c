/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Identities by set*id(2), which also clear the signal of the parent's death: that one is
 * set anew at the end. The folder is the user's, so no link in it is followed.
 */
#include "privileges.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util.h"

int
privileges_lower(const struct privileges *privileges)
{
	if (!privileges->has_identity)
		return 0;
	if (setgroups(1, &privileges->gid) < 0 || setegid(privileges->gid) < 0 ||
		seteuid(privileges->uid) < 0)
		return -errno;
	return 0;
}

int
privileges_raise(const struct privileges *privileges)
{
	return privileges->has_identity && seteuid(0) < 0 ? -errno : 0;
}

static int
change_identity(const struct privileges *privileges)
{
	uid_t uid = privileges->uid;
	gid_t gid = privileges->gid;

	if (setgroups(1, &gid) < 0 || setresgid(gid, gid, gid) < 0 ||
		setresuid(uid, uid, uid) < 0)
		return -errno;
	return 0;
}

/* A kernel takes them away with user 0, but not where it was told to keep them. */
static int
check_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	for (size_t i = 0; i < ARRAY_LEN(data); i++) {
		if (data[i].effective != 0 || data[i].permitted != 0)
			return -EPERM;
	}
	return 0;
}

int
privileges_drop(const struct privileges *privileges)
{
	pid_t parent = getppid();
	int error;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	if (!privileges->has_identity)
		return 0;
	if ((error = privileges_raise(privileges)) < 0 ||
		(error = change_identity(privileges)) < 0 ||
		(privileges->uid != 0 && (error = check_capabilities()) < 0))
		return error;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return -errno;
	return getppid() == parent ? 0 : -ESRCH;
}

/* A file with another name elsewhere may be one that the user is only to get this way. */
static int
give_file(const struct privileges *privileges, int folder, const char *name)
{
	CLEANUP_CLOSE int fd = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode) || status.st_nlink != 1)
		return 0;
	if (fchownat(fd, "", privileges->uid, privileges->gid, AT_EMPTY_PATH) < 0)
		return -errno;
	return 0;
}

static int
give_files(const struct privileges *privileges, int folder)
{
	int copy = fcntl(folder, F_DUPFD_CLOEXEC, 0);
	DIR *entries = copy >= 0 ? fdopendir(copy) : NULL;
	const struct dirent *entry;
	int error = 0;

	if (entries == NULL) {
		error = -errno;
		util_closep(&copy);
		return error;
	}
	while (error == 0 && (entry = readdir(entries)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			error = give_file(privileges, folder, entry->d_name);
	}
	closedir(entries);
	return error;
}

/* Root's for now, so that nobody changes what is in it meanwhile. */
static int
give(const struct privileges *privileges, int folder)
{
	int error;

	if (fchown(folder, 0, 0) < 0 || fchmod(folder, S_IRWXU) < 0)
		return -errno;
	error = give_files(privileges, folder);
	if (error == 0 && fchown(folder, privileges->uid, privileges->gid) < 0)
		error = -errno;
	return error;
}

int
privileges_enter_folder(const struct privileges *privileges, const char *path)
{
	if (mkdir(path, S_IRWXU) < 0 && errno != EEXIST)
		return -errno;

	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (privileges->has_identity) {
		int error = give(privileges, fd);

		if (error < 0)
			return error;
	}
	if (fchdir(fd) < 0 || faccessat(fd, ".", R_OK | W_OK | X_OK, AT_EACCESS) < 0)
		return -errno;
	return 0;
}
