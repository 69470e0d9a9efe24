/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When the checkers of real servers run: each time is looked for in the checker, the real
 * server and the virtual server, and is keepalived's default for the kind of checker else.
 */
#include "import_keepalived.h"

#include <inttypes.h>
#include <string.h>

#include "util.h"

#define DIGITS        "0123456789"
#define DELAY_LOOP_MS 60000
#define CONFIRM_MAX   1000
#define NUMBER_DIGITS 10 /* more than that is no number of keepalived's */

bool
keepalived_read_number(const struct keepalived_statement *statement, uint64_t *ret_number)
{
	const char *word = keepalived_word(statement, 1);
	size_t len = strspn(word, DIGITS);

	if (len == 0 || len > NUMBER_DIGITS || word[len] != '\0')
		return false;
	*ret_number = strtoull(word, NULL, 10);
	return true;
}

bool
keepalived_read_timer(const struct keepalived_statement *statement, uint64_t *ret_ms)
{
	const char *word = keepalived_word(statement, 1);
	size_t len = strspn(word, DIGITS);
	const char *decimals = word + len + (word[len] == '.');
	uint64_t time_us = 0;

	if (word[0] == '\0' || len > NUMBER_DIGITS ||
		decimals[strspn(decimals, DIGITS)] != '\0')
		return false;
	time_us = strtoull(word, NULL, 10) * 1000000;
	for (uint64_t unit = 100000; *decimals != '\0' && unit > 0; unit /= 10, decimals++)
		time_us += (uint64_t)(*decimals - '0') * unit;
	*ret_ms = (time_us + 500) / 1000;
	return true;
}

bool
keepalived_lacks_number(const struct keepalived_statement *statement)
{
	static const char *const keywords[] = {"interval", "timeout", "rise", "fall",
		"misc_timeout", "delay_loop", "retry", "delay_before_retry", "connect_timeout"};
	uint64_t value;

	for (size_t i = 0; i < ARRAY_LEN(keywords); i++) {
		if (strcmp(keepalived_word(statement, 0), keywords[i]) == 0)
			return !keepalived_read_timer(statement, &value);
	}
	return false;
}

typedef bool read_function(const struct keepalived_statement *statement, uint64_t *ret_value);

static uint64_t
find_value(const struct keepalived_scope *scope, const char *keyword, read_function *read,
	uint64_t fallback)
{
	const struct keepalived_statement *const blocks[] = {
		scope->checker, scope->real_server, scope->virtual_server};
	uint64_t value;

	for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
		const struct keepalived_statement *statement =
			blocks[i] != NULL ? keepalived_find(blocks[i], keyword) : NULL;

		if (statement != NULL && read(statement, &value))
			return value;
	}
	return fallback;
}

uint64_t
keepalived_find_timer(
	const struct keepalived_scope *scope, const char *keyword, uint64_t fallback_ms)
{
	return find_value(scope, keyword, keepalived_read_timer, fallback_ms);
}

uint64_t
keepalived_find_number(
	const struct keepalived_scope *scope, const char *keyword, uint64_t fallback)
{
	return find_value(scope, keyword, keepalived_read_number, fallback);
}

uint64_t
keepalived_delay_loop_ms(const struct keepalived_scope *scope)
{
	return keepalived_find_timer(scope, "delay_loop", DELAY_LOOP_MS);
}

void
keepalived_set_pace(struct import_check *check, const struct keepalived_scope *scope,
	struct keepalived_pace fallback)
{
	uint64_t delay_loop_ms = keepalived_delay_loop_ms(scope);
	uint64_t retry = keepalived_find_number(scope, "retry", fallback.retry);
	uint64_t delay_ms = keepalived_find_timer(scope, "delay_before_retry",
		fallback.delay_before_retry_ms > 0 ? fallback.delay_before_retry_ms
						   : delay_loop_ms);

	import_check_set_duration(check, "interval", delay_loop_ms);
	if (retry == 0)
		return;
	if (retry >= CONFIRM_MAX)
		import_check_note(check, scope->checker->place,
			"retry %" PRIu64 ": confirm is at most %d", retry, CONFIRM_MAX);
	import_check_set_yaml(check, "confirm",
		"%" PRIu64 " # retry %" PRIu64 "; keepalived recovers at the first success",
		retry < CONFIRM_MAX ? retry + 1 : CONFIRM_MAX, retry);
	import_check_set_duration(check, "retry", delay_ms);
}

char *
keepalived_describe(const struct keepalived_scope *scope)
{
	return xasprintf("%s / %s / %s", scope->virtual_server->line, scope->real_server->line,
		keepalived_word(scope->checker, 0));
}
