/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the engine's wiring share: its parts, and what one file calls of
 * another.
 */
#ifndef ENGINE_ENGINE_PARTS_H
#define ENGINE_ENGINE_PARTS_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "check.h"
#include "clock.h"
#include "control.h"
#include "control_verbs.h"
#include "engine.h"
#include "feed.h"
#include "intake.h"
#include "store.h"

#define ENGINE_SIGNAL_COUNT 3

struct engine {
	struct event_base *base;
	struct spawner *spawner;
	struct runner *runner;
	struct prober *prober;
	struct workers *workers;
	struct tester *tester;
	struct feed *feed;
	struct publisher *publisher;
	struct eventlog *log;
	struct checks *checks;
	struct store *store;
	char *store_path;
	char *config_file;
	struct store_figures figures; /* those that may be shown */
	uint64_t master_losses;
	uint64_t lived_before_s; /* in former lives */
	unsigned ticks;
	unsigned settling; /* ticks until what a configuration took meanwhile is given back */
	struct loader *loader;
	struct intake intake;
	struct control_context control_context;
	struct control_upward control_upward;
	struct control_events *control_events;
	struct control_reload *reloads; /* those who wait for one */
	struct control_service control_service;
	struct control *control;
	struct spool *spool;
	struct readiness *readiness; /* NULL: nobody is told */
	struct event *signals[ENGINE_SIGNAL_COUNT];
	struct event *tick;
	char *publisher_program;
	struct instant started;
	unsigned generation;
	struct walltime config_loaded;
	char config_result[CHECK_OUTPUT_MAX + 1];
	bool is_reload_rejected; /* the last one */
	bool is_stopping;
	bool is_storing_last; /* the store was told to stop */
	bool is_store_stopped;
	struct monotime stop_deadline;
};

/*
 * So many seconds after a configuration came into use all is stored that came with it: of
 * 100,000 checks the copies take more than a tenth of what they themselves do.
 */
#define ENGINE_SETTLING_S 30

/* What the feed asks for; the argument is the engine. */
extern const struct feed_callbacks engine_feed_callbacks;

/* The verbs' callbacks. */
void engine_on_facts(void *arg, struct control_facts *ret_facts);
int engine_on_reload(void *arg, struct control_reload *reload);
void engine_on_forget(void *arg, struct control_reload *reload);

/* Fills in the figures as they are now. */
void engine_read_figures(const struct engine *engine, struct store_figures *ret_figures);

/* Tells the service manager how it goes; to be called every second, and after a reload. */
void engine_tell_status(const struct engine *engine);
/* Begins a reload. Returns 0, or -errno, which it has logged. */
int engine_reload(struct engine *engine);

/* The loader's callback: takes a configuration into use, or tells why not. */
void engine_on_loaded(void *arg, struct loaded *loaded);

#endif
