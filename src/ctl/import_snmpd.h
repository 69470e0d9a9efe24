/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snmpd.conf(5): extend, exec, sh and their like become checks.
 */
#ifndef CTL_IMPORT_SNMPD_H
#define CTL_IMPORT_SNMPD_H

#include "import_report.h"

/* Problems are told to the report. Returns 0, or -errno where the file is not read. */
int import_snmpd(struct import_report *report, const char *path);

#endif
