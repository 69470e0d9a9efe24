/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of an import, line by line. Their number, size and depth have bounds, so that no
 * file can include itself, or a device, for ever.
 */
#ifndef CTL_IMPORT_FILES_H
#define CTL_IMPORT_FILES_H

#include <stddef.h>
#include <sys/types.h>

#include "import_report.h"

#define IMPORT_FILES_MAX       4096 /* read in all, twice the same one included */
#define IMPORT_FILE_DEPTH_MAX  16
#define IMPORT_FILE_OCTETS_MAX ((size_t)4 * 1024 * 1024)
#define IMPORT_LINE_OCTETS_MAX ((size_t)16 * 1024)

struct import_file {
	struct import_place place; /* of the line that was read last */
	char *text;                /* owned */
	char *cursor;
	dev_t device;
	ino_t inode;
	struct import_file *includer; /* borrowed; NULL of the first */
};

struct import_files {
	struct import_report *report; /* borrowed */
	char **paths;                 /* owned; places are of them */
	size_t count;
};

void import_files_init(struct import_files *files, struct import_report *report);
void import_files_deinit(struct import_files *files);

/*
 * Reads a file whole. `from` is the line that wants it, and its file is `includer`; both are
 * of the command line where includer is NULL. Returns 0, or -errno having told why not: no
 * regular file, too large, too many, too deep, itself, or not a text.
 */
int import_file_open(struct import_files *files, const char *path, struct import_file *includer,
	struct import_file *ret_file);
void import_file_close(struct import_file *file);

/* The next line, without its end; valid until the file is closed. NULL at the end. */
char *import_file_line(struct import_file *file);

/* A path that is meant beside the file; the caller frees it. */
char *import_file_beside(const struct import_file *file, const char *path);

#endif
