/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What systemd's journal takes: datagrams of fields, as systemd's "Native Journal Protocol"
 * has them. They are sent by log.c.
 */
#ifndef CORE_JOURNAL_H
#define CORE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "log.h"

#define JOURNAL_PATH "/run/systemd/journal/socket"

/* No entry is longer. */
#define JOURNAL_ENTRY_MAX 4096

struct journal_entry {
	enum log_level level;
	const char *program;
	const char *message;
	const struct log_field *fields;
	size_t field_count;
};

/* Whether stderr is the journal's; see JOURNAL_STREAM in systemd.exec(5). */
bool journal_has_stderr(void);

/*
 * Encodes an entry into buf[JOURNAL_ENTRY_MAX] and returns its length. A field that finds no
 * room is left out; the message, which stands first, does where it is below 2 KiB.
 */
size_t journal_encode(const struct journal_entry *entry, char *buf);

#endif
