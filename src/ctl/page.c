/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>

#include "age.h"
#include "util.h"

#define LABEL_WIDTH 16

void
page_title(const struct output *output, const char *title)
{
	fprintf(output->stream, "\n%s%s%s\n", output_begin(output, OUTPUT_BOLD), title,
		output_end(output, OUTPUT_BOLD));
}

void
page_field(const struct output *output, const char *label, enum output_style style,
	const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	CLEANUP_FREE char *text = xvasprintf(format, arguments);
	va_end(arguments);
	CLEANUP_FREE char *clean = output_clean(output, text);
	CLEANUP_FREE char *clean_label = output_clean(output, label);

	fprintf(output->stream, "  %-*s  %s%s%s\n", LABEL_WIDTH, clean_label,
		output_begin(output, style), clean, output_end(output, style));
}

/* A value that is no list, as text; to be freed. */
static char *
describe(const json_t *value)
{
	if (json_is_string(value))
		return xstrdup(json_string_value(value));
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	return text != NULL ? text : xstrdup("");
}

static void
print_list(const struct output *output, const char *label, const json_t *list)
{
	size_t index;
	json_t *item;

	json_array_foreach(list, index, item)
	{
		CLEANUP_FREE char *text = describe(item);

		page_field(output, index == 0 ? label : "", OUTPUT_PLAIN, "%s", text);
	}
}

/* Of what is not told, such as a secret, only the name is there. */
static void
print_object(const struct output *output, const char *label, json_t *object)
{
	const char *name;
	json_t *item;

	json_object_foreach(object, name, item)
	{
		CLEANUP_FREE char *text = describe(item);

		page_field(output, label, OUTPUT_PLAIN, "%s%s%s", name,
			json_is_null(item) ? "" : ": ", json_is_null(item) ? "" : text);
		label = "";
	}
}

void
page_value(const struct output *output, const char *label, const json_t *value)
{
	if (json_is_array(value)) {
		print_list(output, label, value);
	} else if (json_is_object(value)) {
		print_object(output, label, (json_t *)(uintptr_t)value);
	} else {
		CLEANUP_FREE char *text = describe(value);

		page_field(output, label, OUTPUT_PLAIN, "%s", text);
	}
}

char *
page_time(int64_t epoch, int64_t now)
{
	char time_text[AGE_SIZE], age_text[AGE_SIZE];

	if (epoch == 0)
		return xstrdup("never");
	age_format_time((time_t)epoch, (time_t)now, time_text);
	age_format_long(now > epoch ? now - epoch : 0, age_text);
	return xasprintf("%s, %s ago", time_text, age_text);
}
