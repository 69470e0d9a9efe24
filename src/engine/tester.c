/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tester.h"

#include <errno.h>
#include <utlist.h>

#include "util.h"

/* Until its process is gone, though who wanted it may be gone long before. */
struct tester_run {
	struct tester *tester;
	struct run *command;
	struct probe_run *probe;
	bool is_worker;
	struct worker_request request; /* of a worker */
	tester_fn told;                /* NULL: nobody wants it any more */
	void *arg;
	struct tester_run *prev, *next;
};

struct tester {
	struct runner *runner;
	struct prober *prober;
	struct workers *workers;
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

/* The worker of a check, or NULL where it is of none. */
static struct worker *
worker_of(const struct tester *tester, const struct definition *definition)
{
	if (definition->type != CHECK_TYPE_WORKER)
		return NULL;
	return workers_find(tester->workers, worker_definition_name(definition->worker));
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
	if (tester->count == TESTER_MAX)
		return -EAGAIN;
	struct worker *worker = worker_of(tester, definition);

	if (worker != NULL && !worker_has_room(worker))
		return -EBUSY;
	struct tester_run *run = xcalloc(1, sizeof(*run));

	run->tester = tester;
	run->told = told;
	run->arg = arg;
	DL_APPEND(tester->runs, run);
	tester->count++;
	run->is_worker = worker != NULL;
	if (run->is_worker)
		worker_start(worker, &run->request, definition, &callbacks, run);
	else if (definition->type == CHECK_TYPE_COMMAND)
		run->command = runner_start(tester->runner, definition, &callbacks, run);
	else
		run->probe = prober_start(tester->prober, definition, &callbacks, run);
	*ret_run = run;
	return 0;
}

static void
end(struct tester_run *run)
{
	if (run->is_worker)
		worker_stop_request(&run->request);
	else if (run->probe != NULL)
		probe_stop(run->probe);
	else
		run_stop(run->command);
}

void
tester_cancel(struct tester_run *run)
{
	run->told = NULL;
	end(run);
}

void
tester_stop(struct tester *tester)
{
	struct tester_run *run, *following;

	DL_FOREACH_SAFE(tester->runs, run, following) {
		tell(run, NULL);
		end(run);
	}
}

struct tester *
tester_new(struct runner *runner, struct prober *prober, struct workers *workers)
{
	struct tester *tester = xcalloc(1, sizeof(*tester));

	tester->runner = runner;
	tester->prober = prober;
	tester->workers = workers;
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
