/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A configuration taken into use by all parts, or rejected.
 */
#include "engine_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <utlist.h>

#include "checks.h"
#include "config.h"
#include "eventlog.h"
#include "loader.h"
#include "log.h"
#include "publisher.h"
#include "readiness.h"
#include "runner.h"
#include "spool.h"
#include "tester.h"
#include "text.h"
#include "util.h"
#include "workers.h"

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
		.busy_poll_us = snmp->busy_poll_us,
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

static void
apply(struct engine *engine, const struct loaded *loaded)
{
	const struct config *config = loaded->config;

	engine->generation++;
	engine->config_loaded = instant_now().wall;
	runner_set_output_limit(engine->runner, config->limits.output);
	eventlog_set_limits(engine->log, config->limits.history, config->limits.backlog);
	examine_store(engine, config);

	tester_stop_worked(engine->tester);
	workers_apply(engine->workers, config->workers, config->worker_count);
	struct checks_changes changes = checks_apply(engine->checks, config);
	workers_retire(engine->workers);

	snprintf(engine->config_result, sizeof(engine->config_result),
		"ok: %zu checks (%zu added, %zu changed, %zu removed)", config->check_count,
		changes.added, changes.changed, changes.removed);
	engine->is_reload_rejected = false;
	apply_snmp(engine, loaded);
	apply_control(engine, config);
	spool_set(engine->spool, config->spool);
	log_notice("configuration %u: %s", engine->generation, engine->config_result);
	feed_notify(engine->feed); /* who has reloaded looks at once */
}

void
engine_apply(struct engine *engine, struct loaded *loaded)
{
	apply(engine, loaded);
	loader_discard(engine->loader, loaded);
}

int
engine_reload(struct engine *engine)
{
	int error;

	if (engine->is_stopping)
		return -ESHUTDOWN;
	log_notice("reloading");
	readiness_reloading(engine->readiness);
	error = loader_start(engine->loader);
	if (error < 0) {
		log_error("cannot reload: %s", strerror(-error));
		readiness_ready(engine->readiness);
	}
	return error;
}

int
engine_on_reload(void *arg, struct control_reload *reload)
{
	struct engine *engine = arg;
	int error = engine_reload(engine);

	if (error == 0)
		DL_APPEND(engine->reloads, reload);
	return error;
}

void
engine_on_forget(void *arg, struct control_reload *reload)
{
	DL_DELETE(((struct engine *)arg)->reloads, reload);
}

/* A load is of the last moment at which one was asked for, so it is for all who wait. */
static void
tell_reloaded(struct engine *engine, const struct loaded *loaded)
{
	const struct control_reloaded reloaded = {
		.is_taken = loaded->config != NULL && !engine->is_stopping,
		.generation = engine->generation,
		.result = engine->is_stopping ? "checkd is stopping" : engine->config_result,
		.report = &loaded->report,
	};
	struct control_reload *reload;

	while ((reload = engine->reloads) != NULL) {
		DL_DELETE(engine->reloads, reload);
		reload->told(reload->arg, &reloaded);
	}
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
	engine->is_reload_rejected = true;
	log_error("reload %s", engine->config_result);
}

static void
take(struct engine *engine, const struct loaded *loaded)
{
	log_report(&loaded->report);
	if (loaded->config != NULL)
		apply(engine, loaded);
	else
		reject(engine, &loaded->report);
	engine_tell_status(engine);
	readiness_ready(engine->readiness);
}

void
engine_on_loaded(void *arg, struct loaded *loaded)
{
	struct engine *engine = arg;

	if (!engine->is_stopping)
		take(engine, loaded);
	tell_reloaded(engine, loaded);
	loader_discard(engine->loader, loaded);
}
