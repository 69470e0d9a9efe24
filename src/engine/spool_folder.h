/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The spool's folder, as a thread sees it: which files to take, what is in them, and their
 * removal. Each file that is taken gets a name of its own, .taken-..., so that what a program
 * puts there under the old name meanwhile is another file.
 */
#ifndef ENGINE_SPOOL_FOLDER_H
#define ENGINE_SPOOL_FOLDER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Of a file, in octets; and of one look: files, and octets of all of them. */
#define SPOOL_FILE_MAX        65536
#define SPOOL_LOOK_FILES      1000
#define SPOOL_LOOK_OCTETS_MAX (4 * 1024 * 1024)

/* Files that are remembered: beyond it no more are taken until results are stored. */
#define SPOOL_KNOWN_MAX 10000

/* A file that was taken. */
struct spool_file {
	char *name;  /* as it is told to people */
	char *taken; /* what it is called now */
	char *text;  /* with a NUL behind it */
	size_t len;
	struct spool_file *next;
};

/* What is not to be looked at again: it was submitted; or it is bad, until it changes. */
struct spool_known;

/* What one look works on; nobody else has it meanwhile. */
struct spool_folder {
	char *path;
	uid_t owner;    /* the user of checkd: where it is root, not everybody may write */
	int inotify_fd; /* its own; -1: there is none */
	struct spool_known *known; /* a hash by name */
	bool takes_none;           /* it only removes */
	char **removable; /* names of files that are to be removed; NULL-terminated, or NULL */

	/* What the look brought. */
	struct spool_file *files; /* a list, the oldest first */
	bool has_more;            /* than one look takes */
	char *problem;            /* why the folder is not used; NULL: it is */
	char *watch_problem;      /* why inotify is not; NULL: it is */
	char **notes;             /* lines for the log; NULL-terminated, or NULL */
	size_t note_count;
};

struct spool_folder *spool_folder_new(const char *path, int inotify_fd);
void spool_folder_free(struct spool_folder *folder); /* NULL is fine */

/* Removes what is removable, and takes what is there. What the last look brought is gone. */
void spool_folder_look(struct spool_folder *folder);

/* Notes that a file's results were submitted; once they are stored it is removable. */
void spool_folder_submitted(struct spool_folder *folder, const struct spool_file *file);
void spool_folder_stored(struct spool_folder *folder);

#endif
