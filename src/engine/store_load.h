/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading all that the database has, at start, and with it whether it can be believed.
 */
#ifndef ENGINE_STORE_LOAD_H
#define ENGINE_STORE_LOAD_H

#include "clock.h"
#include "store.h"
#include "store_database.h"

/*
 * Reads checks and events of a connected database whose row of meta was read. The times of
 * the checks become those of this boot; is_same_boot says that the host has not booted
 * since they were stored. The whole is examined first, which costs a fourth of the reading.
 * On failure the connection is closed and the content untouched.
 */
enum store_outcome store_load(struct store_database *database, const struct instant *now,
	bool is_same_boot, struct store_content *content);

#endif
