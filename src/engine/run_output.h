/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is made of a run's output: the line that is shown, and the metrics.
 */
#ifndef ENGINE_RUN_OUTPUT_H
#define ENGINE_RUN_OUTPUT_H

#include <stdbool.h>

#include "check.h"

struct run;

struct run_output {
	char text[CHECK_OUTPUT_MAX + 1];
	char *perfdata; /* metrics, by the grammar of perfdata.h; NULL is "" */
};

/*
 * The text is that of standard output without performance data, else the first line of
 * standard error; of a run that did not start, why. is_whole: the script came to its end by
 * itself; else it may have been at writing a number, and the last one does not count.
 */
void run_output_read(const struct run *run, bool is_whole, struct run_output *ret_output);

/* The same of a text alone, which may have been cut off. Returns the length of what is shown.
 */
size_t run_output_read_text(
	const char *text, size_t len, bool is_cut, struct run_output *ret_output);

void run_output_deinit(struct run_output *output);

#endif
