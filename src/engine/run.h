/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What runner.c and run.c share: the runner owns its runs, and a run lives by itself.
 */
#ifndef ENGINE_RUN_H
#define ENGINE_RUN_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "agenda.h"
#include "capture.h"
#include "clock.h"
#include "definition.h"
#include "run_young.h"
#include "runner.h"
#include "spawner.h"

enum run_state {
	RUN_NEW,
	RUN_REFUSED,   /* could not be asked for; the loop will tell */
	RUN_SPAWNING,  /* the spawner has it */
	RUN_ABANDONED, /* the spawner still has it, but nobody wants its process */
	RUN_RUNNING,
	RUN_TERMINATING, /* SIGTERM was sent */
	RUN_KILLED,      /* SIGKILL was sent */
	RUN_STUCK,       /* SIGKILL does not end it */
	RUN_DRAINING,    /* the process is gone, its output has not ended */
	RUN_GONE,
	RUN_STATE_COUNT
};

enum run_stream {
	RUN_STREAM_OUT,
	RUN_STREAM_ERR,
	RUN_STREAM_COUNT
};

struct runner {
	struct event_base *base;
	struct spawner *spawner;
	struct agenda *agenda; /* of the ends of states */
	size_t output_limit;
	bool is_root;
	struct run *runs;
	struct run_young young;
	size_t count;
};

struct run {
	struct runner *runner;
	struct definition *definition;
	struct run_callbacks callbacks;
	void *arg;
	enum run_state state;
	bool is_lasting; /* it has no timeout once it has started */
	bool is_stopped;
	bool is_timed_out;
	bool is_done; /* was told */
	struct instant started;
	struct spawn_job *job;     /* while the spawner has it */
	struct spawn_job *process; /* from then on until it is reaped */
	pid_t pid;                 /* 0 before the start and once reaped */
	int pidfd;
	struct event traced_timer; /* asks for the end of one that a tracer has */
	struct agenda_item state_end;
	struct capture streams[RUN_STREAM_COUNT];
	siginfo_t end;    /* valid once the process ended */
	char reason[256]; /* why there is no process; "" where there was one */
	struct run *prev, *next;
	bool is_young;         /* in the list of run_young.c; the next three are its */
	struct monotime begun; /* the process was there */
	struct run *young_prev, *young_next;
};

/* Asks the spawner for the process of a run that is in its runner's list and filled in. */
void run_start(struct run *run);
void run_start_lasting(struct run *run, const struct run_wiring *wiring);

/* The agenda's callback: the run has been in its state for as long as it may be. */
void run_on_state_end(struct agenda_item *item);

/* Leaves the process to the caller, and its pidfd in run->pidfd: its end is not told. */
void run_release(struct run *run);

/* Takes the run off its runner's list. It tells nobody and leaves the process alone. */
void run_free(struct run *run);

#endif
