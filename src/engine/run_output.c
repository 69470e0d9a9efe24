/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Performance data are looked for where a bar is: most scripts print none, and pay nothing.
 */
#include "run_output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "perfdata.h"
#include "run.h"
#include "text.h"
#include "util.h"

static size_t
read_text(const struct capture *stream, char *buf, size_t size)
{
	return text_clean(stream->len > 0 ? stream->text : "", stream->len, buf, size);
}

/* Returns the length of the text. */
static size_t
read_perfdata(const char *text, size_t len, bool is_cut, struct run_output *output)
{
	CLEANUP_FREE struct perfdata *perfdata = perfdata_parse(text, len, is_cut);

	if (perfdata->metric_count > 0)
		output->perfdata = perfdata_format(perfdata);
	return (size_t)snprintf(output->text, sizeof(output->text), "%s", perfdata->text);
}

size_t
run_output_read_text(const char *text, size_t len, bool is_cut, struct run_output *ret_output)
{
	ret_output->perfdata = NULL;
	if (memchr(text, '|', len) != NULL)
		return read_perfdata(text, len, is_cut, ret_output);
	return text_clean(text, len, ret_output->text, sizeof(ret_output->text));
}

static size_t
read_stdout(const struct capture *stream, bool is_whole, struct run_output *output)
{
	bool is_cut = !is_whole || stream->len == stream->limit;

	return run_output_read_text(
		stream->len > 0 ? stream->text : "", stream->len, is_cut, output);
}

void
run_output_read(const struct run *run, bool is_whole, struct run_output *ret_output)
{
	ret_output->perfdata = NULL;
	if (run->reason[0] != '\0') {
		text_clean(run->reason, strlen(run->reason), ret_output->text,
			sizeof(ret_output->text));
		return;
	}
	if (read_stdout(&run->streams[RUN_STREAM_OUT], is_whole, ret_output) == 0)
		read_text(&run->streams[RUN_STREAM_ERR], ret_output->text,
			sizeof(ret_output->text));
}

void
run_output_deinit(struct run_output *output)
{
	free(output->perfdata);
}
