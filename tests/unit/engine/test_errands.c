/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errands: who does them, who hears of them, and what becomes of those that hang. An errand
 * hangs as long as a pipe has nothing to read.
 */
#include "errands.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "clock.h"
#include "util.h"

#define DEADLINE_NS (20 * NS_PER_S)

/* Telling takes so long. */
#define TELLING_US 20000

struct world {
	struct event_base *base;
	struct errands *errands;
	int pipe[2];
	size_t done;
	atomic_size_t told; /* by a thread of its own accord */
	atomic_size_t freed;
};

struct load {
	struct world *world;
	bool hangs;
	bool tells;
};

static bool
tell(void *arg)
{
	struct load *load = arg;

	if (!load->tells)
		return false;
	load->world->told++;
	usleep(TELLING_US); /* who could take it only later would find nothing */
	return true;
}

static int
set_up(void **state)
{
	struct world *world = xcalloc(1, sizeof(*world));

	world->base = event_base_new();
	world->errands = errands_new(world->base, "errands", NULL, tell);
	assert_non_null(world->errands);
	assert_int_equal(pipe2(world->pipe, O_CLOEXEC), 0);
	*state = world;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;

	util_closep(&world->pipe[1]);
	errands_free(world->errands);
	close(world->pipe[0]);
	event_base_free(world->base);
	free(world);
	return 0;
}

static void
work(void *arg)
{
	struct load *load = arg;
	char octet;

	if (load->hangs)
		(void)!read(load->world->pipe[0], &octet, 1);
}

static void
free_load(void *arg)
{
	struct load *load = arg;

	load->world->freed++;
	free(load);
}

static void
errand_on_done(void *arg, void *load)
{
	struct world *world = arg;

	assert_ptr_equal(((struct load *)load)->world, world);
	world->done++;
}

static struct errand *
start(struct world *world, bool hangs)
{
	struct load *load = xcalloc(1, sizeof(*load));

	load->world = world;
	load->hangs = hangs;
	return errands_start(world->errands, work, free_load, load, errand_on_done, world);
}

static void
wait_for(struct world *world, size_t done)
{
	int64_t deadline = monotime_now().ns + DEADLINE_NS;
	const struct timeval tick = {.tv_usec = 5000};

	while (world->done < done) {
		assert_true(monotime_now().ns < deadline);
		event_base_loopexit(world->base, &tick);
		event_base_loop(world->base, EVLOOP_ONCE);
	}
	assert_int_equal(world->done, done);
}

static void
what_is_done_is_told_by_the_loop(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < 100; i++)
		start(world, false);
	assert_int_equal(world->done, 0);
	wait_for(world, 100);
	assert_int_equal(world->freed, 100);
}

static void
one_that_tells_of_itself_can_be_collected_by_then(void **state)
{
	struct world *world = *state;
	int64_t deadline = monotime_now().ns + DEADLINE_NS;
	struct load *load = xcalloc(1, sizeof(*load));

	*load = (struct load){.world = world, .tells = true};
	errands_start(world->errands, work, free_load, load, errand_on_done, world);
	while (world->told == 0)
		assert_true(monotime_now().ns < deadline);
	errands_collect(world->errands);
	assert_int_equal(world->done, 1);
}

static void
threads_that_are_held_get_company(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < ERRANDS_THREADS_MIN; i++)
		start(world, true);
	start(world, false);
	wait_for(world, 1);
	util_closep(&world->pipe[1]);
	world->pipe[1] = -1;
	wait_for(world, 1 + ERRANDS_THREADS_MIN);
}

static void
one_that_has_not_begun_can_be_called_off(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < ERRANDS_THREADS_MAX; i++)
		start(world, true);
	struct errand *errand = start(world, false);
	assert_false(errands_has_begun(world->errands, errand));
	assert_true(errands_cancel(world->errands, errand));
	assert_int_equal(world->freed, 1);
	util_closep(&world->pipe[1]);
	world->pipe[1] = -1;
	wait_for(world, ERRANDS_THREADS_MAX);
}

static void
one_that_has_not_begun_can_be_skipped_and_is_told(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < ERRANDS_THREADS_MAX; i++)
		start(world, true);
	struct errand *errand = start(world, false);
	assert_true(errands_skip(world->errands, errand));
	assert_false(errands_skip(world->errands, errand));
	assert_int_equal(world->done, 0);
	wait_for(world, 1);
	assert_int_equal(world->freed, 1);
	util_closep(&world->pipe[1]);
	world->pipe[1] = -1;
	wait_for(world, 1 + ERRANDS_THREADS_MAX);
}

static void
one_that_has_begun_comes_to_its_end(void **state)
{
	struct world *world = *state;
	struct errand *errand = start(world, true);
	int64_t deadline = monotime_now().ns + DEADLINE_NS;

	while (!errands_has_begun(world->errands, errand))
		assert_true(monotime_now().ns < deadline);
	assert_false(errands_cancel(world->errands, errand));
	util_closep(&world->pipe[1]);
	world->pipe[1] = -1;
	wait_for(world, 1);
}

static void
nobody_is_told_once_they_are_closed(void **state)
{
	struct world *world = *state;

	start(world, true);
	for (int i = 0; i < 10; i++)
		start(world, false);
	util_closep(&world->pipe[1]);
	world->pipe[1] = -1;
	assert_true(errands_free(STEAL(world->errands)));
	assert_int_equal(world->done, 0);
	assert_int_equal(world->freed, 11);
}

static void
one_that_is_held_at_the_end_is_left_to_itself(void **state)
{
	struct world *world = *state;
	struct errand *errand = start(world, true);
	int64_t deadline = monotime_now().ns + DEADLINE_NS;

	while (!errands_has_begun(world->errands, errand))
		assert_true(monotime_now().ns < deadline);
	assert_false(errands_free(STEAL(world->errands)));
	assert_int_equal(world->freed, 0);
	util_closep(&world->pipe[1]);
	world->pipe[1] = -1;
	while (world->freed < 1)
		assert_true(monotime_now().ns < deadline);
}

#define ERRANDS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ERRANDS_TEST(what_is_done_is_told_by_the_loop),
		ERRANDS_TEST(one_that_tells_of_itself_can_be_collected_by_then),
		ERRANDS_TEST(threads_that_are_held_get_company),
		ERRANDS_TEST(one_that_has_not_begun_can_be_called_off),
		ERRANDS_TEST(one_that_has_not_begun_can_be_skipped_and_is_told),
		ERRANDS_TEST(one_that_has_begun_comes_to_its_end),
		ERRANDS_TEST(nobody_is_told_once_they_are_closed),
		ERRANDS_TEST(one_that_is_held_at_the_end_is_left_to_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
