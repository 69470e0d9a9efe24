/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One stream of a script's output: keeps its first octets, reads and drops the rest, and
 * tells when it has ended.
 */
#ifndef ENGINE_CAPTURE_H
#define ENGINE_CAPTURE_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>
#include <stddef.h>

/* Read at once, so that a flood gives way to everything else in the event loop. */
#define CAPTURE_READ_MAX 65536

/* Reads that capture_drain makes at most: a pipe that nobody refills is empty by then. */
#define CAPTURE_DRAIN_READS 17

/* Called from the event loop; may free the capture. */
typedef void (*capture_ended_fn)(void *arg);

/* Embedded by its owner, who sees len octets at text. */
struct capture {
	struct event event;
	int fd; /* -1 once ended, or before it was opened */
	char *text;
	size_t len;
	size_t limit;
	capture_ended_fn ended;
	void *arg;
};

/* One whose fd is -1 and which is all zero otherwise can be deinited too. */
void capture_init(
	struct capture *capture, int fd, size_t limit, capture_ended_fn ended, void *arg);
void capture_deinit(struct capture *capture);

/* Begins to read; fd is non-blocking. */
void capture_start(struct capture *capture, struct event_base *base);

/* Reads what is there by now, bounded. Does not call ended. */
void capture_drain(struct capture *capture);

bool capture_is_ended(const struct capture *capture);

#endif
