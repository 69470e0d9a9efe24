/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A subtree of a standalone agent: requests below a root OID are answered at once by what
 * its reader finds. Everything is read-only; access control is net-snmp's.
 */
#ifndef SNMP_SUBTREE_H
#define SNMP_SUBTREE_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <stdbool.h>
#include <stddef.h>

#include "mib.h"
#include "table.h"
#include "value.h"

struct subtree;

/* As table_get and table_get_next, see table.h. */
struct subtree_reader {
	enum table_result (*get)(
		void *arg, const oid *name, size_t len, struct value *ret_value);
	bool (*get_next)(void *arg, const oid *name, size_t len, bool is_inclusive,
		struct mib_name *ret_name, struct value *ret_value);
};

/* Registers it; name is for net-snmp's messages. Reader and arg are borrowed. */
struct subtree *subtree_new(const char *name, const oid *root, size_t root_len,
	const struct subtree_reader *reader, void *arg);

/* Withdraws it. */
void subtree_free(struct subtree *subtree);

#endif
