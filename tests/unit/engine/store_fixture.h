/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of the store share: a folder, a loop with deadlines, some checks that are
 * kept, and what the callbacks said. Real SQLite, real files.
 */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <event2/event.h>
#include <sqlite3.h>

#include "store.h"

/* What no condition may exceed, on a slow and busy machine under a sanitizer. */
#define DEADLINE_MS 30000

#define KEPT_MAX    8

/* A check that is kept. The storable comes first. */
struct kept {
	struct storable storable;
	struct check check;
	char name[64];
	uint64_t last_event;
	unsigned snapshot_count;
	unsigned stored_count;
	uint64_t stored_runs; /* of the copy that was stored last */
};

struct store_fixture {
	struct event_base *base;
	char folder[64];
	char path[96];
	struct store_settings settings;
	struct store *store; /* NULL: it is not open */
	struct store_content content;
	struct store_figures figures;
	struct kept kept[KEPT_MAX];
	size_t kept_count;

	/* What the callbacks said. */
	unsigned event_count;
	uint64_t stored_event;
	unsigned delivery_count;
	uint64_t delivery_number;
	enum check_delivery delivery;
	unsigned figures_count;
	unsigned status_count;
	bool was_behind, was_failed;
	unsigned emptied_count;
	uint32_t emptied_epoch;
	bool is_stopped;
	bool are_checks_first;      /* no check was stored after an event of its batch */
	struct storable *to_deinit; /* when the next check is stored */
};

/* For cmocka: *state is a struct store_fixture, without an open store. */
int store_fixture_set_up(void **state);
int store_fixture_tear_down(void **state);

/* Opens it; the answer of store_open, and its reason. The content is the fixture's. */
int store_fixture_try(struct store_fixture *fixture, char **ret_reason);
void store_fixture_open(struct store_fixture *fixture);

/* Ends it as a kill would, or cleanly; both forget the kept checks. */
void store_fixture_kill(struct store_fixture *fixture);
void store_fixture_stop(struct store_fixture *fixture);

/* A check that has run so many times; changed and urgent. */
struct kept *store_fixture_keep(struct store_fixture *fixture, const char *name, uint64_t runs);
void store_fixture_run(struct kept *kept, uint64_t runs);

/* An event of this number, of a check of this name. */
void store_fixture_add_event(struct store_fixture *fixture, uint64_t number, const char *name);

/* Runs the loop until the condition holds; fails at the deadline. */
void store_fixture_wait(
	struct store_fixture *fixture, bool (*condition)(struct store_fixture *fixture));

/* Until all that was changed so far is stored. */
void store_fixture_flush(struct store_fixture *fixture);
void store_fixture_wait_stored(struct store_fixture *fixture, struct kept *kept);
void store_fixture_wait_status(struct store_fixture *fixture, enum wire_store_status status);

/* What was read at the opening. */
const struct store_check *store_fixture_loaded(
	const struct store_fixture *fixture, const char *name);

/* A number by SQL, from a connection of its own; and statements. */
int64_t store_fixture_number(const struct store_fixture *fixture, const char *sql);
void store_fixture_exec(const struct store_fixture *fixture, const char *sql);
sqlite3 *store_fixture_connect(const struct store_fixture *fixture);

/* How many databases of the folder have this in their name, and the first of them. */
size_t store_fixture_count_files(
	const struct store_fixture *fixture, const char *part, char *buf, size_t size);

#endif
