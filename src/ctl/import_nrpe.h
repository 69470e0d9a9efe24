/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nrpe.cfg: each command[NAME] becomes a check.
 */
#ifndef CTL_IMPORT_NRPE_H
#define CTL_IMPORT_NRPE_H

#include "import_report.h"

/* Problems are told to the report. Returns 0, or -errno where the file is not read. */
int import_nrpe(struct import_report *report, const char *path);

#endif
