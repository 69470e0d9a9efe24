/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values are looked at one by one as they are bound; then what a type needs, and which keys
 * mean something with another key only.
 */
#include "config_probe.h"

#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "util.h"

#define DNS_PORT 53

/* Back references make matching take time without bound, so there are none. */
static bool
has_back_reference(const char *pattern)
{
	for (; *pattern != '\0'; pattern++) {
		if (pattern[0] == '\\' && pattern[1] >= '1' && pattern[1] <= '9')
			return true;
		pattern += pattern[0] == '\\' && pattern[1] != '\0';
	}
	return false;
}

static void
compile_pattern(const struct config_place *place, struct probe *probe)
{
	regex_t *regex = xcalloc(1, sizeof(*regex));
	char reason[128];
	int error = regcomp(regex, probe->pattern, REG_EXTENDED | REG_NOSUB | REG_NEWLINE);

	if (error == 0 && !has_back_reference(probe->pattern)) {
		probe->regex = regex;
		return;
	}
	if (error == 0)
		regfree(regex);
	else
		regerror(error, regex, reason, sizeof(reason));
	free(regex);
	config_problems_error(place, "must be an extended regular expression: %s",
		error == 0 ? "back references are not taken" : reason);
}

static void
bind_owner(const struct config_place *place, const struct config_key *key,
	struct config_node *value, struct config_users *users, struct probe *probe)
{
	const struct identity *identity = config_bind_user(place, key, value, users, probe);

	if (identity != NULL)
		probe->owner_uid = identity->uid;
}

void
config_probe_bind(const struct config_place *place, const struct config_key *key,
	struct config_node *value, struct config_users *users, struct probe *probe)
{
	if (config_keys_is_number(key))
		config_bind_number(place, key, value, probe);
	else if (key->type == CONFIG_TYPE_STATUSES || key->type == CONFIG_TYPE_ANSWERS)
		config_bind_some(place, key, value, probe);
	else if (key->type == CONFIG_TYPE_HEADERS)
		config_bind_env(place, key, value, probe);
	else if (key->type == CONFIG_TYPE_USER)
		bind_owner(place, key, value, users, probe);
	else
		config_bind_text(place, key, value, probe);
	if (key->type == CONFIG_TYPE_PATTERN && probe->pattern != NULL)
		compile_pattern(place, probe);
}

static void
demand(const struct config_place *place, const struct config_node *item, enum check_type type)
{
	static const struct {
		enum check_type type;
		const char *key;
	} needs[] = {
		{CHECK_TYPE_TCP, "host"},
		{CHECK_TYPE_TCP, "port"},
		{CHECK_TYPE_UNIX, "path"},
		{CHECK_TYPE_HTTP, "url"},
		{CHECK_TYPE_DNS, "host"},
		{CHECK_TYPE_PING, "host"},
		{CHECK_TYPE_FILE, "path"},
	};
	static const char *const counted[] = {"process", "owner", "pid_file", "pattern"};
	bool is_counted = type != CHECK_TYPE_PROCESS;

	for (size_t i = 0; i < ARRAY_LEN(needs); i++) {
		if (needs[i].type == type && config_bind_find(item, needs[i].key) == NULL)
			config_problems_error(place, "%s: is missing", needs[i].key);
	}
	for (size_t i = 0; i < ARRAY_LEN(counted); i++)
		is_counted = is_counted || config_bind_find(item, counted[i]) != NULL;
	if (!is_counted)
		config_problems_error(place, "process, owner, pid_file or pattern is missing");
}

/* Of a file that may not be there nothing else can be asked. */
static void
demand_presence(const struct config_place *place, const struct config_node *item)
{
	static const char *const keys[] = {"pattern", "lines", "warning_age", "critical_age",
		"warning_size", "critical_size"};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct config_place here = config_bind_place(place, item, keys[i]);

		if (config_bind_find(item, keys[i]) != NULL)
			config_problems_error(&here, "goes without absent: true");
	}
}

/* What is meant for a connection by TLS only. */
static void
demand_tls(
	const struct config_place *place, const struct config_node *item, enum check_type type)
{
	static const char *const keys[] = {"verify", "ca_file", "server_name",
		"warning_certificate", "critical_certificate"};

	for (size_t i = 0; i < ARRAY_LEN(keys) && type == CHECK_TYPE_TCP; i++) {
		if (config_bind_find(item, keys[i]) == NULL)
			continue;
		const struct config_place here = config_bind_place(place, item, keys[i]);
		config_problems_error(&here, "means nothing without tls: true");
	}
}

static void
examine_path(const struct config_place *place, const struct config_node *item,
	enum check_type type, const struct probe *probe)
{
	const size_t max = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;
	const struct config_place here = config_bind_place(place, item, "path");

	if (type == CHECK_TYPE_UNIX && probe->path != NULL && strlen(probe->path) > max)
		config_problems_error(&here, "must be at most %zu octets long, not %zu", max,
			strlen(probe->path));
}

void
config_probe_finish(const struct config_place *place, const struct config_node *item,
	enum check_type type, struct probe *probe)
{
	demand(place, item, type);
	if (!probe->is_tls)
		demand_tls(place, item, type);
	if (probe->is_absent)
		demand_presence(place, item);
	if (type == CHECK_TYPE_DNS && probe->port == 0)
		probe->port = DNS_PORT;
	examine_path(place, item, type, probe);
}
