/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "text.h"
#include "util.h"

#define DEFAULT_WIDTH  80 /* of a terminal that does not tell */
#define DEFAULT_HEIGHT 24

/* An empty variable is none: https://no-color.org */
static bool
is_colour_wanted(enum options_colour colour, bool is_terminal)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	switch (colour) {
	case OPTIONS_COLOUR_ALWAYS:
		return true;
	case OPTIONS_COLOUR_NEVER:
		return false;
	case OPTIONS_COLOUR_AUTO:
		break;
	}
	return is_terminal && (no_color == NULL || no_color[0] == '\0') &&
	       (term == NULL || strcmp(term, "dumb") != 0);
}

/* A terminal of another character set gets ASCII, which all of them have. */
struct output
output_open(const struct options *options)
{
	struct output output = {
		.stream = stdout,
		.is_terminal = isatty(STDOUT_FILENO) == 1,
	};
	bool is_utf8 =
		setlocale(LC_CTYPE, "") != NULL && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;

	if (!is_utf8)
		setlocale(LC_CTYPE, "C.UTF-8");
	output.is_ascii = output.is_terminal && !is_utf8;
	output.is_coloured = is_colour_wanted(options->colour, output.is_terminal);
	output_measure(&output);
	return output;
}

void
output_measure(struct output *output)
{
	struct winsize size;

	if (!output->is_terminal)
		return;
	bool is_known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
	output->width = is_known && size.ws_col > 0 ? size.ws_col : DEFAULT_WIDTH;
	output->height = is_known && size.ws_row > 0 ? size.ws_row : DEFAULT_HEIGHT;
}

char *
output_clean(const struct output *output, const char *text)
{
	const char *source = text != NULL ? text : "";
	size_t len = strlen(source);
	size_t size = len * 3 + 1; /* each octet may become U+FFFD */
	char *clean = xcalloc(size, 1);

	text_clean(source, len, clean, size);
	if (output->is_ascii)
		text_to_ascii(clean);
	return clean;
}

static const char *const sequences[] = {
	[OUTPUT_PLAIN] = "",
	[OUTPUT_BOLD] = "\033[1m",
	[OUTPUT_DIM] = "\033[2m",
	[OUTPUT_OK] = "\033[32m",
	[OUTPUT_PENDING] = "\033[36m",
	[OUTPUT_WARNING] = "\033[33m",
	[OUTPUT_UNKNOWN] = "\033[35m",
	[OUTPUT_CRITICAL] = "\033[1;31m",
};

const char *
output_begin(const struct output *output, enum output_style style)
{
	return output->is_coloured ? sequences[style] : "";
}

const char *
output_end(const struct output *output, enum output_style style)
{
	return output->is_coloured && style != OUTPUT_PLAIN ? "\033[0m" : "";
}

enum output_style
output_style_of(const char *state)
{
	static const struct {
		const char *state;
		enum output_style style;
	} styles[] = {
		{"ok", OUTPUT_OK},
		{"pending", OUTPUT_PENDING},
		{"warning", OUTPUT_WARNING},
		{"unknown", OUTPUT_UNKNOWN},
		{"critical", OUTPUT_CRITICAL},
	};

	for (size_t i = 0; i < ARRAY_LEN(styles); i++) {
		if (strcmp(styles[i].state, state) == 0)
			return styles[i].style;
	}
	return OUTPUT_PLAIN;
}

/* On a terminal no other than ASCII: a control character may be beyond it. */
void
output_json(const struct output *output, const json_t *object)
{
	json_dumpf(object, output->stream,
		JSON_COMPACT | (output->is_terminal ? JSON_ENSURE_ASCII : 0));
	fputc('\n', output->stream);
}
