/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store opened, and what it says passed on to those whose things it keeps.
 */
#include "engine_parts.h"

#include "checks.h"
#include "config.h"
#include "eventlog.h"
#include "util.h"

void
engine_read_figures(const struct engine *engine, struct store_figures *ret_figures)
{
	int64_t lived_ms = boottime_now().ms - engine->started.boot.ms;

	eventlog_figures(engine->log, ret_figures);
	ret_figures->master_losses = engine->master_losses;
	ret_figures->lived_s = engine->lived_before_s + (uint64_t)(lived_ms / 1000);
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
	engine_read_figures(arg, ret_figures);
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
store_on_order_stored(void *arg, struct order *order)
{
	checks_order_stored(((struct engine *)arg)->checks, order);
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
		.order_stored = store_on_order_stored,
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
