/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs of checks that somebody wants to try: beside the schedule and its limits, and without
 * any trace in the check.
 */
#ifndef ENGINE_TESTER_H
#define ENGINE_TESTER_H

#include "definition.h"
#include "means.h"
#include "runner.h"

/* At once; those whose process cannot be ended count on. */
#define TESTER_MAX 4

struct tester;
struct tester_run;

/* It came to this; NULL: it was ended by the tester. What was started is gone with it. */
typedef void (*tester_fn)(void *arg, const struct run_result *result);

/* Runner and prober must be freed before the tester is, the workers after it. */
struct tester *tester_new(const struct means *means);
void tester_free(struct tester *tester); /* NULL is fine */

/*
 * Returns 0; or -EINVAL where the check is of a type that does not run, -EBUSY where its
 * worker has no room, -EAGAIN where there are as many as may be. The callback comes from the
 * loop only.
 */
int tester_start(struct tester *tester, struct definition *definition, tester_fn told,
	void *arg, struct tester_run **ret_run);

/* Ends it; nobody is told. */
void tester_cancel(struct tester_run *run);

/* Ends all; or those by workers, which may go then. */
void tester_stop(struct tester *tester);
void tester_stop_worked(struct tester *tester);

#endif
