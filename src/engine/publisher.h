/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process of checkd-snmp: started, connected to the feed, watched, killed and replaced
 * when it dies or stops answering, with a growing pause so that no storm comes of it.
 */
#ifndef ENGINE_PUBLISHER_H
#define ENGINE_PUBLISHER_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "clock.h"
#include "identity.h"

struct feed;
struct publisher;
struct spawner;

/* Strings and groups are copied. */
struct publisher_settings {
	const char *program; /* path of checkd-snmp */
	const char *version;
	bool is_standalone;
	const char *master;
	const char *listen;         /* addresses, separated by commas */
	const char *config;         /* "": none */
	uint64_t config_version;    /* of that file's content */
	const char *persistent_dir; /* is made where it is not there */
	bool is_ascii;
	unsigned notify_rate;
	unsigned busy_poll_us;           /* see wire.h */
	const struct identity *identity; /* whom it runs as; NULL: as checkd does */
};

/* Called when the subtree was served and no longer is, other than after publisher_stop. */
typedef void (*publisher_lost_fn)(void *arg);

/* Spawner and feed are borrowed. It starts with the first publisher_set. */
struct publisher *publisher_new(struct event_base *base, struct spawner *spawner,
	struct feed *feed, publisher_lost_fn lost, void *arg);

/* Kills and reaps what still runs. */
void publisher_free(struct publisher *publisher);

/*
 * Starts checkd-snmp, or replaces it where these settings are others. One that waits to be
 * started anew does not wait any longer.
 */
void publisher_set(struct publisher *publisher, const struct publisher_settings *settings);

/* To be called every second: looks whether it still answers. */
void publisher_watch(struct publisher *publisher);

/* Ends it for good; it closes its session with the master first. */
void publisher_stop(struct publisher *publisher);
bool publisher_is_stopped(const struct publisher *publisher);

/* Since when the subtree is served; 0 where it is not. */
struct walltime publisher_serving_since(const struct publisher *publisher);

/* As publisher_set had it: the master, or the addresses where it is an agent of its own. */
bool publisher_is_standalone(const struct publisher *publisher);
const char *publisher_address(const struct publisher *publisher);

/* The process, or 0. */
pid_t publisher_pid(const struct publisher *publisher);

#endif
