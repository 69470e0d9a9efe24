/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the canonical form says of keys: each that differs from its built-in default, in the
 * order of the table of keys, whatever form it is then given.
 */
#ifndef ENGINE_CONFIG_SAY_H
#define ENGINE_CONFIG_SAY_H

#include <stdint.h>

#include "codes.h"
#include "config_keys.h"
#include "definition.h"

/* Who is told; lists are NULL-terminated, those of a map are of "NAME=value". */
struct config_listener {
	void (*number)(void *arg, const struct config_key *key, int64_t number);
	void (*text)(void *arg, const char *name, const char *text);
	void (*list)(void *arg, const char *name, char *const *list);
	void (*map)(void *arg, const char *name, char *const *pairs);
	void *arg;
};

/* Of one key of a section that is no check; standard has every default. */
void config_say_key(const struct config_listener *listener, const struct config_key *key,
	void *fields, void *standard);

/* The rules of a map of codes, as codes_new reads them. */
void config_say_rules(
	const struct config_listener *listener, const char *name, const struct codes *codes);

/* A definition with every default, to compare checks with; the caller unrefs it. */
struct definition *config_say_standard(void);

void config_say_check(const struct config_listener *listener, struct definition *definition,
	struct definition *standard);

/* The standard is one that config_workers_fill has filled. */
void config_say_worker(const struct config_listener *listener, struct worker_definition *worker,
	struct worker_definition *standard);

#endif
