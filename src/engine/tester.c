/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tester.h"

#include <errno.h>
#include <utlist.h>

#include "util.h"

/* Until its process is gone, though who wanted it may be gone long before. */
struct tester_run {
	struct tester *tester;
	struct means_run run;
	tester_fn told; /* NULL: nobody wants it any more */
	void *arg;
	struct tester_run *prev, *next;
};

struct tester {
	struct means means;
	struct tester_run *runs;
	size_t count;
};

static void
tell(struct tester_run *run, const struct run_result *result)
{
	tester_fn told = STEAL(run->told);

	if (told != NULL)
		told(run->arg, result);
}

static void
run_on_done(void *arg, const struct run_result *result)
{
	tell(arg, result);
}

static void
run_free(struct tester_run *run)
{
	DL_DELETE(run->tester->runs, run);
	run->tester->count--;
	free(run);
}

static void
run_on_gone(void *arg)
{
	tell(arg, NULL);
	run_free(arg);
}

static bool
is_runnable(const struct definition *definition)
{
	return definition->type != CHECK_TYPE_PASSIVE &&
	       definition->type != CHECK_TYPE_AGGREGATE;
}

int
tester_start(struct tester *tester, struct definition *definition, tester_fn told, void *arg,
	struct tester_run **ret_run)
{
	static const struct run_callbacks callbacks = {
		.done = run_on_done,
		.gone = run_on_gone,
	};

	if (!is_runnable(definition))
		return -EINVAL;
	struct worker *worker = means_worker(&tester->means, definition);
	if (worker != NULL && !worker_has_room(worker))
		return -EBUSY;
	if (tester->count == TESTER_MAX)
		return -EAGAIN;
	struct tester_run *run = xcalloc(1, sizeof(*run));

	run->tester = tester;
	run->told = told;
	run->arg = arg;
	DL_APPEND(tester->runs, run);
	tester->count++;
	means_start(&tester->means, &run->run, definition, worker, &callbacks, run);
	*ret_run = run;
	return 0;
}

void
tester_cancel(struct tester_run *run)
{
	run->told = NULL;
	means_stop(&run->run);
}

static void
stop(struct tester_run *run)
{
	if (run->told == NULL)
		return; /* it has ended, or was made to */
	tell(run, NULL);
	means_stop(&run->run);
}

void
tester_stop(struct tester *tester)
{
	struct tester_run *run;

	DL_FOREACH(tester->runs, run)
		stop(run);
}

void
tester_stop_worked(struct tester *tester)
{
	struct tester_run *run;

	DL_FOREACH(tester->runs, run) {
		if (run->run.worker != NULL)
			stop(run);
	}
}

struct tester *
tester_new(const struct means *means)
{
	struct tester *tester = xcalloc(1, sizeof(*tester));

	tester->means = *means;
	return tester;
}

void
tester_free(struct tester *tester)
{
	if (tester == NULL)
		return;
	while (tester->runs != NULL)
		run_free(tester->runs);
	free(tester);
}
