/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A database that cannot be used is moved aside, with its -wal and its -shm, and never
 * deleted.
 */
#ifndef ENGINE_STORE_ASIDE_H
#define ENGINE_STORE_ASIDE_H

#include <stdint.h>

/*
 * Renames PATH to PATH.WORD-SECONDS, or of the first second after it that is free, in the
 * same folder. No connection to it may be open. Returns 0 with the new name, to be freed,
 * or NULL where there was nothing; or -errno.
 */
int store_aside_move(const char *path, const char *word, uint32_t seconds, char **ret_name);

#endif
