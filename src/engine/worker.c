/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A seat stands for one of the worker's processes through all its lives.
 */
#include "worker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "util.h"

struct seat {
	struct worker *worker;
	struct worker_process *process; /* NULL: it waits for its next start */
	struct event *starting;
	unsigned delay_ms; /* before that */
};

struct worker {
	struct worker_surroundings *surroundings;
	struct worker_definition *definition;
	struct seat *seats;                /* NULL: none was needed yet */
	char reason[CHECK_OUTPUT_MAX + 1]; /* of the last end of a process */
	worker_room_fn room;
	void *room_arg;
};

static void
tell_room(struct worker *worker)
{
	if (worker->room != NULL)
		worker->room(worker->room_arg);
}

/* After one that was no success each start waits longer. */
static void
put_off(struct seat *seat)
{
	const struct timeval delay = {.tv_sec = seat->delay_ms / 1000,
		.tv_usec = (long)(seat->delay_ms % 1000) * 1000};

	evtimer_add(seat->starting, &delay);
	seat->delay_ms *= 2;
	if (seat->delay_ms > WORKER_DELAY_MAX_MS)
		seat->delay_ms = WORKER_DELAY_MAX_MS;
}

static void seat_on_ended(void *arg, const struct worker_process_end *end);

static void
seat_on_room(void *arg)
{
	tell_room(((struct seat *)arg)->worker);
}

static int
start_process(struct seat *seat)
{
	static const struct worker_process_callbacks callbacks = {
		.room = seat_on_room,
		.ended = seat_on_ended,
	};
	struct worker *worker = seat->worker;

	/* Those that even SIGKILL does not end must not become ever more. */
	if (worker_process_count_remnants(worker->surroundings, worker->definition) >
		worker->definition->processes)
		return -EBUSY;
	seat->process = worker_process_start(
		worker->surroundings, worker->definition, &callbacks, seat);
	return seat->process != NULL ? 0 : -errno;
}

static void
start_seat(struct seat *seat)
{
	struct worker *worker = seat->worker;
	int error = start_process(seat);

	if (error == 0)
		return;
	snprintf(worker->reason, sizeof(worker->reason), "worker %s did not start: %s",
		worker_name(worker),
		error == -EBUSY ? "processes of it do not end" : strerror(-error));
	log_warning("%s", worker->reason);
	put_off(seat);
}

/* One that took all it was asked and ended of itself is no failure. */
static void
seat_on_ended(void *arg, const struct worker_process_end *end)
{
	struct seat *seat = arg;
	struct worker *worker = seat->worker;

	seat->process = NULL;
	snprintf(worker->reason, sizeof(worker->reason), "%s", end->reason);
	if (end->has_served)
		seat->delay_ms = WORKER_DELAY_MIN_MS;
	if (end->is_clean)
		start_seat(seat);
	else
		put_off(seat);
	/* Those that wait may fail now. */
	tell_room(worker);
}

static void
starting_on_timeout(evutil_socket_t fd, short what, void *arg)
{
	struct seat *seat = arg;

	(void)fd;
	(void)what;
	start_seat(seat);
	tell_room(seat->worker);
}

static void
make_seats(struct worker *worker)
{
	unsigned count = worker->definition->processes;

	worker->seats = xcalloc(count, sizeof(*worker->seats));
	for (unsigned i = 0; i < count; i++) {
		struct seat *seat = &worker->seats[i];

		seat->worker = worker;
		seat->delay_ms = WORKER_DELAY_MIN_MS;
		seat->starting =
			evtimer_new(worker->surroundings->base, starting_on_timeout, seat);
		start_seat(seat);
	}
}

static void
drop_seats(struct worker *worker)
{
	for (unsigned i = 0; worker->seats != NULL && i < worker->definition->processes; i++) {
		struct seat *seat = &worker->seats[i];

		if (seat->process != NULL)
			worker_process_leave(seat->process);
		event_free(seat->starting);
	}
	free(STEAL(worker->seats));
}

/* The process that has the most room, or NULL where none has any. */
static struct worker_process *
find_room(const struct worker *worker)
{
	struct worker_process *best = NULL;
	unsigned best_room = 0;

	for (unsigned i = 0; i < worker->definition->processes; i++) {
		struct worker_process *process = worker->seats[i].process;
		unsigned room = process != NULL ? worker_process_room(process) : 0;

		if (room > best_room) {
			best = process;
			best_room = room;
		}
	}
	return best;
}

static bool
has_process(const struct worker *worker)
{
	for (unsigned i = 0; i < worker->definition->processes; i++) {
		if (worker->seats[i].process != NULL)
			return true;
	}
	return false;
}

bool
worker_has_room(struct worker *worker)
{
	if (worker->seats == NULL)
		make_seats(worker);
	return find_room(worker) != NULL || !has_process(worker);
}

void
worker_start(struct worker *worker, struct worker_request *request,
	const struct definition *check, const struct run_callbacks *callbacks, void *arg)
{
	struct worker_process *process = find_room(worker);

	*request = (struct worker_request){
		.callbacks = *callbacks,
		.arg = arg,
		.started = monotime_now(),
		.outbox = &worker->surroundings->outbox,
	};
	if (process != NULL)
		worker_process_send(process, request, check);
	else
		worker_outbox_fail(request, worker->reason);
}

void
worker_stop_request(struct worker_request *request)
{
	if (request->process != NULL)
		worker_process_forget(request);
	worker_outbox_drop(request);
}

const char *
worker_name(const struct worker *worker)
{
	return worker_definition_name(worker->definition);
}

void
worker_set_client(struct worker *worker, worker_room_fn room, void *arg)
{
	worker->room = room;
	worker->room_arg = arg;
}

void
worker_dismiss(struct worker *worker)
{
	drop_seats(worker);
}

void
worker_redefine(struct worker *worker, struct worker_definition *definition)
{
	drop_seats(worker);
	worker_definition_unref(worker->definition);
	worker->definition = definition;
	/* Whoever waits starts the new ones. */
	tell_room(worker);
}

struct worker *
worker_new(struct worker_surroundings *surroundings, struct worker_definition *definition)
{
	struct worker *worker = xcalloc(1, sizeof(*worker));

	worker->surroundings = surroundings;
	worker->definition = definition;
	return worker;
}

void
worker_free(struct worker *worker)
{
	drop_seats(worker);
	worker_definition_unref(worker->definition);
	free(worker);
}
