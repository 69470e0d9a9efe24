/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The readable objects of CHECKD-MIB as one const table in the order of their OIDs, and
 * what their values are read from.
 */
#ifndef SNMP_OBJECTS_H
#define SNMP_OBJECTS_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "events.h"
#include "mib.h"
#include "rows.h"
#include "value.h"
#include "wire.h"

/* What is published. */
struct objects_content {
	struct rows *rows;
	struct events *events;
	struct wire_summary summary;
	const char *version;
};

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

struct object {
	oid arcs[MIB_ARCS_MAX]; /* below the root */
	size_t arc_count;
	const struct objects_index *index;
	uint8_t type;
	value_reader read;
	size_t offset; /* of the source's member in the row */
};

/* No object's arcs are the beginning of another's. */
extern const struct object objects[];
extern const size_t objects_count;

#endif
