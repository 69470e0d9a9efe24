/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records of one type in an answer of the DNS (RFC 1035), as texts: what zone files have,
 * but names without the last dot and texts without quotes.
 */
#ifndef ENGINE_DNS_ANSWER_H
#define ENGINE_DNS_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "probe.h"

/* Further records are not looked at. */
#define DNS_ANSWER_RECORDS_MAX 64

#define DNS_ANSWER_TEXT_SIZE   512

struct dns_answer {
	size_t count;
	char (*texts)[DNS_ANSWER_TEXT_SIZE]; /* owned */
};

/* Returns 0 with an answer to be deinited, perhaps of no record, or -EINVAL. */
int dns_answer_parse(const unsigned char *message, size_t len, enum probe_record type,
	struct dns_answer *ret_answer);
void dns_answer_deinit(struct dns_answer *answer);

/* Whatever the case; a text may have the last dot of a name. */
bool dns_answer_has(const struct dns_answer *answer, const char *text);

#endif
