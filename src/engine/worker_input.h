/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The standard input of a worker's process: requests are gathered and written once a turn of
 * the loop. What its pipe does not take waits; the owner bounds how much that is.
 */
#ifndef ENGINE_WORKER_INPUT_H
#define ENGINE_WORKER_INPUT_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

#include "worker_line.h"

/* Called from the loop when nobody reads any more; it is closed then. */
typedef void (*worker_input_lost_fn)(void *arg);

struct worker_input {
	int fd; /* -1: closed */
	struct event *writable;
	bool is_full; /* writable is waited for */
	char *buf;
	size_t begin;
	size_t end;
	size_t size;
	worker_input_lost_fn lost;
	void *arg;
};

/* Takes the descriptor, which is non-blocking. */
void worker_input_init(struct worker_input *input, struct event_base *base, int fd,
	worker_input_lost_fn lost, void *arg);
void worker_input_deinit(struct worker_input *input);

/* What is not written by now never is. */
void worker_input_close(struct worker_input *input);

void worker_input_write(struct worker_input *input, const struct worker_question *question);

#endif
