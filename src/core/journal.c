/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A field is NAME=VALUE on a line; a value with a line's end in it stands behind the length
 * that it has, so that no text can pass for a field.
 */
#include "journal.h"

#include <endian.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FACILITY_DAEMON "3"

bool
journal_has_stderr(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat status;
	char own[64];

	if (stream == NULL || fstat(STDERR_FILENO, &status) < 0)
		return false;
	snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)status.st_dev,
		(uintmax_t)status.st_ino);
	return strcmp(stream, own) == 0;
}

/* Returns how much of buf is in use then. */
static size_t
append(char *buf, size_t used, const char *name, const char *value)
{
	size_t name_len = strlen(name), len = strlen(value);
	uint64_t size = htole64(len);
	bool is_framed = strchr(value, '\n') != NULL;

	if (used + name_len + sizeof(size) + len + 2 > JOURNAL_ENTRY_MAX)
		return used;
	memcpy(buf + used, name, name_len);
	used += name_len;
	buf[used++] = is_framed ? '\n' : '=';
	if (is_framed) {
		memcpy(buf + used, &size, sizeof(size));
		used += sizeof(size);
	}
	memcpy(buf + used, value, len);
	used += len;
	buf[used++] = '\n';
	return used;
}

size_t
journal_encode(const struct journal_entry *entry, char *buf)
{
	const char priority[] = {(char)('0' + (int)entry->level), '\0'};
	size_t used = append(buf, 0, "MESSAGE", entry->message);

	used = append(buf, used, "PRIORITY", priority);
	used = append(buf, used, "SYSLOG_FACILITY", FACILITY_DAEMON);
	used = append(buf, used, "SYSLOG_IDENTIFIER", entry->program);
	for (size_t i = 0; i < entry->field_count; i++)
		used = append(buf, used, entry->fields[i].name, entry->fields[i].value);
	return used;
}
