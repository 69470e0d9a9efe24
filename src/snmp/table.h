/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What CHECKD-MIB shows: its scalars and the columns of its tables, found by OID and walked
 * in the order of their OIDs. Knows no protocol; a look-up is O(log rows).
 */
#ifndef SNMP_TABLE_H
#define SNMP_TABLE_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <stdbool.h>
#include <stddef.h>

#include "clock.h"
#include "events.h"
#include "mib.h"
#include "rows.h"
#include "value.h"
#include "wire.h"

struct table;

enum table_result {
	TABLE_FOUND,
	TABLE_NO_OBJECT,   /* nothing of that kind: noSuchObject */
	TABLE_NO_INSTANCE, /* an object, but not this one: noSuchInstance */
};

struct table *table_new(const char *version); /* borrowed */
void table_free(struct table *table);

/* The rows of checkTable and of checkEventTable, to be changed. They are the table's. */
struct rows *table_rows(struct table *table);
struct events *table_events(struct table *table);

/* Takes the strings; *summary is empty then. */
void table_set_summary(struct table *table, struct wire_summary *summary);

/* Reads one instance. Its text is borrowed until the next one, or a change. */
enum table_result table_get(struct table *table, const oid *name, size_t len,
	struct boottime now, struct value *ret_value);

/*
 * Finds and reads the first instance after name, or name itself where is_inclusive and
 * it exists. Returns false behind the last one.
 */
bool table_get_next(struct table *table, const oid *name, size_t len, bool is_inclusive,
	struct boottime now, struct mib_name *ret_name, struct value *ret_value);

#endif
