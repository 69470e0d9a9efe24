/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing a batch: one transaction.
 */
#ifndef ENGINE_STORE_WRITE_H
#define ENGINE_STORE_WRITE_H

#include "clock.h"
#include "store_database.h"
#include "store_gather.h"

/*
 * All of it or nothing. It connects first where it must, and leaves the connection closed
 * where that helps the next try. After the last batch the database is marked as ended
 * cleanly, checkpointed and closed.
 */
enum store_outcome store_write(
	struct store_database *database, struct store_batch *batch, struct walltime now);

#endif
