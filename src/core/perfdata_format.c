/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Metrics written down again: as short as the grammar allows, so that many fit.
 */
#include "perfdata.h"

#include <stdint.h>
#include <string.h>

#include "text.h"
#include "util.h"

/* What parts metrics, ends a label or begins a quoted one. */
#define QUOTED_FOR " |'="

struct writing {
	size_t len;
	bool is_full;
	char text[CHECK_PERFDATA_MAX + 1];
};

static void
put_octet(struct writing *writing, char octet)
{
	if (writing->len < CHECK_PERFDATA_MAX)
		writing->text[writing->len++] = octet;
	else
		writing->is_full = true;
}

static void
put_text(struct writing *writing, const char *text)
{
	for (; *text != '\0'; text++)
		put_octet(writing, *text);
}

static void
put_label(struct writing *writing, const char *label)
{
	if (strpbrk(label, QUOTED_FOR) == NULL) {
		put_text(writing, label);
		return;
	}
	put_octet(writing, '\'');
	for (; *label != '\0'; label++) {
		if (*label == '\'')
			put_octet(writing, '\'');
		put_octet(writing, *label);
	}
	put_octet(writing, '\'');
}

static void
put_metric(struct writing *writing, const struct perfdata_metric *metric)
{
	const char *const fields[] = {
		metric->warning, metric->critical, metric->minimum, metric->maximum};
	size_t count = ARRAY_LEN(fields);

	while (count > 0 && fields[count - 1][0] == '\0')
		count--;
	put_label(writing, metric->label);
	put_octet(writing, '=');
	put_text(writing, metric->value);
	put_text(writing, metric->unit);
	for (size_t i = 0; i < count; i++) {
		put_octet(writing, ';');
		put_text(writing, fields[i]);
	}
}

char *
perfdata_format(const struct perfdata *perfdata)
{
	struct writing writing;
	size_t whole_len = 0; /* up to the end of the last metric that fits */

	writing.len = 0;
	writing.is_full = false;
	for (size_t i = 0; i < perfdata->metric_count; i++) {
		if (i > 0)
			put_octet(&writing, ' ');
		put_metric(&writing, &perfdata->metrics[i]);
		if (writing.is_full)
			break;
		whole_len = writing.len;
	}
	return xstrndup(writing.text, whole_len);
}

/* The texts lie in the struct's own block. */
void
perfdata_to_ascii(struct perfdata *perfdata)
{
	text_to_ascii((char *)(uintptr_t)perfdata->text);
	for (size_t i = 0; i < perfdata->metric_count; i++) {
		text_to_ascii((char *)(uintptr_t)perfdata->metrics[i].label);
		text_to_ascii((char *)(uintptr_t)perfdata->metrics[i].unit);
	}
}
