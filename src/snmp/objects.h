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
#include "objects_index.h"
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
