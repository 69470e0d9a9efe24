/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk that fails or hangs when a test wants it to: SQLite's own VFS with faults in
 * between, which every connection opened from then on goes through.
 */
#ifndef TESTS_STORE_VFS_H
#define TESTS_STORE_VFS_H

#include <sqlite3.h>

/* Makes it the default; for a group's set up. */
int store_vfs_install(void **state);

/* From now on each write and sync answers with this code; SQLITE_OK: they work again. */
void store_vfs_fail(int code);

/* From now on each sync hangs, until it is let go. */
void store_vfs_hang(void);
void store_vfs_let_go(void);

#endif
