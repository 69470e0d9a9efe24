/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts are refused where their type does not allow them, never mended.
 */
#include "config_text.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "address.h"
#include "config_listen.h"
#include "config_url.h"
#include "definition.h"
#include "maintenance_parse.h"
#include "probe.h"
#include "util.h"
#include "yaml_text.h"

#define DIGITS "0123456789"

/* Of ASCII, whatever the locale. */
static bool
is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static const char *
examine_name(const char *text)
{
	size_t len = 0;

	while (is_letter_or_digit(text[len]) ||
		(len > 0 && text[len] != '\0' && strchr("._:/-", text[len]) != NULL))
		len++;
	if (text[len] != '\0' || len < DEFINITION_NAME_MIN || len > DEFINITION_NAME_MAX)
		return "must be 2 to 60 of A-Z a-z 0-9 . _ : / -, the first a letter or a "
		       "digit";
	return NULL;
}

/* A plain path stands for unix:PATH. */
char *
config_text_canonical_master(const char *text)
{
	return text[0] == '/' ? xasprintf("unix:%s", text) : xstrdup(text);
}

static const char *
examine_master(const char *text)
{
	CLEANUP_FREE char *address = config_text_canonical_master(text);
	struct sockaddr_storage parsed;
	socklen_t len;

	if (address_parse(address, &parsed, &len) == 0)
		return NULL;
	return "must be unix:/PATH (at most 107 octets of path) or tcp:ADDRESS:PORT, the "
	       "address a number or localhost";
}

static const char *
examine_file(const char *text)
{
	size_t len = strlen(text);

	if (text[0] != '/' || text[len - 1] == '/')
		return "must be the absolute path of a file";
	return NULL;
}

static const char *
examine_listen(const char *text)
{
	if (config_listen_is_address(text))
		return NULL;
	return "must be udp:PORT, udp:ADDRESS:PORT, udp6:PORT or udp6:[ADDRESS]:PORT, the "
	       "address a number";
}

static const char *
examine_host(const char *text)
{
	size_t len = 0;

	while (is_letter_or_digit(text[len]) ||
		(text[len] != '\0' && strchr("._-:%", text[len]) != NULL))
		len++;
	return text[len] == '\0' && len > 0
		       ? NULL
		       : "must be a host's name or address, of A-Z a-z 0-9 "
			 ". _ - : %";
}

static const char *
examine_address(const char *text)
{
	unsigned char number[16];

	if (inet_pton(AF_INET, text, number) == 1 || inet_pton(AF_INET6, text, number) == 1)
		return NULL;
	return "must be an address of IPv4 or IPv6, as a number";
}

static const char *
examine_range(const char *text)
{
	struct probe_range range;

	return probe_range_parse(text, &range) == 0
		       ? NULL
		       : "must be a whole number, or a range such as 1-5, 1- or 4K-2M";
}

static const char *
examine_status(const char *text)
{
	struct probe_range range;

	if (text[strspn(text, DIGITS "-")] == '\0' && probe_range_parse(text, &range) == 0 &&
		range.min >= 100 && range.max <= 999)
		return NULL;
	return "must be an HTTP status, or a range such as 200-299";
}

#define GROUP_SELECTOR "group="

/* A name that there is cannot have what patterns and groups are told by. */
static const char *
examine_selector(const char *text)
{
	size_t prefix = strlen(GROUP_SELECTOR);
	const char *name = strncmp(text, GROUP_SELECTOR, prefix) == 0 ? text + prefix : text;
	size_t len = 0;

	while (is_letter_or_digit(name[len]) ||
		(name[len] != '\0' && strchr("._:/-*?[]!^", name[len]) != NULL))
		len++;
	return name[len] == '\0' && len > 0
		       ? NULL
		       : "must be a check's name, a pattern of names, or group=NAME";
}

static const char *
examine_window(const char *text)
{
	struct maintenance_window window;

	return maintenance_parse_window(text, &window);
}

/* What is no text of layers has no rule here. */
static const char *
examine_layer_text(const struct config_key *key, const char *text)
{
	if (key->type == CONFIG_TYPE_SELECTORS)
		return examine_selector(text);
	return key->type == CONFIG_TYPE_WINDOWS ? examine_window(text) : NULL;
}

/* What is no probe's text has no rule here. */
static const char *
examine_probe_text(const struct config_key *key, const char *text)
{
	if (key->type == CONFIG_TYPE_HOST)
		return examine_host(text);
	if (key->type == CONFIG_TYPE_ADDRESS)
		return examine_address(text);
	if (key->type == CONFIG_TYPE_URL)
		return config_url_examine(text);
	if (key->type == CONFIG_TYPE_RANGE)
		return examine_range(text);
	return key->type == CONFIG_TYPE_STATUSES ? examine_status(text)
						 : examine_layer_text(key, text);
}

const char *
config_text_examine(const struct config_key *key, const char *text)
{
	bool is_multiline = key->type == CONFIG_TYPE_COMMAND || key->type == CONFIG_TYPE_ARGV ||
			    key->type == CONFIG_TYPE_ENV;

	if (key->type == CONFIG_TYPE_NAME || key->type == CONFIG_TYPE_CHECKS)
		return examine_name(text);
	if (key->type == CONFIG_TYPE_DATA)
		return NULL;
	if (yaml_text_has_control(text, is_multiline))
		return is_multiline ? "must not have control characters"
				    : "must be one line without control characters";
	if (key->type == CONFIG_TYPE_DIRECTORY && text[0] != '/')
		return "must be an absolute path";
	if (key->type == CONFIG_TYPE_FILE)
		return examine_file(text);
	if (key->type == CONFIG_TYPE_LISTEN)
		return examine_listen(text);
	return key->type == CONFIG_TYPE_MASTER ? examine_master(text)
					       : examine_probe_text(key, text);
}

bool
config_text_is_header(const char *name)
{
	size_t len = 0;

	while (is_letter_or_digit(name[len]) || name[len] == '_' || name[len] == '-')
		len++;
	return len > 0 && name[len] == '\0' && len <= CONFIG_TEXT_VARIABLE_MAX;
}

bool
config_text_is_variable(const char *name)
{
	size_t len = 0;

	while (is_letter_or_digit(name[len]) || name[len] == '_')
		len++;
	return len > 0 && name[len] == '\0' && len <= CONFIG_TEXT_VARIABLE_MAX &&
	       strspn(name, DIGITS) == 0;
}
