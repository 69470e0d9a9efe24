/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker_input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

/* Out of the event loop before it is closed: a child of vfork may hold a copy of it. */
void
worker_input_close(struct worker_input *input)
{
	event_del(input->writable);
	util_closep(&input->fd);
	input->fd = -1;
}

static void
input_on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct worker_input *input = arg;
	size_t len = input->end - input->begin;

	(void)what;
	input->is_full = false;
	if (len == 0)
		return;
	ssize_t written = write(fd, input->buf + input->begin, len);
	if (written < 0 && errno != EAGAIN && errno != EINTR) {
		worker_input_close(input);
		input->lost(input->arg);
		return;
	}
	if (written > 0)
		input->begin += (size_t)written;
	if (input->begin < input->end) {
		input->is_full = true;
		event_add(input->writable, NULL);
	}
}

/* What was written is dropped first. */
static char *
reserve(struct worker_input *input, size_t len)
{
	if (input->begin > 0) {
		input->end -= input->begin;
		memmove(input->buf, input->buf + input->begin, input->end);
		input->begin = 0;
	}
	if (input->end + len > input->size) {
		input->size = 2 * (input->end + len);
		input->buf = xreallocarray(input->buf, input->size, 1);
	}
	return input->buf + input->end;
}

void
worker_input_write(struct worker_input *input, const struct worker_question *question)
{
	char *to = reserve(input, worker_line_size(question));

	input->end += worker_line_write(question, to);
	if (!input->is_full)
		event_active(input->writable, EV_WRITE, 0);
}

void
worker_input_init(struct worker_input *input, struct event_base *base, int fd,
	worker_input_lost_fn lost, void *arg)
{
	*input = (struct worker_input){.fd = fd, .lost = lost, .arg = arg};
	input->writable = event_new(base, fd, EV_WRITE, input_on_writable, input);
	if (input->writable == NULL)
		abort();
}

void
worker_input_deinit(struct worker_input *input)
{
	worker_input_close(input);
	event_free(input->writable);
	free(input->buf);
}
