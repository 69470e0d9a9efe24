/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The metrics of all checks' last runs: found by key, walked in the order of their index. A
 * key is core's perfdata_key; of two metrics that come to one key the first counts, as long
 * as neither check's labels change.
 */
#ifndef SNMP_METRICS_H
#define SNMP_METRICS_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <stdbool.h>
#include <stddef.h>

#include "perfdata.h"

struct metrics;
struct metrics_row; /* a row of checkMetricTable */
struct metrics_set; /* those of one check */

struct metrics *metrics_new(void);
void metrics_free(struct metrics *metrics); /* once no set is left */

/* Makes labels and units ASCII from now on; the keys stay what they are. */
void metrics_set_ascii(struct metrics *metrics, bool is_ascii);

/*
 * The metrics of a check by what perfdata says, in place of those of before; NULL, before
 * and after, for none. Both texts are borrowed until the set is replaced, the ones of before
 * until this returns. It costs next to nothing where perfdata is the same as before.
 */
struct metrics_set *metrics_replace(struct metrics *metrics, struct metrics_set *before,
	const char *check, const char *perfdata);

/* Rows are borrowed until the next metrics_replace. As rows_find and rows_next. */
const struct metrics_row *metrics_find(
	const struct metrics *metrics, const char *key, size_t len);
const struct metrics_row *metrics_next(
	struct metrics *metrics, const oid *index, size_t len, bool is_inclusive);

const char *metrics_row_key(const struct metrics_row *row);
const char *metrics_row_check(const struct metrics_row *row);

/* Borrowed until those of another check are read, or change. */
const struct perfdata_metric *metrics_row_values(
	struct metrics *metrics, const struct metrics_row *row);

#endif
