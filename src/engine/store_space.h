/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disk space that is taken from the start, so that commits go on when the disk is full: of
 * the database, of its WAL (which is then used over and over) and of its -shm.
 */
#ifndef ENGINE_STORE_SPACE_H
#define ENGINE_STORE_SPACE_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

/* How much a database needs that has so many octets in use and is to take so many events. */
int store_space_chunk(uint64_t used, size_t event_count);

/*
 * Makes a fresh connection keep the database's file at multiples of the chunk; to be
 * called before anything is written.
 */
void store_space_keep(sqlite3 *sqlite, int chunk);

/*
 * Takes the space, in a database in WAL mode that was written to. Returns 0 or -errno;
 * *ret_fd holds a part of it and must not be closed before the connection is: locks of
 * fcntl(2) on that file would go with it. -1: none.
 */
int store_space_take(sqlite3 *sqlite, int chunk, int *ret_fd);

#endif
