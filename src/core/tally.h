/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many checks are in which state: of all checks, or of a group. Those that are disabled
 * are in none.
 */
#ifndef CORE_TALLY_H
#define CORE_TALLY_H

#include <stddef.h>

#include "check.h"
#include "wire.h"

/* All zero at first. */
struct tally {
	size_t states[CHECK_STATE_CRITICAL + 1];
	size_t stale; /* is not counted by these functions */
};

void tally_add(struct tally *tally, const struct wire_row *row);
void tally_remove(struct tally *tally, const struct wire_row *row);

/* All of them. */
size_t tally_size(const struct tally *tally);

/* The worst state that occurs; pending where there is none. */
enum check_state tally_worst_state(const struct tally *tally);

#endif
