/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is left of the last line is moved to the front before a read, so that a line never
 * wraps, and no octet is looked at twice.
 */
#include "line_reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

void
line_reader_init(struct line_reader *reader, size_t size)
{
	*reader = (struct line_reader){.buf = xcalloc(size, 1), .size = size};
}

void
line_reader_deinit(struct line_reader *reader)
{
	free(reader->buf);
}

static void
compact(struct line_reader *reader)
{
	if (reader->begin == 0)
		return;
	memmove(reader->buf, reader->buf + reader->begin, reader->end - reader->begin);
	reader->end -= reader->begin;
	reader->scanned -= reader->begin;
	reader->begin = 0;
}

ssize_t
line_reader_fill(struct line_reader *reader, int fd)
{
	compact(reader);
	ssize_t len = read(fd, reader->buf + reader->end, reader->size - reader->end);

	if (len < 0)
		return -errno;
	reader->end += (size_t)len;
	return len;
}

/* A buffer full without a line's end; it is given up. */
static enum line_kind
give_up(struct line_reader *reader, char **ret_line, size_t *ret_len)
{
	*ret_line = reader->buf;
	*ret_len = reader->end;
	reader->begin = reader->scanned = reader->end = 0;
	reader->is_skipping = true;
	return LINE_TOO_LONG;
}

enum line_kind
line_reader_next(struct line_reader *reader, char **ret_line, size_t *ret_len)
{
	for (;;) {
		char *from = reader->buf + reader->scanned;
		char *newline = memchr(from, '\n', reader->end - reader->scanned);

		if (newline == NULL) {
			reader->scanned = reader->end;
			if (reader->end - reader->begin == reader->size)
				return give_up(reader, ret_line, ret_len);
			return LINE_NONE;
		}

		char *line = reader->buf + reader->begin;

		reader->begin = reader->scanned = (size_t)(newline + 1 - reader->buf);
		if (reader->is_skipping) {
			reader->is_skipping = false;
			continue;
		}
		*ret_line = line;
		*ret_len = (size_t)(newline - line);
		return LINE_WHOLE;
	}
}
