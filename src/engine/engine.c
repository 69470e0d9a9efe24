/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wiring only: configuration -> checks -> store -> feed -> publisher. What the parts do,
 * they do themselves. Here they are made, reached by signals and by the clock, and ended.
 */
#include "engine_parts.h"

#include <errno.h>
#include <event2/event.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include "checks.h"
#include "control.h"
#include "control_client.h"
#include "control_events.h"
#include "control_verbs.h"
#include "daemon.h"
#include "eventlog.h"
#include "feed.h"
#include "intake.h"
#include "loader.h"
#include "log.h"
#include "prober.h"
#include "publisher.h"
#include "readiness.h"
#include "runner.h"
#include "scheduler.h"
#include "spawner.h"
#include "spool.h"
#include "store.h"
#include "tester.h"
#include "util.h"
#include "workers.h"

#define STOP_PATIENCE_S 15 /* what ends may take; then it is killed */

#define FORGET_PERIOD_S 3600 /* between looks for checks to be forgotten */

static void
publisher_on_lost(void *arg)
{
	struct engine *engine = arg;

	engine->master_losses++;
	store_change_figures(engine->store);
}

static int
intake_on_submit(void *arg, const struct submission *submission)
{
	return checks_submit(((struct engine *)arg)->checks, submission);
}

static struct store_wait *
intake_on_wait(void *arg, store_wait_fn told, void *told_arg)
{
	return store_when_stored(((struct engine *)arg)->store, told, told_arg);
}

static bool
is_all_ended(struct engine *engine)
{
	if (runner_count(engine->runner) > 0 || !publisher_is_stopped(engine->publisher))
		return false;
	if (!engine->is_storing_last)
		store_stop(engine->store);
	engine->is_storing_last = true;
	return engine->is_store_stopped;
}

/* The second request of a stop does not wait for anybody. */
static void
stop(struct engine *engine)
{
	if (engine->is_stopping) {
		event_base_loopbreak(engine->base);
		return;
	}
	log_notice("stopping");
	readiness_stopping(engine->readiness);
	engine->is_stopping = true;
	engine->stop_deadline.ns = monotime_now().ns + STOP_PATIENCE_S * NS_PER_S;
	control_stop(engine->control);
	spool_stop(engine->spool);
	publisher_stop(engine->publisher);
	tester_stop(engine->tester);
	checks_stop(engine->checks);
	workers_stop(engine->workers);
}

static void
engine_on_signal(evutil_socket_t signal, short what, void *arg)
{
	struct engine *engine = arg;

	(void)what;
	switch (signal) {
	case SIGTERM:
	case SIGINT:
		stop(engine);
		break;
	case SIGHUP:
		engine_reload(engine);
		break;
	}
}

static void
forget_removed(struct engine *engine)
{
	struct store_figures figures = {0};

	engine_read_figures(engine, &figures);
	checks_forget_removed(engine->checks, figures.lived_s);
	store_change_figures(engine->store);
}

static void
settle(struct engine *engine)
{
	if (engine->settling > 0 && --engine->settling == 0)
		malloc_trim(0);
}

static void
engine_on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct engine *engine = arg;
	const struct instant now = instant_now();

	(void)fd;
	(void)what;
	runner_reap_strangers(engine->runner, publisher_pid(engine->publisher));
	publisher_watch(engine->publisher);
	if (!engine->is_stopping)
		checks_tick(engine->checks, &now);
	if (store_tick(engine->store))
		feed_beat_later(engine->feed);
	else
		feed_beat(engine->feed);
	engine_tell_status(engine);
	if (engine->ticks++ % FORGET_PERIOD_S == 0)
		forget_removed(engine);
	settle(engine);
}

static bool
add_signals(struct engine *engine)
{
	static const int numbers[ENGINE_SIGNAL_COUNT] = {SIGTERM, SIGINT, SIGHUP};

	for (size_t i = 0; i < ENGINE_SIGNAL_COUNT; i++) {
		engine->signals[i] =
			evsignal_new(engine->base, numbers[i], engine_on_signal, engine);
		if (engine->signals[i] == NULL || event_add(engine->signals[i], NULL) < 0)
			return false;
	}
	/* Whoever ignored SIGCHLD before would have children reaped that are waited for. */
	return signal(SIGCHLD, SIG_DFL) != SIG_ERR && signal(SIGPIPE, SIG_IGN) != SIG_ERR;
}

static bool
add_tick(struct engine *engine)
{
	static const struct timeval second = {.tv_sec = 1};

	engine->tick = event_new(engine->base, -1, EV_PERSIST, engine_on_tick, engine);
	return engine->tick != NULL && event_add(engine->tick, &second) == 0;
}

/*
 * Timers are set by the clock and not by the loop's turn. They may come some milliseconds
 * early or late: precise ones cost a third of a run's CPU, since the loop sets a clock in each
 * of its turns. What must be on time is on an agenda. Between two things done for the
 * control socket, all that is due otherwise is done.
 */
static struct event_base *
new_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	if (config == NULL)
		return NULL;
	event_config_set_flag(config, EVENT_BASE_FLAG_NO_CACHE_TIME);
	event_config_set_max_dispatch_interval(config, NULL, 1, CONTROL_PRIORITY);
	base = event_base_new_with_config(config);
	event_config_free(config);
	if (base != NULL)
		event_base_priority_init(base, CONTROL_PRIORITY + 1);
	return base;
}

static bool
make_parts(struct engine *engine, const char *file)
{
	engine->base = new_base();
	if (engine->base == NULL)
		return false;
	engine->spawner = spawner_new(engine->base);
	if (engine->spawner == NULL)
		return false;
	daemon_raise_file_limit(); /* after the spawner has seen what its children are due */
	engine->runner = runner_new(engine->base, engine->spawner, 1);
	engine->prober = prober_new(engine->base);
	if (engine->prober == NULL)
		return false;
	engine->feed = feed_new(engine->base, &engine_feed_callbacks, engine);
	engine->log = eventlog_new(engine->feed);
	engine->workers = workers_new(engine->base, engine->runner);
	const struct means means = {engine->runner, engine->prober, engine->workers};

	engine->tester = tester_new(&means);
	engine->checks = checks_new(engine->base, &means, engine->feed, engine->log);
	engine->publisher = publisher_new(
		engine->base, engine->spawner, engine->feed, publisher_on_lost, engine);
	engine->control_events = control_events_new(engine->base, engine->log);
	engine->control_context = (struct control_context){
		.intake = &engine->intake,
		.checks = engine->checks,
		.events = engine->control_events,
		.tester = engine->tester,
		.upward = &engine->control_upward,
	};
	engine->control = control_new(engine->base, &engine->control_service, 0);
	engine->spool = spool_new(engine->base, &engine->intake, 0);
	engine->readiness = readiness_new(engine->base);
	engine->loader = loader_new(engine->base, file, engine_on_loaded, engine);
	return engine->loader != NULL && add_signals(engine) && add_tick(engine);
}

struct engine *
engine_new(const char *file, const char *publisher_program)
{
	struct engine *engine = xcalloc(1, sizeof(*engine));

	engine->started = instant_now();
	engine->intake = (struct intake){intake_on_submit, intake_on_wait, engine};
	engine->control_upward = (struct control_upward){
		engine_on_facts, engine_on_reload, engine_on_forget, engine};
	engine->config_file = xstrdup(file);
	engine->control_service =
		(struct control_service){control_verbs, &engine->control_context};
	engine->publisher_program = xstrdup(publisher_program);
	if (!make_parts(engine, file)) {
		log_error("cannot start: %s", strerror(errno));
		engine_free(engine);
		return NULL;
	}
	return engine;
}

void
engine_free(struct engine *engine)
{
	if (engine == NULL)
		return;
	loader_free(engine->loader);
	control_free(engine->control);
	control_events_free(engine->control_events);
	spool_free(engine->spool);
	readiness_free(engine->readiness);
	publisher_free(engine->publisher);
	if (engine->checks != NULL)
		checks_stop(engine->checks);
	runner_free(engine->runner);
	prober_free(engine->prober);
	tester_free(engine->tester);
	checks_free(engine->checks);
	workers_free(engine->workers);
	eventlog_free(engine->log);
	store_free(engine->store);
	feed_free(engine->feed);
	spawner_free(engine->spawner);
	for (size_t i = 0; i < ENGINE_SIGNAL_COUNT; i++) {
		if (engine->signals[i] != NULL)
			event_free(engine->signals[i]);
	}
	if (engine->tick != NULL)
		event_free(engine->tick);
	if (engine->base != NULL)
		event_base_free(engine->base);
	free(engine->store_path);
	free(engine->config_file);
	free(engine->publisher_program);
	free(engine);
}

void
engine_run(struct engine *engine)
{
	readiness_ready(engine->readiness);
	while (!engine->is_stopping || !is_all_ended(engine)) {
		if (event_base_loop(engine->base, EVLOOP_ONCE) != 0 ||
			event_base_got_break(engine->base))
			break;
		if (engine->is_stopping && monotime_now().ns > engine->stop_deadline.ns)
			break;
	}
	log_notice("stopped");
}
