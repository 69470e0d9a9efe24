/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a metric is called where one name must do: the key of checkMetricTable.
 */
#ifndef CORE_PERFDATA_KEY_H
#define CORE_PERFDATA_KEY_H

/* In octets, for the sake of NMSs, like the names of checks. */
#define PERFDATA_KEY_MAX 60

/*
 * Writes to buf[PERFDATA_KEY_MAX + 1] the key of a check's metric. It is "CHECK|LABEL";
 * where that is too long or has other characters than A-Z a-z 0-9 . _ : / - and |, those
 * become _, it is cut, and "-" and 12 hexadecimal digits of a hash of both follow, so that
 * no two metrics share a key. It is the same for all time: keys are known to an NMS.
 */
void perfdata_key(const char *check, const char *label, char *buf);

#endif
