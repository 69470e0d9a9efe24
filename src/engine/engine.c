/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wiring only: configuration -> checks -> store -> feed -> publisher. What the parts do,
 * they do themselves.
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
#include "control.h"
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
#include "spawner.h"
#include "spool.h"
#include "store.h"
#include "text.h"
#include "util.h"

#define STOP_PATIENCE_S 15 /* what ends may take; then it is killed */

#define FORGET_PERIOD_S 3600 /* between looks for checks to be forgotten */

#define SIGNAL_COUNT    4

struct engine {
	struct event_base *base;
	struct spawner *spawner;
	struct runner *runner;
	struct prober *prober;
	struct feed *feed;
	struct publisher *publisher;
	struct eventlog *log;
	struct checks *checks;
	struct store *store;
	char *store_path;
	struct store_figures figures; /* those that may be shown */
	uint64_t master_losses;
	uint64_t lived_before_s; /* in former lives */
	unsigned ticks;
	struct loader *loader;
	struct intake intake;
	struct control_context control_context;
	struct control_service control_service;
	struct control *control;
	struct spool *spool;
	struct event *signals[SIGNAL_COUNT];
	struct event *tick;
	char *publisher_program;
	struct instant started;
	unsigned generation;
	struct walltime config_loaded;
	char config_result[CHECK_OUTPUT_MAX + 1];
	bool is_stopping;
	bool is_storing_last; /* the store was told to stop */
	bool is_store_stopped;
	struct monotime stop_deadline;
};

static void
feed_on_fill(void *arg, const struct publication *publication, struct wire_message *ret_message)
{
	(void)arg;
	switch (publication->kind) {
	case FEED_ROW:
		ret_message->type = WIRE_ROW;
		checks_row(publication, &ret_message->row);
		break;
	case FEED_EVENT:
		eventlog_fill(publication, ret_message);
		break;
	case FEED_KINDS:
		abort();
	}
}

/* The figures as they are now. */
static void
read_figures(const struct engine *engine, struct store_figures *ret_figures)
{
	int64_t lived_ms = boottime_now().ms - engine->started.boot.ms;

	eventlog_figures(engine->log, ret_figures);
	ret_figures->master_losses = engine->master_losses;
	ret_figures->lived_s = engine->lived_before_s + (uint64_t)(lived_ms / 1000);
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
		.store_status = (uint8_t)store_status(engine->store),
		.master_since_epoch = publisher_serving_since(engine->publisher).s,
	};
	if (ret_summary->store_status == WIRE_STORE_FAILED)
		read_figures(engine, &engine->figures);
	ret_summary->master_losses = (uint32_t)engine->figures.master_losses;
	checks_summarize(engine->checks, ret_summary);
	eventlog_summarize(engine->log, &engine->figures, ret_summary);
}

static const struct check_event *
feed_on_next_notice(void *arg)
{
	return eventlog_next_notice(((struct engine *)arg)->log);
}

static void
feed_on_notice_sent(void *arg)
{
	eventlog_notice_sent(((struct engine *)arg)->log);
}

static bool
feed_on_acknowledged(void *arg, const struct wire_acknowledge *acknowledge)
{
	return eventlog_acknowledged(((struct engine *)arg)->log, acknowledge);
}

static void
feed_on_disconnected(void *arg)
{
	eventlog_disconnected(((struct engine *)arg)->log);
}

static struct store_check *
store_on_snapshot(void *arg, struct storable *storable)
{
	(void)arg;
	return checks_snapshot(storable);
}

static void
store_on_stored(void *arg, struct storable *storable, struct store_check *check)
{
	(void)arg;
	checks_stored(storable, check);
}

static void
store_on_figures(void *arg, struct store_figures *ret_figures)
{
	read_figures(arg, ret_figures);
}

static void
store_on_figures_stored(void *arg, const struct store_figures *figures)
{
	struct engine *engine = arg;

	/* In failure later ones are shown than those of the first batch that is written. */
	if (store_status(engine->store) != WIRE_STORE_FAILED)
		engine->figures = *figures;
}

static void
store_on_event_stored(void *arg, uint64_t number)
{
	eventlog_stored(((struct engine *)arg)->log, number);
}

static void
store_on_delivery_stored(void *arg, uint64_t number, enum check_delivery delivery)
{
	eventlog_stored_delivery(((struct engine *)arg)->log, number, delivery);
}

static void
store_on_status(void *arg, enum wire_store_status status)
{
	struct engine *engine = arg;

	if (status == WIRE_STORE_FAILED) {
		checks_show_all(engine->checks);
		eventlog_show_all(engine->log);
	}
	feed_beat(engine->feed);
}

static void
store_on_emptied(void *arg, uint32_t state_epoch)
{
	struct engine *engine = arg;

	eventlog_set_epoch(engine->log, state_epoch);
	eventlog_store_again(engine->log);
	checks_store_again(engine->checks);
}

static void
store_on_stopped(void *arg)
{
	((struct engine *)arg)->is_store_stopped = true;
}

static void
publisher_on_lost(void *arg)
{
	struct engine *engine = arg;

	engine->master_losses++;
	store_change_figures(engine->store);
}

int
engine_open_store(struct engine *engine, const struct config *config, char **ret_reason)
{
	static const struct store_callbacks callbacks = {
		.snapshot = store_on_snapshot,
		.stored = store_on_stored,
		.figures = store_on_figures,
		.figures_stored = store_on_figures_stored,
		.event_stored = store_on_event_stored,
		.delivery_stored = store_on_delivery_stored,
		.status = store_on_status,
		.emptied = store_on_emptied,
		.stopped = store_on_stopped,
	};
	struct store_settings settings = {
		.path = config->store.path,
		.is_full = config->store.is_full,
		.history = config->limits.history,
		.backlog = config->limits.backlog,
	};
	struct store_content content;
	int error = store_open(engine->base, &settings, &callbacks, engine, &engine->store,
		&content, ret_reason);

	if (error < 0)
		return error;
	engine->store_path = xstrdup(config->store.path);
	engine->figures = content.figures;
	engine->master_losses = content.figures.master_losses;
	engine->lived_before_s = content.figures.lived_s;
	eventlog_set_limits(engine->log, config->limits.history, config->limits.backlog);
	checks_restore(engine->checks, engine->store, &content);
	eventlog_restore(engine->log, engine->store, &content);
	store_content_deinit(&content);
	return 0;
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

/* Whether the database is where the configuration says; it is opened at start only. */
static void
examine_store(struct engine *engine, const struct config *config)
{
	if (strcmp(engine->store_path, config->store.path) != 0)
		log_warning("state: %s is taken into use when checkd is restarted; until then "
			    "it is %s",
			config->store.path, engine->store_path);
	store_set_durability(engine->store, config->store.is_full);
}

/* Beside the database: net-snmp's own memory, as of engineBoots. */
static char *
persistent_dir(const struct engine *engine)
{
	const char *slash = strrchr(engine->store_path, '/');

	return xasprintf("%.*s/snmp", (int)(slash - engine->store_path), engine->store_path);
}

static void
apply_snmp(struct engine *engine, const struct loaded *loaded)
{
	const struct config_snmp *snmp = &loaded->config->snmp;
	CLEANUP_FREE char *listen = strv_join(snmp->listen, ",");
	CLEANUP_FREE char *persistent = persistent_dir(engine);
	struct publisher_settings settings = {
		.program = engine->publisher_program,
		.version = CHECKD_VERSION,
		.is_standalone = snmp->is_standalone,
		.master = snmp->master,
		.listen = listen,
		.config = snmp->config != NULL ? snmp->config : "",
		.config_version = loaded->snmp_config_version,
		.persistent_dir = persistent,
		.is_ascii = snmp->is_ascii,
		.notify_rate = snmp->notify_rate,
		.identity = loaded->publisher_user,
	};

	publisher_set(engine->publisher, &settings);
}

static void
apply_control(struct engine *engine, const struct config *config)
{
	const struct control_settings settings = {
		.path = config->control.socket,
		.access = {.read_gid = config->control.gid,
			.submit_gid = config->control.submit_gid},
	};

	control_apply(engine->control, &settings);
}

void
engine_apply(struct engine *engine, struct loaded *loaded)
{
	const struct config *config = loaded->config;

	engine->generation++;
	engine->config_loaded = instant_now().wall;
	runner_set_output_limit(engine->runner, config->limits.output);
	eventlog_set_limits(engine->log, config->limits.history, config->limits.backlog);
	examine_store(engine, config);

	struct checks_changes changes = checks_apply(engine->checks, config);

	snprintf(engine->config_result, sizeof(engine->config_result),
		"ok: %zu checks (%zu added, %zu changed, %zu removed)", config->check_count,
		changes.added, changes.changed, changes.removed);
	apply_snmp(engine, loaded);
	apply_control(engine, config);
	spool_set(engine->spool, config->spool);
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
	readiness_stopping();
	engine->is_stopping = true;
	engine->stop_deadline.ns = monotime_now().ns + STOP_PATIENCE_S * NS_PER_S;
	control_stop(engine->control);
	spool_stop(engine->spool);
	publisher_stop(engine->publisher);
	checks_stop(engine->checks);
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
forget_removed(struct engine *engine)
{
	struct store_figures figures = {0};

	read_figures(engine, &figures);
	checks_forget_removed(engine->checks, figures.lived_s);
	store_change_figures(engine->store);
}

static void
engine_on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct engine *engine = arg;
	const struct instant now = instant_now();

	(void)fd;
	(void)what;
	readiness_alive();
	publisher_watch(engine->publisher);
	if (!engine->is_stopping)
		checks_tick(engine->checks, &now);
	feed_beat(engine->feed);
	if (engine->ticks++ % FORGET_PERIOD_S == 0)
		forget_removed(engine);
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
		.fill = feed_on_fill,
		.summary = feed_on_summary,
		.next_notice = feed_on_next_notice,
		.notice_sent = feed_on_notice_sent,
		.acknowledged = feed_on_acknowledged,
		.disconnected = feed_on_disconnected,
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
	engine->prober = prober_new(engine->base);
	if (engine->prober == NULL)
		return false;
	engine->feed = feed_new(engine->base, &feed_callbacks, engine);
	engine->log = eventlog_new(engine->feed);
	engine->checks = checks_new(
		engine->base, engine->runner, engine->prober, engine->feed, engine->log);
	engine->publisher = publisher_new(
		engine->base, engine->spawner, engine->feed, publisher_on_lost, engine);
	engine->control = control_new(engine->base, &engine->control_service, 0);
	engine->spool = spool_new(engine->base, &engine->intake, 0);
	engine->loader = loader_new(engine->base, file, loader_on_done, engine);
	return engine->loader != NULL && add_signals(engine) && add_tick(engine);
}

struct engine *
engine_new(const char *file, const char *publisher_program)
{
	struct engine *engine = xcalloc(1, sizeof(*engine));

	engine->started = instant_now();
	engine->intake = (struct intake){intake_on_submit, intake_on_wait, engine};
	engine->control_context.intake = &engine->intake;
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
	spool_free(engine->spool);
	publisher_free(engine->publisher);
	if (engine->checks != NULL)
		checks_stop(engine->checks);
	runner_free(engine->runner);
	prober_free(engine->prober);
	checks_free(engine->checks);
	eventlog_free(engine->log);
	store_free(engine->store);
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
	free(engine->store_path);
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
