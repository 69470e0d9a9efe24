/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One pass over the output. The texts are gathered on the stack, each metric's seven after
 * one another, and copied once, when their size is known.
 */
#include "perfdata.h"

#include <string.h>

#include "text.h"
#include "util.h"

#define METRIC_SIZE                                                                            \
	((PERFDATA_LABEL_MAX + 1) + (PERFDATA_UNIT_MAX + 1) + 2 * (PERFDATA_RANGE_MAX + 1) +   \
		3 * (PERFDATA_NUMBER_MAX + 1))

/* A unit neither goes on with what numbers and ranges are made of, nor holds blanks. */
#define NOT_IN_UNITS " 0123456789.,+-:~@'\"=;"

struct gathering {
	const char *cut_end; /* where the output was cut off, or NULL */
	size_t skipped;
	size_t count;
	size_t labels[PERFDATA_METRICS_MAX]; /* where they begin */
	size_t used;
	char texts[PERFDATA_TEXT_MAX + 1 + PERFDATA_METRICS_MAX * METRIC_SIZE];
};

struct span {
	const char *text;
	size_t len;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static bool
is_separator(char c)
{
	return is_blank(c) || c == '|';
}

static bool
is_only_blank(const char *at, const char *end)
{
	while (at < end && is_blank(*at))
		at++;
	return at == end;
}

static const char *
find(const char *at, const char *end, char wanted)
{
	return memchr(at, wanted, (size_t)(end - at));
}

static void
put(struct gathering *gathering, const char *text, size_t len)
{
	char *to = gathering->texts + gathering->used;

	memcpy(to, text, len);
	to[len] = '\0';
	gathering->used += len + 1;
}

static void
undouble_quotes(char *text)
{
	char *to = text;

	for (; *text != '\0'; text++) {
		if (text[0] == '\'' && text[1] == '\'')
			text++;
		*to++ = *text;
	}
	*to = '\0';
}

/*
 * The label before the `=` of an item, without its quotes; those in it are still doubled.
 * Returns the `=`, or NULL where there is none where it should be.
 */
static const char *
find_label(const char *item, const char *end, struct span *ret_label)
{
	const char *closing = item;

	if (*item != '\'') {
		const char *equals = find(item, end, '=');

		if (equals == NULL || find(item, equals, '\'') != NULL)
			return NULL;
		*ret_label = (struct span){item, (size_t)(equals - item)};
		return equals;
	}
	for (;;) {
		closing = find(closing + 1, end, '\'');
		if (closing == NULL || closing + 1 == end)
			return NULL;
		if (closing[1] != '\'')
			break;
		closing++;
	}
	if (closing[1] != '=')
		return NULL;
	*ret_label = (struct span){item + 1, (size_t)(closing - item - 1)};
	return closing + 1;
}

/* Removes the blanks at both ends: those that a cut or a control character left. */
static void
trim(char *text)
{
	size_t begin = strspn(text, " "), len = strlen(text);

	while (len > begin && text[len - 1] == ' ')
		len--;
	memmove(text, text + begin, len - begin);
	text[len - begin] = '\0';
}

static bool
is_known(const struct gathering *gathering, const char *label)
{
	for (size_t i = 0; i < gathering->count; i++) {
		if (strcmp(gathering->texts + gathering->labels[i], label) == 0)
			return true;
	}
	return false;
}

static bool
put_label(struct gathering *gathering, struct span label)
{
	char buf[2 * PERFDATA_LABEL_MAX + 1]; /* every character of it may be doubled */

	text_clean(label.text, label.len, buf, sizeof(buf));
	undouble_quotes(buf);
	text_cut(buf, PERFDATA_LABEL_MAX);
	trim(buf);
	if (buf[0] == '\0' || is_known(gathering, buf))
		return false;
	gathering->labels[gathering->count] = gathering->used;
	put(gathering, buf, strlen(buf));
	return true;
}

/* Takes the field up to the next `;`. */
static struct span
next_field(const char **at, const char *end)
{
	const char *semicolon = find(*at, end, ';');
	const char *field_end = semicolon != NULL ? semicolon : end;
	struct span field = {*at, (size_t)(field_end - *at)};

	*at = semicolon != NULL ? semicolon + 1 : end;
	return field;
}

static bool
put_unit(struct gathering *gathering, const char *text, size_t len)
{
	char buf[3 * PERFDATA_UNIT_MAX + 1]; /* what is no UTF-8 becomes three octets */

	if (len > PERFDATA_UNIT_MAX)
		return false;

	size_t clean_len = text_clean(text, len, buf, sizeof(buf));

	if (clean_len > PERFDATA_UNIT_MAX || strpbrk(buf, NOT_IN_UNITS) != NULL)
		return false;
	put(gathering, buf, clean_len);
	return true;
}

static bool
put_value_and_unit(struct gathering *gathering, struct span field)
{
	char number[PERFDATA_NUMBER_MAX + 1] = "U";
	size_t number_len = 1;

	if (field.len != 1 || field.text[0] != 'U')
		number_len = perfdata_number_read(field.text, field.len, number);
	if (number_len == 0)
		return false;
	put(gathering, number, strlen(number));
	return put_unit(gathering, field.text + number_len, field.len - number_len);
}

static void
put_range(struct gathering *gathering, struct span field)
{
	bool is_shown = field.len <= PERFDATA_RANGE_MAX &&
			perfdata_number_is_range(field.text, field.len);

	put(gathering, field.text, is_shown ? field.len : 0);
}

static void
put_number(struct gathering *gathering, struct span field)
{
	char number[PERFDATA_NUMBER_MAX + 1];
	size_t taken = perfdata_number_read(field.text, field.len, number);

	put(gathering, number, taken > 0 && taken == field.len ? strlen(number) : 0);
}

/* Returns whether it was a metric; else texts of it may be left over. */
static bool
put_metric(struct gathering *gathering, const char *item, const char *end)
{
	struct span label;

	if (gathering->count == PERFDATA_METRICS_MAX || end == gathering->cut_end)
		return false;

	const char *at = find_label(item, end, &label);

	if (at == NULL || !put_label(gathering, label))
		return false;
	at++;
	if (!put_value_and_unit(gathering, next_field(&at, end)))
		return false;
	put_range(gathering, next_field(&at, end));
	put_range(gathering, next_field(&at, end));
	put_number(gathering, next_field(&at, end));
	put_number(gathering, next_field(&at, end));
	return true;
}

static void
add_item(struct gathering *gathering, const char *item, const char *end)
{
	size_t used = gathering->used;

	if (put_metric(gathering, item, end)) {
		gathering->count++;
	} else {
		gathering->skipped++;
		gathering->used = used;
	}
}

/* An item ends at a separator outside quotes. A quote that nothing closes is none. */
static const char *
item_end(const char *at, const char *end)
{
	while (at < end && !is_separator(*at)) {
		const char *closing = *at == '\'' ? find(at + 1, end, '\'') : NULL;

		at = closing != NULL ? closing + 1 : at + 1;
	}
	return at;
}

static void
add_items(struct gathering *gathering, const char *at, const char *end)
{
	while (at < end) {
		const char *next = item_end(at, end);

		if (next > at)
			add_item(gathering, at, next);
		at = next < end ? next + 1 : end;
	}
}

/* Returns the `|` that begins a line's performance data, or NULL. */
static const char *
find_perfdata(const char *line, const char *end)
{
	const char *bar = find(line, end, '|');

	if (bar == NULL || find(bar, end, '=') != NULL || is_only_blank(bar + 1, end))
		return bar;
	return NULL;
}

static const char *
line_end(const char *line, const char *end)
{
	const char *newline = find(line, end, '\n');

	return newline != NULL ? newline : end;
}

/* The text, and the metrics behind it. */
static void
add_first_line(struct gathering *gathering, const char *line, const char *end)
{
	const char *bar = find_perfdata(line, end);
	const char *text_end = bar != NULL ? bar : end;

	gathering->used += 1 + text_clean(line, (size_t)(text_end - line), gathering->texts,
				       PERFDATA_TEXT_MAX + 1);
	if (bar != NULL)
		add_items(gathering, bar + 1, end);
}

/* Long text up to a `|`, then nothing but metrics to the end. */
static void
add_other_lines(struct gathering *gathering, const char *line, const char *end)
{
	bool is_perfdata = false;

	while (line < end) {
		const char *next = line_end(line, end);
		const char *bar = is_perfdata ? NULL : find_perfdata(line, next);

		if (is_perfdata)
			add_items(gathering, line, next);
		else if (bar != NULL)
			add_items(gathering, bar + 1, next);
		is_perfdata = is_perfdata || bar != NULL;
		line = next < end ? next + 1 : end;
	}
}

static const char *
take(const char **at)
{
	const char *text = *at;

	*at += strlen(text) + 1;
	return text;
}

static struct perfdata *
copy(const struct gathering *gathering)
{
	size_t metrics_size = gathering->count * sizeof(struct perfdata_metric);
	struct perfdata *perfdata =
		xcalloc(1, sizeof(*perfdata) + metrics_size + gathering->used);
	const char *at =
		memcpy(&perfdata->metrics[gathering->count], gathering->texts, gathering->used);

	perfdata->skipped = gathering->skipped;
	perfdata->metric_count = gathering->count;
	perfdata->text = take(&at);
	for (size_t i = 0; i < gathering->count; i++) {
		struct perfdata_metric *metric = &perfdata->metrics[i];

		metric->label = take(&at);
		metric->value = take(&at);
		metric->unit = take(&at);
		metric->warning = take(&at);
		metric->critical = take(&at);
		metric->minimum = take(&at);
		metric->maximum = take(&at);
	}
	return perfdata;
}

/* It is large: only what will be read is set. */
static void
begin(struct gathering *gathering, const char *cut_end)
{
	gathering->cut_end = cut_end;
	gathering->skipped = 0;
	gathering->count = 0;
	gathering->used = 0;
}

struct perfdata *
perfdata_parse(const char *output, size_t len, bool is_cut)
{
	const char *line = output, *end = output + len;
	struct gathering gathering;

	begin(&gathering, is_cut ? end : NULL);
	while (line < end && (is_blank(*line) || *line == '\n'))
		line++;

	const char *first_end = line_end(line, end);

	add_first_line(&gathering, line, first_end);
	add_other_lines(&gathering, first_end, end);
	return copy(&gathering);
}

struct perfdata *
perfdata_parse_metrics(const char *metrics)
{
	struct gathering gathering;

	begin(&gathering, NULL);
	put(&gathering, "", 0);
	add_items(&gathering, metrics, metrics + strlen(metrics));
	return copy(&gathering);
}

void
perfdata_free(struct perfdata *perfdata)
{
	free(perfdata);
}
