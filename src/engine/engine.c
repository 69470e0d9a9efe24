/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wiring only: configuration -> checks -> feed -> publisher. What the parts do, they do
 * themselves.
 */
#include "engine.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "checks.h"
#include "config.h"
#include "daemon.h"
#include "feed.h"
#include "loader.h"
#include "log.h"
#include "publisher.h"
#include "readiness.h"
#include "runner.h"
#include "spawner.h"
#include "text.h"
#include "util.h"

#define STOP_PATIENCE_S 15 /* what ends may take; then it is killed */

#define SIGNAL_COUNT    4

struct engine {
	struct event_base *base;
	struct spawner *spawner;
	struct runner *runner;
	struct feed *feed;
	struct publisher *publisher;
	struct checks *checks;
	struct loader *loader;
	struct event *signals[SIGNAL_COUNT];
	struct event *tick;
	char *publisher_program;
	struct instant started;
	unsigned generation;
	struct walltime config_loaded;
	char config_result[CHECK_OUTPUT_MAX + 1];
	bool is_stopping;
	struct monotime stop_deadline;
};

static void
feed_on_row(void *arg, const struct publication *publication, struct wire_row *ret_row)
{
	(void)arg;
	checks_row(publication, ret_row);
}

static void
feed_on_summary(void *arg, struct wire_summary *ret_summary)
{
	struct engine *engine = arg;

	*ret_summary = (struct wire_summary){
		.start_epoch = engine->started.wall.s,
		.start_boot_ms = engine->started.boot.ms,
		.config_loaded_epoch = engine->config_loaded.s,
		.config_generation = engine->generation,
		.config_result = engine->config_result,
	};
	checks_summarize(engine->checks, ret_summary);
}

static void
apply_snmp(struct engine *engine, const struct loaded *loaded)
{
	const struct config_snmp *snmp = &loaded->config->snmp;
	struct publisher_settings settings = {
		.program = engine->publisher_program,
		.version = CHECKD_VERSION,
		.master = snmp->master,
		.is_ascii = snmp->is_ascii,
		.notify_rate = snmp->notify_rate,
		.identity = loaded->publisher_user,
	};

	publisher_set(engine->publisher, &settings);
}

void
engine_apply(struct engine *engine, struct loaded *loaded)
{
	const struct config *config = loaded->config;

	engine->generation++;
	engine->config_loaded = instant_now().wall;
	runner_set_output_limit(engine->runner, config->limits.output);
	feed_set_backlog(engine->feed, config->limits.backlog);

	struct checks_changes changes = checks_apply(engine->checks, config);

	snprintf(engine->config_result, sizeof(engine->config_result),
		"ok: %zu checks (%zu added, %zu changed, %zu removed)", config->check_count,
		changes.added, changes.changed, changes.removed);
	apply_snmp(engine, loaded);
	log_notice("configuration %u: %s", engine->generation, engine->config_result);
}

static void
log_report(const struct config_report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		if (report->problems[i].severity == CONFIG_ERROR)
			log_error("%s", report->problems[i].text);
		else
			log_warning("%s", report->problems[i].text);
	}
}

/* The running configuration stays; the first error is told where an operator looks. */
static void
reject(struct engine *engine, const struct config_report *report)
{
	char result[CHECK_OUTPUT_MAX * 4];
	const char *first = "";

	for (size_t i = 0; i < report->count && *first == '\0'; i++) {
		if (report->problems[i].severity == CONFIG_ERROR)
			first = report->problems[i].text;
	}
	snprintf(result, sizeof(result), "failed, nothing changed: %zu errors, the first: %s",
		report->error_count, first);
	text_clean(
		result, strlen(result), engine->config_result, sizeof(engine->config_result));
	log_error("reload %s", engine->config_result);
}

static void
loader_on_done(void *arg, struct loaded *loaded)
{
	struct engine *engine = arg;

	if (!engine->is_stopping) {
		log_report(&loaded->report);
		if (loaded->config != NULL)
			engine_apply(engine, loaded);
		else
			reject(engine, &loaded->report);
	}
	readiness_started();
	loaded_free(loaded);
}

static bool
is_all_ended(const struct engine *engine)
{
	return runner_count(engine->runner) == 0 && publisher_is_stopped(engine->publisher);
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
	readiness_stopping();
	engine->is_stopping = true;
	engine->stop_deadline.ns = monotime_now().ns + STOP_PATIENCE_S * NS_PER_S;
	if (feed_pending(engine->feed) > 0)
		log_warning("%zu notifications were not taken by the master and end here",
			feed_pending(engine->feed));
	publisher_stop(engine->publisher);
	checks_remove_all(engine->checks);
}

static void
reload(struct engine *engine)
{
	int error;

	if (engine->is_stopping)
		return;
	log_notice("reloading");
	readiness_reloading();
	error = loader_start(engine->loader);
	if (error < 0) {
		log_error("cannot reload: %s", strerror(-error));
		readiness_started();
	}
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
		reload(engine);
		break;
	case SIGCHLD:
		runner_reap_strangers(engine->runner, publisher_pid(engine->publisher));
		break;
	}
}

static void
engine_on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct engine *engine = arg;

	(void)fd;
	(void)what;
	readiness_alive();
	publisher_watch(engine->publisher);
	feed_beat(engine->feed);
}

static bool
add_signals(struct engine *engine)
{
	static const int numbers[SIGNAL_COUNT] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};

	for (size_t i = 0; i < SIGNAL_COUNT; i++) {
		engine->signals[i] =
			evsignal_new(engine->base, numbers[i], engine_on_signal, engine);
		if (engine->signals[i] == NULL || event_add(engine->signals[i], NULL) < 0)
			return false;
	}
	return signal(SIGPIPE, SIG_IGN) != SIG_ERR;
}

static bool
add_tick(struct engine *engine)
{
	static const struct timeval second = {.tv_sec = 1};

	engine->tick = event_new(engine->base, -1, EV_PERSIST, engine_on_tick, engine);
	return engine->tick != NULL && event_add(engine->tick, &second) == 0;
}

/* Timers of a microsecond's precision, each set by the clock and not by the loop's turn. */
static struct event_base *
new_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	if (config == NULL)
		return NULL;
	event_config_set_flag(
		config, EVENT_BASE_FLAG_PRECISE_TIMER | EVENT_BASE_FLAG_NO_CACHE_TIME);
	base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

static bool
make_parts(struct engine *engine, const char *file)
{
	static const struct feed_callbacks feed_callbacks = {
		.row = feed_on_row,
		.summary = feed_on_summary,
	};

	engine->base = new_base();
	if (engine->base == NULL)
		return false;
	engine->spawner = spawner_new(engine->base);
	if (engine->spawner == NULL)
		return false;
	daemon_raise_file_limit(); /* after the spawner has seen what its children are due */
	engine->runner = runner_new(engine->base, engine->spawner, 1);
	if (engine->runner == NULL)
		return false;
	engine->feed = feed_new(engine->base, &feed_callbacks, engine);
	engine->checks = checks_new(engine->base, engine->runner, engine->feed);
	engine->publisher = publisher_new(engine->base, engine->spawner, engine->feed);
	engine->loader = loader_new(engine->base, file, loader_on_done, engine);
	return engine->loader != NULL && add_signals(engine) && add_tick(engine);
}

struct engine *
engine_new(const char *file, const char *publisher_program)
{
	struct engine *engine = xcalloc(1, sizeof(*engine));

	engine->started = instant_now();
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
	publisher_free(engine->publisher);
	if (engine->checks != NULL)
		checks_remove_all(engine->checks);
	runner_free(engine->runner);
	checks_free(engine->checks);
	feed_free(engine->feed);
	spawner_free(engine->spawner);
	for (size_t i = 0; i < SIGNAL_COUNT; i++) {
		if (engine->signals[i] != NULL)
			event_free(engine->signals[i]);
	}
	if (engine->tick != NULL)
		event_free(engine->tick);
	if (engine->base != NULL)
		event_base_free(engine->base);
	free(engine->publisher_program);
	free(engine);
}

void
engine_run(struct engine *engine)
{
	readiness_started();
	while (!engine->is_stopping || !is_all_ended(engine)) {
		if (event_base_loop(engine->base, EVLOOP_ONCE) != 0 ||
			event_base_got_break(engine->base))
			break;
		if (engine->is_stopping && monotime_now().ns > engine->stop_deadline.ns)
			break;
	}
	log_notice("stopped");
}
