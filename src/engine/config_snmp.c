/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of `snmp`, and what those of one mode mean in the other: nothing.
 */
#include "config_snmp.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "config_bind.h"
#include "config_keys.h"
#include "config_text.h"
#include "util.h"

struct reading {
	struct config_users *users;
	struct config_snmp *snmp;
};

static void
bind_master(const struct config_place *place, const struct config_key *key,
	struct config_node *value, struct config_snmp *snmp)
{
	config_bind_text(place, key, value, snmp);
	CLEANUP_FREE char *master = snmp->master;
	snmp->master = config_text_canonical_master(master);
}

static bool
has_double(char *const *list)
{
	for (; *list != NULL; list++) {
		for (char *const *other = list + 1; *other != NULL; other++) {
			if (strcmp(*list, *other) == 0)
				return true;
		}
	}
	return false;
}

static size_t
list_count(char *const *list)
{
	size_t count = 0;

	while (list != NULL && list[count] != NULL)
		count++;
	return count;
}

/* What addresses demand of each other. */
static bool
accept_addresses(
	const struct config_place *place, const struct config_key *key, char *const *addresses)
{
	CLEANUP_FREE char *joined = strv_join(addresses, ",");
	size_t len = strlen(joined);

	if (addresses[0] == NULL)
		config_problems_error(place, "is empty; it is %s", key->help);
	else if (has_double(addresses))
		config_problems_error(place, "has an address twice");
	else if (len > (size_t)key->max)
		config_problems_error(place,
			"must be at most %zu octets long, all addresses together, not %zu",
			(size_t)key->max, len);
	else
		return true;
	return false;
}

static void
bind_listen(const struct config_place *place, const struct config_key *key,
	struct config_node *value, struct config_snmp *snmp)
{
	size_t count = value->kind == CONFIG_NODE_SEQUENCE ? value->count : 1;
	struct config_snmp given = {.listen = NULL};

	config_bind_list(place, key, value, &given);
	/* What was dropped from it has been told of. */
	if (given.listen != NULL && list_count(given.listen) == count &&
		accept_addresses(place, key, given.listen)) {
		strv_free(snmp->listen);
		snmp->listen = STEAL(given.listen);
	}
	strv_free(given.listen);
}

static void
bind_key(void *arg, const struct config_place *place, const struct config_key *key,
	struct config_node *value)
{
	struct reading *reading = arg;

	if (key->type == CONFIG_TYPE_MASTER)
		bind_master(place, key, value, reading->snmp);
	else if (key->type == CONFIG_TYPE_LISTEN)
		bind_listen(place, key, value, reading->snmp);
	else if (key->type == CONFIG_TYPE_USER)
		config_bind_user(place, key, value, reading->users, reading->snmp);
	else if (config_keys_is_number(key))
		config_bind_number(place, key, value, reading->snmp);
	else
		config_bind_text(place, key, value, reading->snmp);
}

static struct config_place
place_of_value(
	const struct config_place *place, const struct config_node *value, const char *key)
{
	struct config_place here = *place;

	here.line = value->line;
	here.key = key;
	return here;
}

static void
warn_of_idle_keys(
	const struct config_place *place, const struct config_node *mapping, bool is_standalone)
{
	static const struct {
		const char *key;
		bool is_of_standalone;
	} idle[] = {
		{"master", false},
		{"busy_poll", false},
		{"listen", true},
		{"config", true},
	};

	for (size_t i = 0; i < ARRAY_LEN(idle); i++) {
		const struct config_node *value = config_bind_find(mapping, idle[i].key);

		if (value == NULL || idle[i].is_of_standalone == is_standalone)
			continue;
		const struct config_place here = place_of_value(place, value, idle[i].key);
		config_problems_warning(&here, "means nothing without mode: %s",
			idle[i].is_of_standalone ? "standalone" : "agentx");
	}
}

/* 0 where it can be read now, or -errno. */
static int
try_file(const char *path)
{
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char octet;

	if (fd < 0 || (read(fd, &octet, 1) < 0 && errno != EAGAIN))
		return -errno;
	return 0;
}

/* As the user who tests sees it. */
static void
examine_config(const struct config_place *place, const struct config_node *mapping,
	const struct config_snmp *snmp)
{
	int error = snmp->config != NULL ? try_file(snmp->config) : 0;

	if (error == 0)
		return;
	const struct config_place here =
		place_of_value(place, config_bind_find(mapping, "config"), "config");
	config_problems_warning(&here, "%s cannot be read: %s", snmp->config, strerror(-error));
}

void
config_snmp_read(const struct config_place *place, const struct config_node *mapping,
	struct config_users *users, bool is_test, struct config_snmp *snmp)
{
	struct reading reading = {.users = users, .snmp = snmp};

	config_bind_mapping(place, CONFIG_SECTION_SNMP, mapping, bind_key, &reading);
	warn_of_idle_keys(place, mapping, snmp->is_standalone);
	if (is_test)
		examine_config(place, mapping, snmp);
}
