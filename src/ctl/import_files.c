/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file is opened without waiting (a FIFO would hold us), looked at, and read.
 */
#include "import_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util.h"

void
import_files_init(struct import_files *files, struct import_report *report)
{
	*files = (struct import_files){.report = report};
}

void
import_files_deinit(struct import_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		free(files->paths[i]);
	free(files->paths);
}

static const char *
keep_path(struct import_files *files, const char *path)
{
	/* Two more, then four, eight ... */
	if ((files->count & (files->count + 1)) == 0)
		files->paths = xreallocarray(
			files->paths, (files->count + 1) * 2, sizeof(*files->paths));
	files->paths[files->count] = xstrdup(path);
	return files->paths[files->count++];
}

/* What is wrong with opening one more, or NULL. */
static const char *
find_bound(const struct import_files *files, const struct import_file *includer)
{
	unsigned depth = 0;

	while (includer != NULL) {
		depth++;
		includer = includer->includer;
	}
	if (depth >= IMPORT_FILE_DEPTH_MAX)
		return "is included too deep";
	return files->count >= IMPORT_FILES_MAX ? "is one file too many" : NULL;
}

static const char *
look_at(const struct stat *status, const struct import_file *includer)
{
	if (S_ISDIR(status->st_mode))
		return "is a directory";
	if (!S_ISREG(status->st_mode))
		return "is no regular file";
	if ((size_t)status->st_size > IMPORT_FILE_OCTETS_MAX)
		return "is larger than 4 MiB";
	for (; includer != NULL; includer = includer->includer) {
		if (includer->device == status->st_dev && includer->inode == status->st_ino)
			return "includes itself";
	}
	return NULL;
}

/* A file that grows while it is read is cut. Returns how much there is, or -errno. */
static ssize_t
read_whole(int fd, char *buf, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t count = read(fd, buf + len, size - len);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -errno;
		if (count == 0)
			break;
		len += (size_t)count;
	}
	return (ssize_t)len;
}

/* The number of the first line with a NUL in it, or with too much; 0: none. */
static unsigned
find_bad_line(const char *text, size_t len)
{
	unsigned line = 1;
	size_t line_len = 0;

	for (size_t i = 0; i < len; i++) {
		line_len++;
		if (text[i] == '\0' || line_len > IMPORT_LINE_OCTETS_MAX)
			return line;
		if (text[i] != '\n')
			continue;
		line++;
		line_len = 0;
	}
	return 0;
}

static int
refuse(struct import_files *files, struct import_place from, const char *path,
	const char *reason, int error)
{
	import_report_problem(files->report, from, "%s: %s", path, reason);
	return error;
}

static int
read_text(struct import_files *files, int fd, const struct stat *status,
	struct import_place from, struct import_file *file)
{
	size_t size = (size_t)status->st_size;
	CLEANUP_FREE char *text = xcalloc(size + 1, 1);
	ssize_t len = read_whole(fd, text, size);

	if (len < 0)
		return refuse(files, from, file->place.path, strerror((int)-len), (int)len);
	unsigned bad_line = find_bad_line(text, (size_t)len);

	if (bad_line > 0) {
		import_report_problem(files->report,
			(struct import_place){file->place.path, bad_line},
			"is no text: a NUL, or more than 16384 octets on a line");
		return -EINVAL;
	}
	file->cursor = file->text = STEAL(text);
	return 0;
}

int
import_file_open(struct import_files *files, const char *path, struct import_file *includer,
	struct import_file *ret_file)
{
	struct import_place from =
		includer != NULL ? includer->place : (struct import_place){"checkctl", 0};
	const char *bound = find_bound(files, includer);

	if (bound != NULL)
		return refuse(files, from, path, bound, -ELOOP);
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0) {
		int error = -errno;

		return refuse(files, from, path, strerror(-error), error);
	}
	const char *reason = look_at(&status, includer);

	if (reason != NULL)
		return refuse(files, from, path, reason, -EINVAL);
	struct import_file file = {
		.place = {.path = keep_path(files, path)},
		.device = status.st_dev,
		.inode = status.st_ino,
		.includer = includer,
	};
	int error = read_text(files, fd, &status, from, &file);

	if (error == 0)
		*ret_file = file;
	return error;
}

void
import_file_close(struct import_file *file)
{
	free(file->text);
	file->text = file->cursor = NULL;
}

char *
import_file_line(struct import_file *file)
{
	char *line = file->cursor;

	if (*line == '\0')
		return NULL;
	size_t len = strcspn(line, "\n");

	file->cursor += line[len] == '\n' ? len + 1 : len;
	while (len > 0 && line[len - 1] == '\r')
		len--;
	line[len] = '\0';
	file->place.line++;
	return line;
}

char *
import_file_beside(const struct import_file *file, const char *path)
{
	const char *slash = strrchr(file->place.path, '/');

	if (path[0] == '/' || slash == NULL)
		return xstrdup(path);
	return xasprintf("%.*s%s", (int)(slash + 1 - file->place.path), file->place.path, path);
}
