/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every offset is checked against the message's end; names are c-ares' to expand, which
 * bounds pointers.
 */
#include "dns_answer.h"

#include <ares.h>
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util.h"

#define HEADER_LEN         12
#define QUESTION_FIXED_LEN 4
#define RECORD_FIXED_LEN   10

struct cursor {
	const unsigned char *message;
	size_t len;
	const unsigned char *at;
};

static size_t
left(const struct cursor *cursor)
{
	return cursor->len - (size_t)(cursor->at - cursor->message);
}

static unsigned
get16(const unsigned char *octets)
{
	return (unsigned)octets[0] << 8 | octets[1];
}

static uint32_t
get32(const unsigned char *octets)
{
	return (uint32_t)get16(octets) << 16 | get16(octets + 2);
}

/* Writes the name at the cursor, which moves behind it. */
static int
read_name(struct cursor *cursor, char *buf, size_t size)
{
	char *name = NULL;
	long len = 0;

	if (left(cursor) == 0 || ares_expand_name(cursor->at, cursor->message, (int)cursor->len,
					 &name, &len) != ARES_SUCCESS)
		return -EINVAL;
	if ((size_t)len > left(cursor)) {
		ares_free_string(name);
		return -EINVAL;
	}
	snprintf(buf, size, "%s", name[0] != '\0' ? name : ".");
	ares_free_string(name);
	cursor->at += len;
	return 0;
}

static int
format_names(struct cursor data, const char *head, char *buf, size_t size)
{
	char name[DNS_ANSWER_TEXT_SIZE / 2];

	if (read_name(&data, name, sizeof(name)) < 0)
		return -EINVAL;
	snprintf(buf, size, "%s%s", head, name);
	return 0;
}

static int
format_mx(struct cursor data, size_t len, char *buf, size_t size)
{
	char head[16];

	if (len < 3)
		return -EINVAL;
	snprintf(head, sizeof(head), "%u ", get16(data.at));
	data.at += 2;
	return format_names(data, head, buf, size);
}

static int
format_srv(struct cursor data, size_t len, char *buf, size_t size)
{
	char head[32];

	if (len < 7)
		return -EINVAL;
	snprintf(head, sizeof(head), "%u %u %u ", get16(data.at), get16(data.at + 2),
		get16(data.at + 4));
	data.at += 6;
	return format_names(data, head, buf, size);
}

static int
format_soa(struct cursor data, char *buf, size_t size)
{
	char server[DNS_ANSWER_TEXT_SIZE / 4], person[DNS_ANSWER_TEXT_SIZE / 4];

	if (read_name(&data, server, sizeof(server)) < 0 ||
		read_name(&data, person, sizeof(person)) < 0 || left(&data) < 20)
		return -EINVAL;
	snprintf(buf, size, "%s %s %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32,
		server, person, get32(data.at), get32(data.at + 4), get32(data.at + 8),
		get32(data.at + 12), get32(data.at + 16));
	return 0;
}

/* The strings of one record belong together. */
static int
format_txt(const unsigned char *data, size_t len, char *buf, size_t size)
{
	size_t used = 0;

	while (len > 0) {
		size_t part = data[0];

		if (part > len - 1)
			return -EINVAL;
		for (size_t i = 1; i <= part && used + 1 < size; i++)
			buf[used++] = data[i] != '\0' ? (char)data[i] : ' ';
		data += part + 1;
		len -= part + 1;
	}
	buf[used] = '\0';
	return 0;
}

static int
format_data(struct cursor data, size_t len, enum probe_record type, char *buf, size_t size)
{
	switch (type) {
	case PROBE_RECORD_A:
		return len == 4 && inet_ntop(AF_INET, data.at, buf, (socklen_t)size) != NULL
			       ? 0
			       : -EINVAL;
	case PROBE_RECORD_AAAA:
		return len == 16 && inet_ntop(AF_INET6, data.at, buf, (socklen_t)size) != NULL
			       ? 0
			       : -EINVAL;
	case PROBE_RECORD_CNAME:
	case PROBE_RECORD_NS:
	case PROBE_RECORD_PTR:
		return format_names(data, "", buf, size);
	case PROBE_RECORD_MX:
		return format_mx(data, len, buf, size);
	case PROBE_RECORD_SRV:
		return format_srv(data, len, buf, size);
	case PROBE_RECORD_SOA:
		return format_soa(data, buf, size);
	case PROBE_RECORD_TXT:
		return format_txt(data.at, len, buf, size);
	}
	return -EINVAL;
}

static int
skip_questions(struct cursor *cursor, unsigned count)
{
	char name[DNS_ANSWER_TEXT_SIZE];

	for (; count > 0; count--) {
		if (read_name(cursor, name, sizeof(name)) < 0 ||
			left(cursor) < QUESTION_FIXED_LEN)
			return -EINVAL;
		cursor->at += QUESTION_FIXED_LEN;
	}
	return 0;
}

static int
read_record(struct cursor *cursor, enum probe_record type, struct dns_answer *answer)
{
	char name[DNS_ANSWER_TEXT_SIZE];

	if (read_name(cursor, name, sizeof(name)) < 0 || left(cursor) < RECORD_FIXED_LEN)
		return -EINVAL;
	unsigned record_type = get16(cursor->at);
	size_t len = get16(cursor->at + 8);
	cursor->at += RECORD_FIXED_LEN;
	if (len > left(cursor))
		return -EINVAL;
	if (record_type == (unsigned)type && answer->count < DNS_ANSWER_RECORDS_MAX) {
		if (format_data(*cursor, len, type, answer->texts[answer->count],
			    DNS_ANSWER_TEXT_SIZE) < 0)
			return -EINVAL;
		answer->count++;
	}
	cursor->at += len;
	return 0;
}

int
dns_answer_parse(const unsigned char *message, size_t len, enum probe_record type,
	struct dns_answer *ret_answer)
{
	CLEANUP(dns_answer_deinit) struct dns_answer answer = {0};
	struct cursor cursor = {message, len, message};

	if (len < HEADER_LEN)
		return -EINVAL;
	answer.texts = xcalloc(DNS_ANSWER_RECORDS_MAX, sizeof(*answer.texts));
	unsigned count = get16(message + 6);
	cursor.at += HEADER_LEN;
	if (skip_questions(&cursor, get16(message + 4)) < 0)
		return -EINVAL;
	for (; count > 0; count--) {
		if (read_record(&cursor, type, &answer) < 0)
			return -EINVAL;
	}
	*ret_answer = answer;
	answer.texts = NULL;
	return 0;
}

void
dns_answer_deinit(struct dns_answer *answer)
{
	free(answer->texts);
	answer->texts = NULL;
}

bool
dns_answer_has(const struct dns_answer *answer, const char *text)
{
	size_t len = strlen(text);

	len -= len > 1 && text[len - 1] == '.';
	for (size_t i = 0; i < answer->count; i++) {
		if (strncasecmp(answer->texts[i], text, len) == 0 &&
			answer->texts[i][len] == '\0')
			return true;
	}
	return false;
}
