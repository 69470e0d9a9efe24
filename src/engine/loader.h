/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loading the configuration, with all that it needs from files and from the name service:
 * at start by the caller itself, for a reload on a thread of its own.
 */
#ifndef ENGINE_LOADER_H
#define ENGINE_LOADER_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "identity.h"

struct loader;

/* What a load brought; whoever is given it frees it. */
struct loaded {
	struct config *config; /* NULL where the report has errors */
	struct config_report report;
	struct identity *publisher_user; /* whom checkd-snmp runs as; NULL: as checkd does */
	uint64_t snmp_config_version;    /* another one where that file is another; 0: none */
};

/* Reads the file at once. */
struct loaded *loaded_new(const char *file);
void loaded_free(struct loaded *loaded); /* NULL is fine */

/* Called from the loop; the load is the callee's. */
typedef void (*loader_done_fn)(void *arg, struct loaded *loaded);

/* NULL with errno where no descriptor can be had. The file's name is copied. */
struct loader *loader_new(
	struct event_base *base, const char *file, loader_done_fn done, void *arg);

/* Waits for a load in progress, and for what is being discarded. */
void loader_free(struct loader *loader);

/*
 * Takes a load that is in use from now on: what the next one brings is compared with it. That
 * which was in use before is discarded.
 */
void loader_keep(struct loader *loader, struct loaded *loaded);

/*
 * Takes a load that is not needed any more. It is freed on a thread, since of 100,000 checks
 * that takes so long that runs would be late; what they took is given back to the system.
 */
void loader_discard(struct loader *loader, struct loaded *loaded);

/* Begins a load; one more follows where one is in progress. Returns 0, or -errno. */
int loader_start(struct loader *loader);

#endif
