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
mib_name_begin(struct mib_name *name, const oid *arcs, size_t arc_count)
{
	memcpy(name->arcs, mib_root, mib_root_len * sizeof(oid));
	memcpy(name->arcs + mib_root_len, arcs, arc_count * sizeof(oid));
	name->len = mib_root_len + arc_count;
}

void
mib_name_add(struct mib_name *name, oid arc)
{
	name->arcs[name->len++] = arc;
}

void
mib_name_add_text(struct mib_name *name, const char *text)
{
	mib_name_add(name, strlen(text));
	for (; *text != '\0'; text++)
		mib_name_add(name, (unsigned char)*text);
}

void
mib_name_set(struct mib_name *name, const oid *arcs, size_t arc_count, const char *check)
{
	mib_name_begin(name, arcs, arc_count);
	if (check != NULL)
		mib_name_add_text(name, check);
	else
		mib_name_add(name, 0);
}
