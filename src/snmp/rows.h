/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The publisher's copy of the rows of checkTable: found by name, walked in the order of
 * their index (a name's length, then its octets), counted by state, in all and by group;
 * their metrics; and the pages that they are on.
 */
#ifndef SNMP_ROWS_H
#define SNMP_ROWS_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <stdbool.h>
#include <stddef.h>

#include "clock.h"
#include "groups.h"
#include "metrics.h"
#include "pages.h"
#include "tally.h"
#include "wire.h"

struct rows;

struct rows *rows_new(void);
void rows_free(struct rows *rows);

/*
 * Adds a row or replaces the one of its name. Takes the strings; *row is empty then.
 */
void rows_put(struct rows *rows, struct wire_row *row);
void rows_remove(struct rows *rows, const char *name);

/*
 * The row of a name of len octets, or NULL. What the readers return is borrowed until
 * the next rows_put or rows_remove.
 */
const struct wire_row *rows_find(const struct rows *rows, const char *name, size_t len);

/*
 * The first row whose index comes after the given sub-identifiers, or is equal to them
 * where is_inclusive; NULL behind the last one. No sub-identifiers at all come before
 * every row.
 */
const struct wire_row *rows_next(
	struct rows *rows, const oid *index, size_t len, bool is_inclusive);

/* All rows; then how many are in which state. */
size_t rows_count(const struct rows *rows);
const struct tally *rows_tally(const struct rows *rows);

/* To be read. They are the rows'. */
struct groups *rows_groups(const struct rows *rows);
struct metrics *rows_metrics(const struct rows *rows);
struct pages *rows_pages(const struct rows *rows);

/*
 * Counts the rows that are stale, in all and by group, where the last count is a second old:
 * this is the one count that takes a scan.
 */
void rows_count_stale(struct rows *rows, struct boottime now);

#endif
