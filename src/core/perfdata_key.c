/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A key as it reads, or as much of it as can be kept with a hash of the whole.
 */
#include "perfdata_key.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "hash.h"

#define HASH_LEN 13 /* "-" and the digits */

static bool
is_key_character(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       strchr("._:/-|", c) != NULL;
}

/* 48 bits. */
static uint64_t
hash_of(const char *check, const char *label)
{
	uint64_t hash = hash_text(hash_text(HASH_BEGIN, check), "|");

	return hash_end(hash_text(hash, label)) >> 16;
}

/* Adds a text's characters, others than a key's as _. Returns whether all went in as is. */
static bool
add_to_key(char *key, size_t *len, const char *text)
{
	bool is_same = true;

	for (; *text != '\0'; text++) {
		bool is_fitting = is_key_character(*text);

		is_same = is_same && is_fitting && *len < PERFDATA_KEY_MAX;
		if (((unsigned char)*text & 0xc0) == 0x80)
			continue; /* one _ for all octets of a character */
		if (*len < PERFDATA_KEY_MAX)
			key[(*len)++] = is_fitting ? *text : '_';
	}
	return is_same;
}

void
perfdata_key(const char *check, const char *label, char *buf)
{
	size_t len = 0;
	bool is_same = add_to_key(buf, &len, check);

	is_same = add_to_key(buf, &len, "|") && is_same;
	is_same = add_to_key(buf, &len, label) && is_same;
	if (!is_same) {
		if (len > PERFDATA_KEY_MAX - HASH_LEN)
			len = PERFDATA_KEY_MAX - HASH_LEN;
		len += (size_t)snprintf(
			buf + len, HASH_LEN + 1, "-%012" PRIx64, hash_of(check, label));
	}
	buf[len] = '\0';
}
