/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control_socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "privileges.h"
#include "util.h"

#define BACKLOG     64
#define FOLDER_MODE 0755
#define NEW_SUFFIX  ".new"

#define MODE_OWNER  0600
#define MODE_GROUP  0660
#define MODE_EACH   0666 /* of two groups: who it is, is looked at when he connects */

#define NO_GROUP    ((gid_t)-1)

static int
fail(char **ret_reason, int error, const char *path, const char *what)
{
	*ret_reason = xasprintf("%s: %s: %s", path, what, strerror(-error));
	return error;
}

/* False where it does not fit. */
static bool
set_address(struct sockaddr_un *address, const char *path)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(address->sun_path))
		return false;
	memcpy(address->sun_path, path, strlen(path) + 1);
	return true;
}

/* Whether somebody listens; a queue that is full is somebody's too. */
static bool
is_living(const struct sockaddr_un *address)
{
	CLEANUP_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd >= 0 &&
	       (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
		       errno == EAGAIN);
}

/* Whether the path may be taken. */
static int
examine_place(const char *path, const struct sockaddr_un *address, char **ret_reason)
{
	struct stat status;

	if (lstat(path, &status) < 0)
		return errno == ENOENT ? 0 : fail(ret_reason, -errno, path, "lstat");
	if (!S_ISSOCK(status.st_mode)) {
		*ret_reason = xasprintf("%s: what is there is no socket", path);
		return -EEXIST;
	}
	if (is_living(address)) {
		*ret_reason = xasprintf("%s: another process listens there", path);
		return -EADDRINUSE;
	}
	return 0;
}

/* One level; what is wrong with it tells itself when the socket is made. */
static void
make_folder(const char *path)
{
	CLEANUP_FREE char *folder = xstrndup(path, (size_t)(strrchr(path, '/') - path));

	if (folder[0] != '\0' && mkdir(folder, FOLDER_MODE) == 0)
		(void)!chmod(folder, FOLDER_MODE); /* whatever the umask is */
}

static int
let_in(const char *path, const struct control_access *access, char **ret_reason)
{
	gid_t gid = access->read_gid != NO_GROUP ? access->read_gid : access->submit_gid;
	bool are_two = access->submit_gid != NO_GROUP && access->submit_gid != gid;
	mode_t mode = are_two ? MODE_EACH : gid != NO_GROUP ? MODE_GROUP : MODE_OWNER;

	/* Nobody gets in by a group that was, or by a mode meant for another group. */
	if (chmod(path, MODE_OWNER) < 0)
		return fail(ret_reason, -errno, path, "chmod");
	int error = mode == MODE_GROUP ? privileges_give_to_group(path, gid) : 0;
	if (error < 0)
		return fail(ret_reason, error, path, "cannot give it to its group");
	if (chmod(path, mode) < 0)
		return fail(ret_reason, -errno, path, "chmod");
	return 0;
}

/* Under its first name; nobody can connect before it listens. */
static int
make(const char *path, const struct control_access *access, struct control_socket *control,
	char **ret_reason)
{
	struct sockaddr_un address;
	struct stat status;

	if (!set_address(&address, path))
		return fail(ret_reason, -ENAMETOOLONG, path, "bind");
	if (unlink(path) < 0 && errno != ENOENT)
		return fail(ret_reason, -errno, path, "unlink");
	if (bind(control->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return fail(ret_reason, -errno, path, "bind");
	int error = let_in(path, access, ret_reason);
	if (error < 0)
		return error;
	if (lstat(path, &status) < 0 || listen(control->fd, BACKLOG) < 0)
		return fail(ret_reason, -errno, path, "listen");
	control->device = status.st_dev;
	control->inode = status.st_ino;
	return 0;
}

static int
place(const char *path, const struct control_access *access, struct control_socket *control,
	char **ret_reason)
{
	CLEANUP_FREE char *new_path = xasprintf("%s" NEW_SUFFIX, path);
	struct sockaddr_un address;

	if (!set_address(&address, path))
		return fail(ret_reason, -ENAMETOOLONG, path, "bind");
	int error = examine_place(path, &address, ret_reason);
	if (error < 0)
		return error;
	make_folder(path);
	error = make(new_path, access, control, ret_reason);
	if (error == 0 && rename(new_path, path) < 0)
		error = fail(ret_reason, -errno, path, "rename");
	if (error < 0)
		unlink(new_path);
	return error;
}

int
control_socket_open(const char *path, const struct control_access *access,
	struct control_socket *ret_socket, char **ret_reason)
{
	struct control_socket made = {
		.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
	};

	if (made.fd < 0)
		return fail(ret_reason, -errno, path, "socket");
	int error = place(path, access, &made, ret_reason);
	if (error < 0) {
		close(made.fd);
		return error;
	}
	made.path = xstrdup(path);
	*ret_socket = made;
	return 0;
}

bool
control_socket_is_there(const struct control_socket *control)
{
	struct stat status;

	return control->path != NULL && lstat(control->path, &status) == 0 &&
	       status.st_dev == control->device && status.st_ino == control->inode;
}

int
control_socket_let_in(const struct control_socket *control, const struct control_access *access,
	char **ret_reason)
{
	return let_in(control->path, access, ret_reason);
}

void
control_socket_close(struct control_socket *control)
{
	if (control->path == NULL)
		return;
	if (control_socket_is_there(control))
		unlink(control->path);
	close(control->fd);
	free(STEAL(control->path));
}
