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
read_perfdata(const struct capture *stream, bool is_whole, struct run_output *output)
{
	bool is_cut = !is_whole || stream->len == stream->limit;
	CLEANUP_FREE struct perfdata *perfdata =
		perfdata_parse(stream->text, stream->len, is_cut);

	if (perfdata->metric_count > 0)
		output->perfdata = perfdata_format(perfdata);
	return (size_t)snprintf(output->text, sizeof(output->text), "%s", perfdata->text);
}

static size_t
read_stdout(const struct capture *stream, bool is_whole, struct run_output *output)
{
	if (stream->len > 0 && memchr(stream->text, '|', stream->len) != NULL)
		return read_perfdata(stream, is_whole, output);
	return read_text(stream, output->text, sizeof(output->text));
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
