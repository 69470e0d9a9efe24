/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines out of a pipe, handed out where they lie: a read may bring hundreds of them. The
 * buffer bounds a line; what is longer is told as such, piece by piece.
 */
#ifndef ENGINE_LINE_READER_H
#define ENGINE_LINE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct line_reader {
	char *buf;
	size_t size;
	size_t begin;   /* of what was not handed out yet */
	size_t scanned; /* there is no line's end before it */
	size_t end;
	bool is_skipping; /* the rest of a line that is too long */
};

enum line_kind {
	LINE_NONE, /* no whole one is there yet */
	LINE_WHOLE,
	LINE_TOO_LONG,
};

/* A line may have size - 1 octets. */
void line_reader_init(struct line_reader *reader, size_t size);
void line_reader_deinit(struct line_reader *reader);

/*
 * Reads once, after line_reader_next has said that there is none. Returns how many octets
 * came, 0 at the end of the file, or -errno.
 */
ssize_t line_reader_fill(struct line_reader *reader, int fd);

/*
 * The next line, without its end; it may be written to, until the next call. Of one that is
 * too long each buffer full is told once, the rest is dropped.
 */
enum line_kind line_reader_next(struct line_reader *reader, char **ret_line, size_t *ret_len);

#endif
