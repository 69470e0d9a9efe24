/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker_output.h"

#include <errno.h>
#include <stdlib.h>

#include "util.h"

/* So many lines are taken before other events of the loop have their turn. */
#define BURST 256

/* Reads that are made of a dead process's output: its pipe holds no more. */
#define DRAIN_READS 17

/* Out of the event loop before it is closed: a child of vfork may hold a copy of it. */
void
worker_output_close(struct worker_output *output)
{
	event_del(output->readable);
	evtimer_del(output->leftover);
	util_closep(&output->fd);
	output->fd = -1;
}

/* Tells lines up to a burst; returns false where there are no more, or it was closed. */
static bool
tell_lines(struct worker_output *output)
{
	const struct instant now = instant_now();
	char *line;
	size_t len;

	for (unsigned i = 0; i < BURST && output->fd >= 0; i++) {
		enum line_kind kind = line_reader_next(&output->lines, &line, &len);

		if (kind == LINE_NONE)
			return false;
		output->callbacks->line(output->arg, kind, line, len, &now);
	}
	return output->fd >= 0;
}

/* Reads once, where all lines were told; returns false where nothing came. */
static bool
read_more(struct worker_output *output)
{
	ssize_t len = line_reader_fill(&output->lines, output->fd);

	if (len > 0)
		return true;
	if (len != -EAGAIN && len != -EINTR) {
		worker_output_close(output);
		output->callbacks->lost(output->arg);
	}
	return false;
}

/*
 * What was read before comes first, and what is left over in the loop's next turn: by a timer,
 * since what event_active makes active is dealt with before the loop looks at anything else.
 */
static void
output_on_lines(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval at_once = {0, 0};
	struct worker_output *output = arg;

	(void)fd;
	(void)what;
	if (!tell_lines(output)) {
		if (output->fd < 0 || !read_more(output) || !tell_lines(output))
			return;
	}
	evtimer_add(output->leftover, &at_once);
}

void
worker_output_drain(struct worker_output *output)
{
	for (int i = 0; i < DRAIN_READS; i++) {
		while (tell_lines(output))
			;
		if (output->fd < 0 || !read_more(output))
			return;
	}
}

void
worker_output_init(struct worker_output *output, struct event_base *base, int fd,
	size_t line_max, const struct worker_output_callbacks *callbacks, void *arg)
{
	*output = (struct worker_output){.fd = fd, .callbacks = callbacks, .arg = arg};
	output->readable = event_new(base, fd, EV_READ | EV_PERSIST, output_on_lines, output);
	output->leftover = evtimer_new(base, output_on_lines, output);
	if (output->readable == NULL || output->leftover == NULL)
		abort();
	if (fd >= 0)
		event_add(output->readable, NULL);
	line_reader_init(&output->lines, line_max + 1);
}

void
worker_output_deinit(struct worker_output *output)
{
	worker_output_close(output);
	event_free(output->readable);
	event_free(output->leftover);
	line_reader_deinit(&output->lines);
}
