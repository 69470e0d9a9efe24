/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The root of CHECKD-MIB, and names of instances below it.
 */
#include "mib.h"

#include <string.h>

#include "checkd_oid.h"
#include "util.h"

const oid mib_root[] = {CHECKD_OID_ARCS};
const size_t mib_root_len = ARRAY_LEN(mib_root);
const char *const mib_root_text = CHECKD_OID_TEXT;

void
mib_name_set(struct mib_name *name, const oid *arcs, size_t arc_count, const char *check)
{
	size_t check_len = check != NULL ? strlen(check) : 0;

	memcpy(name->arcs, mib_root, mib_root_len * sizeof(oid));
	memcpy(name->arcs + mib_root_len, arcs, arc_count * sizeof(oid));
	name->len = mib_root_len + arc_count;
	name->arcs[name->len++] = check_len;
	for (size_t i = 0; i < check_len; i++)
		name->arcs[name->len++] = (unsigned char)check[i];
}
