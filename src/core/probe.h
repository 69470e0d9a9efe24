/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the configuration says of a check that is a probe, beside what it says of every
 * check. A part of the definition, immutable as that is; a type's keys are a few of these.
 */
#ifndef CORE_PROBE_H
#define CORE_PROBE_H

#include <regex.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "util.h"

enum probe_family {
	PROBE_FAMILY_ANY,
	PROBE_FAMILY_IPV4,
	PROBE_FAMILY_IPV6,
} OCTET_ENUM;

enum probe_method {
	PROBE_METHOD_GET,
	PROBE_METHOD_HEAD,
	PROBE_METHOD_POST,
	PROBE_METHOD_PUT,
	PROBE_METHOD_PATCH,
	PROBE_METHOD_DELETE,
	PROBE_METHOD_OPTIONS,
} OCTET_ENUM;

/* The numbers of RFC 1035, RFC 3596 and RFC 2782. */
enum probe_record {
	PROBE_RECORD_A = 1,
	PROBE_RECORD_NS = 2,
	PROBE_RECORD_CNAME = 5,
	PROBE_RECORD_SOA = 6,
	PROBE_RECORD_PTR = 12,
	PROBE_RECORD_MX = 15,
	PROBE_RECORD_TXT = 16,
	PROBE_RECORD_AAAA = 28,
	PROBE_RECORD_SRV = 33,
} OCTET_ENUM;

/* Both ends belong to it. */
struct probe_range {
	int64_t min;
	int64_t max;
};

/*
 * NULL and 0 stand for what was not given. Everything is owned. Numbers are as small as their
 * ranges: there may be 100,000 probes.
 */
struct probe {
	char *host;
	char *path;
	uint32_t warning_time_ms;
	uint32_t critical_time_ms;
	unsigned port;
	enum probe_family family;
	bool is_tls;
	bool is_verified;

	char *send;
	char *expect;
	char *pattern;  /* an extended regular expression ... */
	regex_t *regex; /* ... compiled */

	char *ca_file; /* NULL: the system's */
	char *server_name;
	uint64_t warning_certificate_ms;
	uint64_t critical_certificate_ms;

	char *url;
	char **headers;  /* "NAME=value" */
	char **statuses; /* ranges */

	char **answers;
	char *server;

	enum probe_method method;
	uint8_t redirects;
	enum probe_record record;
	uint8_t count;
	uint8_t warning_loss; /* percent; 0 for none */
	uint8_t critical_loss;
	uint32_t spacing_ms;

	uint64_t warning_age_ms;
	uint64_t critical_age_ms;
	char *warning_size; /* ranges */
	char *critical_size;
	unsigned lines;
	bool is_absent;

	uid_t owner_uid;
	char *owner;
	char *process;
	char *pid_file;
	char *warning_count; /* ranges */
	char *critical_count;
};

struct probe *probe_new(void);
void probe_free(struct probe *probe); /* NULL is fine */
bool probe_equal(const struct probe *a, const struct probe *b);

/*
 * Reads "N", "N-M" or "N-", each with K, M, G or T for powers of 1024 or without. Returns 0,
 * or -EINVAL.
 */
int probe_range_parse(const char *text, struct probe_range *ret_range);
bool probe_range_has(const struct probe_range *range, int64_t value);

/* Whether text is NULL, or a range that has the value. */
bool probe_range_allows(const char *text, int64_t value);

#endif
