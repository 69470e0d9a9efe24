/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine: wires the schedule, the runs, the checks' states, the store and the publisher
 * together, and reacts to signals.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

struct config;
struct engine;
struct loaded;

/*
 * The file is named for reloads; publisher_program is the path of checkd-snmp. NULL, with
 * the reason logged, where the system refuses what it needs. Must be made after the
 * process has become a daemon, since it has threads.
 */
struct engine *engine_new(const char *file, const char *publisher_program);
void engine_free(struct engine *engine);

/*
 * Opens the store and takes what it has; to be called once, before engine_apply. Returns 0,
 * or negative with a line for people, to be freed, where checkd must not go on.
 */
int engine_open_store(struct engine *engine, const struct config *config, char **ret_reason);

/* Takes a valid load, and into use what it brought. */
void engine_apply(struct engine *engine, struct loaded *loaded);

/* Runs until it is stopped by SIGTERM or SIGINT and all that it started has ended. */
void engine_run(struct engine *engine);

#endif
