/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of keepalived's configuration, as it reads them: without comments, of this host
 * (@id), with parameters replaced, sequences written out, included files in their place, and
 * each brace on a line of its own.
 */
#ifndef CTL_IMPORT_KEEPALIVED_LINES_H
#define CTL_IMPORT_KEEPALIVED_LINES_H

#include "import_files.h"

/* Lines, sequences written out, of which more are a problem. */
#define KEEPALIVED_LINES_MAX 2000000

/* The line is without blanks at its ends, and not empty. */
typedef void keepalived_on_line(void *context, struct import_place place, const char *line);

/* Problems are told to files->report. Returns 0, or -errno where the first file is not read. */
int keepalived_lines_read(struct import_files *files, const char *path, const char *config_id,
	keepalived_on_line *on_line, void *context);

#endif
