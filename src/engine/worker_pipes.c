/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker_pipes.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "util.h"

static int
make_pipe(int *ret_read_fd, int *ret_write_fd)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) != 0)
		return -errno;
	*ret_read_fd = fds[0];
	*ret_write_fd = fds[1];
	return 0;
}

int
worker_pipes_make(struct worker_pipes *ret_own, struct run_wiring *ret_wiring)
{
	*ret_own = (struct worker_pipes){-1, -1, -1};
	*ret_wiring = (struct run_wiring){-1, -1, -1};
	int error = make_pipe(&ret_wiring->stdin_fd, &ret_own->input_fd);

	if (error == 0)
		error = make_pipe(&ret_own->output_fd, &ret_wiring->stdout_fd);
	if (error == 0)
		error = make_pipe(&ret_own->errors_fd, &ret_wiring->stderr_fd);
	if (error < 0)
		return error;
	fcntl(ret_own->input_fd, F_SETFL, O_NONBLOCK);
	fcntl(ret_own->output_fd, F_SETFL, O_NONBLOCK);
	fcntl(ret_own->errors_fd, F_SETFL, O_NONBLOCK);
	return 0;
}

void
worker_pipes_close_wiring(const struct run_wiring *wiring)
{
	util_closep(&wiring->stdin_fd);
	util_closep(&wiring->stdout_fd);
	util_closep(&wiring->stderr_fd);
}
