/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The standard output of a worker's process: lines, told where a read has put them. A burst
 * of them leaves other events of the loop their turn.
 */
#ifndef ENGINE_WORKER_OUTPUT_H
#define ENGINE_WORKER_OUTPUT_H

#include <event2/event.h>
#include <stddef.h>

#include "clock.h"
#include "line_reader.h"

/*
 * line: one came, LINE_WHOLE or LINE_TOO_LONG, without its end; it is there during the call.
 * lost: its end came, or an error; it is closed then. Both may close it.
 */
struct worker_output_callbacks {
	void (*line)(void *arg, enum line_kind kind, const char *line, size_t len,
		const struct instant *now);
	void (*lost)(void *arg);
};

struct worker_output {
	int fd; /* -1: closed, and no more is told */
	struct event *readable;
	struct event *leftover; /* a burst has left lines */
	struct line_reader lines;
	const struct worker_output_callbacks *callbacks;
	void *arg;
};

/* Takes the descriptor, which is non-blocking, or -1. A line has line_max octets at most. */
void worker_output_init(struct worker_output *output, struct event_base *base, int fd,
	size_t line_max, const struct worker_output_callbacks *callbacks, void *arg);
void worker_output_deinit(struct worker_output *output);

/* What was not told by now never is. */
void worker_output_close(struct worker_output *output);

/* Tells at once what has been written so far, by a process that writes no more. */
void worker_output_drain(struct worker_output *output);

#endif
