/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A look at a file's type, its mode and its first line, in this order.
 */
#include "program.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path.h"
#include "util.h"

/* As much of a script's first line as the kernel looks at. */
#define FIRST_LINE_MAX 256

/* A path is cut where two of them are told in one message. */
#define INTERPRETER_SHOWN_MAX (PATH_SHOWN_MAX / 4)

static bool
find_flaw_of_mode(const char *path, const struct stat *status, char *buf, size_t size)
{
	if (S_ISDIR(status->st_mode))
		snprintf(buf, size, "%.*s is a folder, not a program", PATH_SHOWN_MAX, path);
	else if (!S_ISREG(status->st_mode))
		snprintf(buf, size, "%.*s is no regular file", PATH_SHOWN_MAX, path);
	else if ((status->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0)
		snprintf(
			buf, size, "%.*s is not executable; chmod +x it", PATH_SHOWN_MAX, path);
	else
		return false;
	return true;
}

/* Reads how the file begins; returns its length, 0 also where it cannot be read. */
static size_t
read_beginning(const char *path, char *buf, size_t size)
{
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t len = fd >= 0 ? read(fd, buf, size - 1) : 0;

	buf[len > 0 ? len : 0] = '\0';
	return len > 0 ? (size_t)len : 0;
}

/* The interpreter's name is all that the kernel takes for it, a carriage return included. */
static bool
find_flaw_of_interpreter(const char *path, const char *line, char *buf, size_t size)
{
	const char *name = line + strspn(line, " \t");
	int len = (int)strcspn(name, " \t\r\n");
	char interpreter[FIRST_LINE_MAX];

	snprintf(interpreter, sizeof(interpreter), "%.*s", len, name);
	if (name[len] == '\r')
		snprintf(buf, size,
			"%.*s: interpreter %.*s^M not found: its lines end in CR LF; remove "
			"each CR, as by sed -i 's/\\r$//'",
			PATH_SHOWN_MAX / 2, path, INTERPRETER_SHOWN_MAX, interpreter);
	else if (len == 0 || access(interpreter, F_OK) != 0)
		snprintf(buf, size,
			"%.*s: interpreter %.*s not found; correct its first line, or "
			"install it",
			PATH_SHOWN_MAX / 2, path, INTERPRETER_SHOWN_MAX, interpreter);
	else
		return false;
	return true;
}

static bool
is_text(const char *buf, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (iscntrl((unsigned char)buf[i]) && !isspace((unsigned char)buf[i]))
			return false;
	}
	return true;
}

bool
program_find_flaw(const char *path, char *buf, size_t size)
{
	char line[FIRST_LINE_MAX + 1];
	struct stat status;

	if (stat(path, &status) < 0)
		return false;
	if (find_flaw_of_mode(path, &status, buf, size))
		return true;

	size_t len = read_beginning(path, line, sizeof(line));

	if (strncmp(line, "#!", 2) == 0)
		return find_flaw_of_interpreter(path, line + 2, buf, size);
	if ((len == 0 && status.st_size > 0) || !is_text(line, len))
		return false; /* it cannot be read, or is binary */
	snprintf(buf, size, "%.*s has no #! line; begin it with one, such as #!/bin/sh",
		PATH_SHOWN_MAX, path);
	return true;
}
