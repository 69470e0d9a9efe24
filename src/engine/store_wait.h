/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who waits until what was gathered is on disk (store_when_stored): first for the batch that
 * takes it, then for that batch to be written, then for the loop to come round.
 */
#ifndef ENGINE_STORE_WAIT_H
#define ENGINE_STORE_WAIT_H

#include <event2/event.h>
#include <stdbool.h>

#include "store.h"

/* Where a wait stands; each is a list. */
enum store_wait_stage {
	STORE_WAIT_GATHERED, /* what it waits for is gathered */
	STORE_WAIT_WRITING,  /* it is in the batch that is with the writer */
	STORE_WAIT_DUE,      /* it is to be told */
	STORE_WAIT_STAGES,
};

struct store_waits {
	struct event *due_event;
	struct store_wait *lists[STORE_WAIT_STAGES];
};

void store_waits_init(struct store_waits *waits, struct event_base *base);

/* Nobody is told any more; what still waits is freed. */
void store_waits_deinit(struct store_waits *waits);

/* is_stored is what one that is due at once will be told. */
struct store_wait *store_waits_add(struct store_waits *waits, enum store_wait_stage stage,
	bool is_stored, store_wait_fn told, void *arg);

/* A batch was taken which has all that was gathered. */
void store_waits_taken(struct store_waits *waits);

/* The batch is written. */
void store_waits_written(struct store_waits *waits);

/* What is gathered or with the writer is not stored, as things are. */
void store_waits_fail(struct store_waits *waits);

/* Tells those that are due now; to be called from the loop. */
void store_waits_tell(struct store_waits *waits);

#endif
