/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a monitoring plugin printed, taken apart: the text that is shown, and the metrics of
 * its performance data. The format is that of the Monitoring Plugins Development
 * Guidelines, "Plugin Output" and "Performance data":
 *
 *     TEXT | METRIC METRIC
 *     LONG TEXT
 *     LONG TEXT | METRIC
 *     METRIC METRIC
 *
 * where each METRIC is 'LABEL'=VALUE[UNIT];[WARNING];[CRITICAL];[MINIMUM];[MAXIMUM]. What
 * is not of this form does no harm: it is left out, and counted.
 */
#ifndef CORE_PERFDATA_H
#define CORE_PERFDATA_H

#include <stdbool.h>
#include <stddef.h>

#include "check.h"
#include "perfdata_number.h"

/* Bounds in octets, but for the first. A longer text or label is cut. */
#define PERFDATA_METRICS_MAX 64
#define PERFDATA_TEXT_MAX    CHECK_OUTPUT_MAX
#define PERFDATA_LABEL_MAX   255
#define PERFDATA_UNIT_MAX    32
#define PERFDATA_RANGE_MAX   (2 * PERFDATA_NUMBER_MAX + 2)

/* All of it valid UTF-8 on one line without control characters; "" is what is not given. */
struct perfdata_metric {
	const char *label; /* never "" */
	const char *value; /* as perfdata_number_read writes it; "U": the plugin cannot tell */
	const char *unit;
	const char *warning;  /* a range as it was given: "10", "10:20", "@5:10", "~:10" */
	const char *critical; /* the same */
	const char *minimum;  /* a number like the value */
	const char *maximum;  /* the same */
};

struct perfdata {
	const char *text; /* the first line that is not blank, without performance data */
	size_t skipped;   /* what stood where a metric should, and is none of these */
	size_t metric_count;
	struct perfdata_metric metrics[]; /* in the order of the output */
};

/*
 * Takes apart the len octets of a plugin's whole output. is_cut says that there was more
 * of it: then what stands at its very end is no metric, since its number may go on. The
 * caller frees what comes back, in which all texts lie.
 *
 * A `|` in a text begins performance data only where a `=` or nothing at all follows on
 * its line, so that a script that merely prints a `|` keeps its text. Of two metrics with
 * one label the first counts. A threshold, minimum or maximum that cannot be read is
 * treated as not given; the rest of its metric stays.
 */
struct perfdata *perfdata_parse(const char *output, size_t len, bool is_cut);

/*
 * The metrics as one text, at most CHECK_PERFDATA_MAX octets long: each by the grammar above,
 * its label in quotes where it has to be, one space between; from the first that does not
 * fit any more on they are left out. perfdata_parse_metrics gives the same metrics back, and
 * takes whatever else there may be as perfdata_parse does behind the `|`; its text is "".
 * The caller frees both.
 */
char *perfdata_format(const struct perfdata *perfdata);
struct perfdata *perfdata_parse_metrics(const char *metrics);

/* Makes labels and units, and the text, ASCII in place, as text_to_ascii does. */
void perfdata_to_ascii(struct perfdata *perfdata);

void perfdata_free(struct perfdata *perfdata); /* NULL is fine */

#endif
