/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exit-code maps: reading their rules, the built-in ones, and looking a code up. What
 * overlaps and what is left open is told by codes_examine.c.
 */
#include "codes.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "probe_status.h"
#include "util.h"

/* More rules than codes are of no use. */
#define CODES_RULE_MAX 256
#define CODES_LAST     255

struct codes {
	atomic_uint reference_count; /* of a built-in map: not used */
	bool is_builtin;
	char *name;
	struct codes_rule *rules;
	size_t rule_count;
};

#define RULE(from, to, means, text)                                                            \
	{                                                                                      \
		.first = (from), .last = (to), .state = CHECK_STATE_##means,                   \
		.meaning = (char[]){text},                                                     \
	}
#define ANY(means) RULE(0, CODES_LAST, means, "")

/* The plugin interface of Nagios and its kin: 3 is unknown, and so is what it leaves open. */
static struct codes_rule plugin_rules[] = {
	RULE(0, 0, OK, ""),
	RULE(1, 1, WARNING, ""),
	RULE(2, 2, CRITICAL, ""),
	ANY(UNKNOWN),
};

static struct codes_rule success_rules[] = {
	RULE(0, 0, OK, ""),
	ANY(CRITICAL),
};

/* What `status` of an init script exits with: LSB core specification, chapter 22.2. */
static struct codes_rule lsb_rules[] = {
	RULE(0, 0, OK, "running"),
	RULE(1, 1, CRITICAL, "dead, its pid file exists"),
	RULE(2, 2, CRITICAL, "dead, its lock file exists"),
	RULE(3, 3, CRITICAL, "not running"),
	ANY(UNKNOWN),
};

/* sysexits.h of BSD. */
static struct codes_rule sysexits_rules[] = {
	RULE(0, 0, OK, ""),
	RULE(64, 64, UNKNOWN, "usage error"),
	RULE(65, 65, CRITICAL, "data error"),
	RULE(66, 66, CRITICAL, "no input"),
	RULE(67, 67, CRITICAL, "no such user"),
	RULE(68, 68, CRITICAL, "no such host"),
	RULE(69, 69, CRITICAL, "service unavailable"),
	RULE(70, 70, CRITICAL, "internal software error"),
	RULE(71, 71, CRITICAL, "system error"),
	RULE(72, 72, CRITICAL, "system file missing"),
	RULE(73, 73, CRITICAL, "cannot create output"),
	RULE(74, 74, CRITICAL, "input/output error"),
	RULE(75, 75, WARNING, "temporary failure"),
	RULE(76, 76, CRITICAL, "protocol error"),
	RULE(77, 77, CRITICAL, "permission denied"),
	RULE(78, 78, UNKNOWN, "configuration error"),
	ANY(CRITICAL),
};

/* A shell that cannot run its command exits with 126 or 127: that is no success. */
static struct codes_rule inverted_rules[] = {
	RULE(0, 0, CRITICAL, ""),
	RULE(126, 127, UNKNOWN, "cannot be run"),
	ANY(OK),
};

#define PROBE(status, means, text)                                                             \
	RULE(PROBE_STATUS_##status, PROBE_STATUS_##status, means, text)

/* What the probes exit with. Where they cannot look, nothing is known. */
static struct codes_rule probe_rules[] = {
	PROBE(OK, OK, ""),
	PROBE(WARNING, WARNING, "beyond the threshold of warning"),
	PROBE(CRITICAL, CRITICAL, "beyond the critical threshold"),
	PROBE(NO_NAME, CRITICAL, "name not found"),
	PROBE(NO_RESOLVER, CRITICAL, "resolver failed"),
	PROBE(REFUSED, CRITICAL, "refused"),
	PROBE(UNREACHABLE, CRITICAL, "unreachable"),
	PROBE(CONNECT_TIMEOUT, CRITICAL, "timed out while connecting"),
	PROBE(LOST, CRITICAL, "connection lost"),
	PROBE(TLS_FAILED, CRITICAL, "TLS handshake failed"),
	PROBE(UNTRUSTED, CRITICAL, "certificate not trusted"),
	PROBE(EXPIRED, CRITICAL, "certificate not valid now"),
	PROBE(WRONG_NAME, CRITICAL, "certificate for another name"),
	PROBE(UNEXPECTED, CRITICAL, "unexpected answer"),
	PROBE(LATE, CRITICAL, "no answer in time"),
	PROBE(HTTP_STATUS, CRITICAL, "HTTP status not accepted"),
	PROBE(REDIRECTS, CRITICAL, "too many redirects"),
	PROBE(NO_RECORD, CRITICAL, "no such record"),
	PROBE(ABSENT, CRITICAL, "not there"),
	PROBE(PRESENT, CRITICAL, "there, but should not be"),
	PROBE(DENIED, UNKNOWN, "permission denied"),
	PROBE(UNREADABLE, UNKNOWN, "cannot be read"),
	ANY(UNKNOWN),
};

#define BUILTIN(map)                                                                           \
	{                                                                                      \
		.is_builtin = true, .name = (char[]){#map}, .rules = map##_rules,              \
		.rule_count = ARRAY_LEN(map##_rules),                                          \
	}

static struct codes builtins[] = {
	BUILTIN(plugin),
	BUILTIN(success),
	BUILTIN(lsb),
	BUILTIN(sysexits),
	BUILTIN(inverted),
	BUILTIN(probe),
};

struct codes *
codes_builtin(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(builtins); i++) {
		if (strcmp(builtins[i].name, name) == 0)
			return &builtins[i];
	}
	return NULL;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static const char *
skip_blanks(const char *text)
{
	while (is_blank(*text))
		text++;
	return text;
}

/* Reads up to three digits; *cursor moves behind them. Returns 0, or -EINVAL. */
static int
parse_code(const char **cursor, int *ret_code)
{
	int code = 0;
	size_t len = strspn(*cursor, "0123456789");

	if (len == 0 || len > 3)
		return -EINVAL;
	for (size_t i = 0; i < len; i++)
		code = code * 10 + ((*cursor)[i] - '0');
	if (code > CODES_LAST)
		return -EINVAL;
	*cursor += len;
	*ret_code = code;
	return 0;
}

/* Reads "*", "N" or "N-M"; *cursor moves behind it. Returns what is wrong, or NULL. */
static const char *
parse_range(const char **cursor, struct codes_rule *rule)
{
	static const char *const malformed =
		"must begin with a code (0 to 255), a range such as "
		"1-9, or * for every code";

	if (**cursor == '*') {
		(*cursor)++;
		rule->first = 0;
		rule->last = CODES_LAST;
	} else {
		if (parse_code(cursor, &rule->first) < 0)
			return malformed;
		rule->last = rule->first;
		if (**cursor == '-') {
			(*cursor)++;
			if (parse_code(cursor, &rule->last) < 0)
				return malformed;
		}
	}
	if (**cursor != '\0' && !is_blank(**cursor))
		return malformed;
	return rule->last < rule->first ? "must have a range that goes upwards" : NULL;
}

/* Reads a state's name; *cursor moves behind it. Returns what is wrong, or NULL. */
static const char *
parse_state(const char **cursor, enum check_state *ret_state)
{
	char word[16];
	size_t len = strcspn(*cursor, " \t");

	if (len == 0)
		return "must have a state behind the code: ok, warning, unknown or critical";
	if (len >= sizeof(word))
		len = sizeof(word) - 1;
	memcpy(word, *cursor, len);
	word[len] = '\0';
	if (check_state_parse(word, ret_state) < 0)
		return "must have the state ok, warning, unknown or critical";
	*cursor += len;
	return NULL;
}

/* Returns what is wrong, or NULL with the rule's meaning owned by the caller. */
static const char *
parse_rule(const char *text, struct codes_rule *ret_rule)
{
	struct codes_rule rule = {0};
	const char *cursor = skip_blanks(text);
	const char *error = parse_range(&cursor, &rule);

	if (error != NULL)
		return error;
	cursor = skip_blanks(cursor);
	error = parse_state(&cursor, &rule.state);
	if (error != NULL)
		return error;
	cursor = skip_blanks(cursor);
	size_t len = strlen(cursor);
	while (len > 0 && is_blank(cursor[len - 1]))
		len--;
	if (len > CHECK_OUTPUT_MAX)
		return "must have a meaning of at most 255 octets";
	rule.meaning = xstrndup(cursor, len);
	*ret_rule = rule;
	return NULL;
}

static void
codes_unrefp(struct codes **codes)
{
	codes_unref(*codes);
}

int
codes_new(const char *name, const char *const *rules, size_t rule_count, size_t *ret_index,
	const char **ret_error, struct codes **ret_codes)
{
	CLEANUP(codes_unrefp) struct codes *codes = xcalloc(1, sizeof(*codes));
	const char *error = NULL;

	atomic_init(&codes->reference_count, 1);
	codes->name = xstrdup(name);
	codes->rules = xcalloc(rule_count, sizeof(*codes->rules));
	for (size_t i = 0; i < rule_count && error == NULL; i++) {
		*ret_index = i;
		error = i < CODES_RULE_MAX ? parse_rule(rules[i], &codes->rules[i])
					   : "must not follow 256 others";
		codes->rule_count += error == NULL;
	}
	if (error != NULL) {
		*ret_error = error;
		return -EINVAL;
	}
	*ret_codes = STEAL(codes);
	return 0;
}

struct codes *
codes_ref(struct codes *codes)
{
	if (!codes->is_builtin)
		atomic_fetch_add_explicit(&codes->reference_count, 1, memory_order_relaxed);
	return codes;
}

void
codes_unref(struct codes *codes)
{
	if (codes == NULL || codes->is_builtin)
		return;
	unsigned before =
		atomic_fetch_sub_explicit(&codes->reference_count, 1, memory_order_acq_rel);
	assert(before > 0);
	if (before > 1)
		return;
	for (size_t i = 0; i < codes->rule_count; i++)
		free(codes->rules[i].meaning);
	free(codes->rules);
	free(codes->name);
	free(codes);
}

const char *
codes_name(const struct codes *codes)
{
	return codes->name;
}

bool
codes_is_builtin(const struct codes *codes)
{
	return codes->is_builtin;
}

size_t
codes_rule_count(const struct codes *codes)
{
	return codes->rule_count;
}

const struct codes_rule *
codes_rule_at(const struct codes *codes, size_t index)
{
	assert(index < codes->rule_count);
	return &codes->rules[index];
}

static bool
rule_equal(const struct codes_rule *a, const struct codes_rule *b)
{
	return a->first == b->first && a->last == b->last && a->state == b->state &&
	       strcmp(a->meaning, b->meaning) == 0;
}

bool
codes_equal(const struct codes *a, const struct codes *b)
{
	if (a == b)
		return true;
	if (strcmp(a->name, b->name) != 0 || a->rule_count != b->rule_count)
		return false;
	for (size_t i = 0; i < a->rule_count; i++) {
		if (!rule_equal(&a->rules[i], &b->rules[i]))
			return false;
	}
	return true;
}

enum check_state
codes_lookup(const struct codes *codes, int status, const char **ret_meaning)
{
	const struct codes_rule *rule = codes->rules;
	const struct codes_rule *end = rule + codes->rule_count;

	assert(status >= 0 && status <= CODES_LAST);
	while (rule < end && (status < rule->first || status > rule->last))
		rule++;
	if (ret_meaning != NULL)
		*ret_meaning = rule < end ? rule->meaning : "";
	return rule < end ? rule->state : CHECK_STATE_UNKNOWN;
}
