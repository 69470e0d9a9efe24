/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of spawner and runner share: an event loop with deadlines, a folder for
 * scripts, runs whose callbacks are written down. Real processes throughout.
 */
#ifndef TESTS_RUN_FIXTURE_H
#define TESTS_RUN_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <event2/event.h>
#include <sys/types.h>

#include "check.h"
#include "definition.h"
#include "prober.h"
#include "runner.h"
#include "spawner.h"

/* What no condition may exceed, on a slow and busy machine under a sanitizer. */
#define DEADLINE_MS  30000

#define OUTPUT_LIMIT 4096

/* Of no account of the machine. */
#define STRANGER_UID 54321
#define STRANGER_GID 54322

struct fixture {
	struct event_base *base;
	struct spawner *spawner;
	struct runner *runner;
	struct prober *prober;
	char folder[64];
};

/* What the callbacks of one run said. */
struct observed {
	unsigned done_count;
	unsigned gone_count;
	bool is_gone_last;
	struct run_result result; /* output and perfdata point to the next */
	char output[CHECK_OUTPUT_MAX + 1];
	char perfdata[CHECK_PERFDATA_MAX + 1];
};

extern const struct run_callbacks observing;

/* For cmocka: *state is a struct fixture. */
int fixture_set_up(void **state);
int fixture_tear_down(void **state);

struct fixture *fixture_new(void);
void fixture_free(struct fixture *fixture);

/* Skips the test where it has no other user to change to. Call it first: skipping leaks. */
void need_root(void);

/* Runs the event loop until the condition holds; false at the deadline. */
bool fixture_wait(struct fixture *fixture, bool (*condition)(void *arg), void *arg);

/* A check with a timeout of 20 s and a grace of 10 s; "true" needs no shell. */
struct definition *check_of_argv(const char *const *argv);
struct definition *check_of_script(const char *script);

/* Starts a run, of a command or a probe, and waits until it is gone. Takes the definition. */
void fixture_run(
	struct fixture *fixture, struct definition *definition, struct observed *ret_observed);

/* The same for a shell script, of which only the output is of interest. */
void fixture_run_script(
	struct fixture *fixture, const char *script, struct observed *ret_observed);

/* Writes a file into the fixture's folder; returns its path, which the caller frees. */
char *fixture_write(
	struct fixture *fixture, const char *name, const char *content, mode_t mode);
char *fixture_path(const struct fixture *fixture, const char *name);

/* Reads a number that a script writes into a file, once it is there; 0 before. */
pid_t read_pid(const char *path);

/* Neither gone nor a zombie. */
bool is_alive(pid_t pid);

/*
 * A program whose exec hangs until it is let go: fanotify(7) asks us for permission and
 * gets no answer. Skips the test where that cannot be had.
 */
struct held_program {
	char *path;
	int fanotify_fd;
};

struct held_program hold_program(struct fixture *fixture);
bool is_exec_held(void *held);          /* true once for each exec that hangs */
void let_go(struct held_program *held); /* what hangs goes on, as "exit 3" */

/*
 * Calls function in a forked process, which may ruin itself, and writes what it printed to
 * fd to buf. For tests without a fixture: a process with threads must not fork and go on.
 */
void run_in_child(void (*function)(int fd), char *buf, size_t size);

#endif
