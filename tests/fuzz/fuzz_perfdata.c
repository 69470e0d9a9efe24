/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any output whatever gives texts that may be shown, within their bounds, and metrics that
 * are understood the same way when they are written down again.
 */
#include "fuzz.h"
#include "perfdata.h"

#include <string.h>

#include "perfdata_key.h"
#include "text.h"
#include "util.h"

static void
must_be_text(const char *text, size_t max_len)
{
	char buf[PERFDATA_LABEL_MAX + 1];

	MUST(strlen(text) <= max_len);
	/* Text that is clean comes out as it went in, but for blanks before it. */
	text += strspn(text, " ");
	MUST(text_clean(text, strlen(text), buf, sizeof(buf)) == strlen(text));
	MUST(strcmp(buf, text) == 0);
}

static void
must_be_number(const char *text)
{
	char buf[PERFDATA_NUMBER_MAX + 1];

	MUST(strlen(text) <= PERFDATA_NUMBER_MAX);
	MUST(perfdata_number_read(text, strlen(text), buf) == strlen(text));
	MUST(strcmp(buf, text) == 0);
}

static void
must_be_key(const char *key)
{
	MUST(strlen(key) <= PERFDATA_KEY_MAX);
	MUST(strncmp(key, "check|", strlen("check|")) == 0);
	for (; *key != '\0'; key++)
		MUST(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
			    "._:/-|",
			     *key) != NULL);
}

static void
must_be_metric(const struct perfdata_metric *metric)
{
	char key[PERFDATA_KEY_MAX + 1];

	MUST(metric->label[0] != '\0');
	must_be_text(metric->label, PERFDATA_LABEL_MAX);
	must_be_text(metric->unit, PERFDATA_UNIT_MAX);
	must_be_text(metric->warning, PERFDATA_RANGE_MAX);
	must_be_text(metric->critical, PERFDATA_RANGE_MAX);
	if (strcmp(metric->value, "U") != 0)
		must_be_number(metric->value);
	if (metric->minimum[0] != '\0')
		must_be_number(metric->minimum);
	if (metric->maximum[0] != '\0')
		must_be_number(metric->maximum);
	perfdata_key("check", metric->label, key);
	must_be_key(key);
}

static void
must_be_same(const struct perfdata_metric *a, const struct perfdata_metric *b)
{
	MUST(strcmp(a->label, b->label) == 0);
	MUST(strcmp(a->value, b->value) == 0);
	MUST(strcmp(a->unit, b->unit) == 0);
	MUST(strcmp(a->warning, b->warning) == 0);
	MUST(strcmp(a->critical, b->critical) == 0);
	MUST(strcmp(a->minimum, b->minimum) == 0);
	MUST(strcmp(a->maximum, b->maximum) == 0);
}

/* Metrics are left out only where the next one would have gone beyond the bound. */
static void
must_be_full(const char *text)
{
	size_t longest = 2 * PERFDATA_LABEL_MAX + PERFDATA_UNIT_MAX + 2 * PERFDATA_RANGE_MAX +
			 3 * PERFDATA_NUMBER_MAX + sizeof(" ''=;;;;");

	MUST(strlen(text) + longest > CHECK_PERFDATA_MAX);
}

static void
must_come_back(const struct perfdata *perfdata)
{
	CLEANUP_FREE char *text = perfdata_format(perfdata);
	CLEANUP_FREE struct perfdata *again = perfdata_parse_metrics(text);
	CLEANUP_FREE char *text_again = perfdata_format(again);

	MUST(strlen(text) <= CHECK_PERFDATA_MAX);
	MUST(strcmp(text, text_again) == 0);
	MUST(again->metric_count <= perfdata->metric_count);
	MUST(again->skipped == 0);
	MUST(again->text[0] == '\0');
	for (size_t i = 0; i < again->metric_count; i++)
		must_be_same(&perfdata->metrics[i], &again->metrics[i]);
	if (again->metric_count < perfdata->metric_count)
		must_be_full(text);
}

/* Of an output that was cut off the last metric may be missing, and none is another. */
static void
must_be_cut_from(const struct perfdata *cut, const struct perfdata *whole)
{
	MUST(strcmp(cut->text, whole->text) == 0);
	MUST(cut->metric_count <= whole->metric_count);
	MUST(cut->metric_count + 1 >= whole->metric_count);
	MUST(cut->metric_count + cut->skipped == whole->metric_count + whole->skipped);
	for (size_t i = 0; i < cut->metric_count; i++)
		must_be_same(&cut->metrics[i], &whole->metrics[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE struct perfdata *whole = perfdata_parse((const char *)data, size, false);
	CLEANUP_FREE struct perfdata *cut = perfdata_parse((const char *)data, size, true);

	must_be_text(whole->text, PERFDATA_TEXT_MAX);
	MUST(whole->metric_count <= PERFDATA_METRICS_MAX);
	for (size_t i = 0; i < whole->metric_count; i++)
		must_be_metric(&whole->metrics[i]);
	must_come_back(whole);
	must_be_cut_from(cut, whole);
	return 0;
}
