/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash of texts that is the same on every host and in every version: phases and pages of
 * checks and keys of metrics hang on it.
 */
#ifndef CORE_HASH_H
#define CORE_HASH_H

#include <stdint.h>

/* What a hash begins with, that it goes on over a text, and its end. */
#define HASH_BEGIN UINT64_C(0xcbf29ce484222325)
uint64_t hash_text(uint64_t hash, const char *text);
uint64_t hash_end(uint64_t hash);

#endif
