/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kinds of index the objects of CHECKD-MIB have: a driver for the scalars and one for
 * each table.
 */
#ifndef SNMP_OBJECTS_INDEX_H
#define SNMP_OBJECTS_INDEX_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <stdbool.h>
#include <stddef.h>

#include "mib.h"

struct objects_content;

/*
 * How the instances of a scalar or of a table's columns are found by their index, which is
 * what follows the object in an OID. A row is whatever the object's values are read from.
 */
struct objects_index {
	/* The row of this index, or NULL. */
	const void *(*find)(
		const struct objects_content *content, const oid *index, size_t len);
	/*
	 * The first row whose index comes after this one, or is equal to it where
	 * is_inclusive; NULL behind the last one. No index at all comes before every row.
	 */
	const void *(*next)(const struct objects_content *content, const oid *index, size_t len,
		bool is_inclusive);
	/* Appends the row's index. */
	void (*name)(const void *row, struct mib_name *name);
};

/* In brackets what their rows are. */
extern const struct objects_index objects_index_scalar; /* struct wire_summary */
extern const struct objects_index objects_index_check;  /* struct wire_row */
extern const struct objects_index objects_index_group;  /* struct groups_row */
extern const struct objects_index objects_index_metric; /* struct metrics_row */
extern const struct objects_index objects_index_event;  /* struct events_row */
extern const struct objects_index objects_index_page;   /* struct page */

#endif
