/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which check is on which page. A hash of its name decides, so that a check stays where it
 * is while others come and go, restarts and configurations included; only where a page would
 * become too large to be read at once does it split, and become one again when it need not.
 * Which pages there are follows from the names alone.
 */
#ifndef SNMP_PAGES_H
#define SNMP_PAGES_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock.h"
#include "page.h"
#include "wire.h"

/* The hash modulo this is a check's page, until that splits. */
#define PAGES_BASE 64

/*
 * No page's text is longer, in octets, so that ten fit into a message, as many as net-snmp's
 * tools ask for in a GETBULK: what does not fit snmpd does not send at all.
 */
#define PAGES_TEXT_MAX 6400

struct pages;

struct pages *pages_new(void);
void pages_free(struct pages *pages);

/* Rows are borrowed until they are removed, and keep their names. */
void pages_add(struct pages *pages, const struct wire_row *check);
void pages_remove(struct pages *pages, const struct wire_row *check);

/* How many pages have checks on them; no other is found. */
size_t pages_count(const struct pages *pages);

/* The page that a check of this name is on. */
uint32_t pages_index_of(const struct pages *pages, const char *name);

/* As rows_find and rows_next, by the one sub-identifier of the index. */
const struct page *pages_find(const struct pages *pages, uint32_t index);
const struct page *pages_next(
	const struct pages *pages, const oid *index, size_t len, bool is_inclusive);

/* The text of a page as of now; it is the pages' until the next one. */
const char *pages_text(struct pages *pages, const struct page *page, struct boottime now);

#endif
