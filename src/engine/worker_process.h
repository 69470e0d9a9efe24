/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One process of a worker: its pipes, what it owes an answer, and its end. When to start
 * one, and which of several is asked, is decided in worker.c.
 */
#ifndef ENGINE_WORKER_PROCESS_H
#define ENGINE_WORKER_PROCESS_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

#include "clock.h"
#include "definition.h"
#include "runner.h"
#include "worker_definition.h"
#include "worker_request.h"

struct worker_process;

/* What all processes of all workers share. */
struct worker_surroundings {
	struct event_base *base;
	struct runner *runner;
	struct worker_process *processes; /* all that are not gone */
	struct worker_outbox outbox;
};

/* The runner is borrowed. */
void worker_surroundings_init(struct worker_surroundings *surroundings, struct event_base *base,
	struct runner *runner);

/* Frees all processes, once their runner is freed. */
void worker_surroundings_deinit(struct worker_surroundings *surroundings);

/* How a process ended, or why it was made to. */
struct worker_process_end {
	const char *reason; /* "worker NAME died: exit 3" */
	bool is_clean;      /* it exited with 0, had answered, and owed nothing */
	bool has_served;    /* it had answered for a while */
};

/* room: it can take another request. ended: it counts no more, whether it is gone or not. */
struct worker_process_callbacks {
	void (*room)(void *arg);
	void (*ended)(void *arg, const struct worker_process_end *end);
};

/*
 * Starts a process, to which requests may be sent at once. NULL with errno where pipes
 * cannot be had. It is gone by itself after it has ended or was told to leave.
 */
struct worker_process *worker_process_start(struct worker_surroundings *surroundings,
	struct worker_definition *definition, const struct worker_process_callbacks *callbacks,
	void *arg);

/* How many requests it takes now. */
unsigned worker_process_room(const struct worker_process *process);

/* Sends a request of the definition's check; there must be room. */
void worker_process_send(struct worker_process *process, struct worker_request *request,
	const struct definition *check);

/* Nobody waits for the answer any more. The request is the caller's again. */
void worker_process_forget(struct worker_request *request);

/*
 * It gets no more requests, ends once those that are waited for are answered, and calls its
 * owner no more.
 */
void worker_process_leave(struct worker_process *process);

/* Ends all of them without waiting for anything; nobody may wait for an answer. */
void worker_process_stop_all(struct worker_surroundings *surroundings);

/* How many of the definition get no more requests and are not gone. */
unsigned worker_process_count_remnants(const struct worker_surroundings *surroundings,
	const struct worker_definition *definition);

#endif
