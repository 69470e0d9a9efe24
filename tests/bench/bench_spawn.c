/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many runs of /bin/true a second the runner makes, against a bare loop of posix_spawn
 * and waitid with as many processes at once, in turns. Only the ratio means anything.
 *
 *     bench_spawn [RUNS [AT_ONCE [ROUNDS]]]
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <event2/event.h>

#include "clock.h"
#include "definition.h"
#include "runner.h"
#include "spawner.h"
#include "util.h"

struct bench {
	struct event_base *base;
	struct runner *runner;
	struct definition *definition;
	unsigned to_start;
	unsigned to_finish;
	unsigned failure_count;
};

static void start_one(struct bench *bench);

static void
bench_on_done(void *arg, const struct run_result *result)
{
	struct bench *bench = arg;

	if (result->outcome != CHECK_OUTCOME_EXITED || result->status != 0)
		bench->failure_count++;
}

static void
bench_on_gone(void *arg)
{
	struct bench *bench = arg;

	bench->to_finish--;
	if (bench->to_start > 0)
		start_one(bench);
	if (bench->to_finish == 0)
		event_base_loopbreak(bench->base);
}

static void
start_one(struct bench *bench)
{
	static const struct run_callbacks callbacks = {
		.done = bench_on_done, .gone = bench_on_gone};

	bench->to_start--;
	runner_start(bench->runner, bench->definition, &callbacks, bench);
}

static void
run_runner(struct bench *bench, unsigned runs, unsigned at_once)
{
	bench->to_start = runs;
	bench->to_finish = runs;
	for (unsigned i = 0; i < at_once && bench->to_start > 0; i++)
		start_one(bench);
	event_base_dispatch(bench->base);
}

static void
spawn_true(void)
{
	static char program[] = "/bin/true";
	char *argv[] = {program, NULL}, *env[] = {NULL};

	if (posix_spawn(&(pid_t){0}, program, NULL, NULL, argv, env) != 0)
		abort();
}

static void
run_bare(unsigned runs, unsigned at_once)
{
	unsigned started = 0;

	for (unsigned ended = 0; ended < runs; ended++) {
		while (started < runs && started - ended < at_once) {
			spawn_true();
			started++;
		}
		waitid(P_ALL, 0, &(siginfo_t){0}, WEXITED);
	}
}

static double
per_second(unsigned runs, struct monotime begin)
{
	return (double)runs * (double)NS_PER_S / (double)(monotime_now().ns - begin.ns);
}

static void
measure(struct bench *bench, unsigned runs, unsigned at_once)
{
	struct monotime begin = monotime_now();

	run_bare(runs, at_once);
	double bare = per_second(runs, begin);
	begin = monotime_now();
	run_runner(bench, runs, at_once);
	double runner = per_second(runs, begin);
	printf("at once %u: bare %.0f/s, runner %.0f/s, ratio %.2f\n", at_once, bare, runner,
		runner / bare);
}

static struct definition *
define_true(void)
{
	struct definition *definition = definition_new();

	definition->name = xstrdup("true");
	definition->argv = xcalloc(2, sizeof(*definition->argv));
	definition->argv[0] = xstrdup("/bin/true");
	definition->timeout_ms = 10000;
	definition->grace_ms = 2000;
	return definition;
}

static unsigned
argument(int argc, char **argv, int index, unsigned standard)
{
	return index < argc ? (unsigned)strtoul(argv[index], NULL, 10) : standard;
}

int
main(int argc, char **argv)
{
	unsigned runs = argument(argc, argv, 1, 2000);
	unsigned at_once = argument(argc, argv, 2, 8);
	unsigned rounds = argument(argc, argv, 3, 5);
	struct bench bench = {.base = event_base_new(), .definition = define_true()};
	struct spawner *spawner = spawner_new(bench.base);

	if (spawner == NULL || (bench.runner = runner_new(bench.base, spawner, 4096)) == NULL)
		return EXIT_FAILURE;
	for (unsigned round = 0; round < rounds; round++)
		measure(&bench, runs, at_once);
	runner_free(bench.runner);
	spawner_free(spawner);
	definition_unref(bench.definition);
	event_base_free(bench.base);
	return bench.failure_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
