/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One page of shared memory that vouches for a life of checkd that was cut short: it
 * outlives a kill, but not the host, and no disk can keep it from being written. It says
 * whether anything was shown that is not in the database; see shm_overview(7).
 */
#ifndef ENGINE_STORE_PAGE_H
#define ENGINE_STORE_PAGE_H

#include <stdbool.h>
#include <stdint.h>

struct store_page;

/* What a page says. */
struct store_page_word {
	char instance[40];    /* of the database that it is about */
	uint32_t state_epoch; /* that was shown */
	uint64_t last_number; /* the greatest that may have been shown while it failed */
	bool is_unstored;     /* things are shown that the database does not have */
};

/*
 * Opens the page that belongs to a database's path and its lock's file, or makes it.
 * Returns 0, or -errno; what an earlier life left in it is in *ret_word where
 * *ret_is_found.
 */
int store_page_open(const char *path, int lock_fd, struct store_page **ret_page,
	struct store_page_word *ret_word, bool *ret_is_found);

void store_page_close(struct store_page *page);  /* leaves it; NULL is fine */
void store_page_remove(struct store_page *page); /* the life ended well; NULL is fine */

/* All of these take a NULL for a page that could not be had. */
void store_page_write(struct store_page *page, const struct store_page_word *word);
void store_page_set_epoch(struct store_page *page, uint32_t state_epoch);
void store_page_set_last_number(struct store_page *page, uint64_t number);
void store_page_set_unstored(struct store_page *page, bool is_unstored);

#endif
