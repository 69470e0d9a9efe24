/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page: some of the checks, and the text that tells their state, a JSON object with a
 * member for each of them. CHECKD-MIB, checkPageText, says what is in it.
 */
#ifndef SNMP_PAGE_H
#define SNMP_PAGE_H

#include <stddef.h>
#include <stdint.h>

#include "clock.h"
#include "wire.h"

/* A row of checkPageTable. */
struct page {
	uint32_t index;
	size_t count;
	size_t weight; /* octets that the text has at most, its braces aside */
	const struct wire_row **checks;
	size_t capacity;
};

void page_deinit(struct page *page);

/* Rows are borrowed until they are removed. A row that is removed must be on the page. */
void page_add(struct page *page, const struct wire_row *check);
void page_remove(struct page *page, const struct wire_row *check);

/* The octets of a page of that weight, with a NUL. */
size_t page_text_size(size_t weight);

/* Writes the text to buf[page_text_size(page->weight)]. */
void page_write(const struct page *page, struct boottime now, char *buf);

/* What a check of this name adds to a page's weight, whatever its values are. */
size_t page_weight_of(const char *name);

#endif
