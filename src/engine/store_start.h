/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening the store: what the database has, what the page of the life before says of it,
 * and what of both is to be believed.
 */
#ifndef ENGINE_STORE_START_H
#define ENGINE_STORE_START_H

#include <stdbool.h>

#include "clock.h"
#include "store.h"
#include "store_database.h"
#include "store_page.h"

struct store_start {
	struct store_database *database;
	struct store_page *page; /* NULL: it cannot be had */
	bool is_failed;          /* the database is not in use yet, as its problem says */
};

/* As store_open. */
int store_start(const struct store_settings *settings, const struct instant *now,
	struct store_start *ret_start, struct store_content *ret_content, char **ret_reason);

#endif
