/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a worker's process has in the log: its standard error, line by line, and what it says
 * that is no answer. Both have a ration.
 */
#ifndef ENGINE_WORKER_LOG_H
#define ENGINE_WORKER_LOG_H

#include <event2/event.h>
#include <stddef.h>

#include "line_reader.h"
#include "log_ration.h"

struct worker_log {
	const char *name; /* of the worker; borrowed */
	int fd;           /* of standard error; -1: ended */
	struct event *readable;
	struct line_reader lines;
	struct log_ration errors;
	struct log_ration rubbish;
};

/* Takes the descriptor, which is non-blocking, and begins to read. */
void worker_log_init(struct worker_log *log, struct event_base *base, int fd, const char *name);
void worker_log_deinit(struct worker_log *log);

/* Reads what is there by now, once, and no more after that. */
void worker_log_close(struct worker_log *log);

/* A line of standard output that is no answer; what says why. */
void worker_log_rubbish(struct worker_log *log, const char *what, const char *line, size_t len);

#endif
