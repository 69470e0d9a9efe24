/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Seven scalars as one const table.
 */
#include "system_group.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <string.h>
#include <sys/utsname.h>

#include "subtree.h"
#include "util.h"

#define TEXT_MAX_OCTETS 255 /* of a DisplayString */

/* Applications and end-to-end: layers 7 and 4; see RFC 3418, sysServices. */
#define SERVICES 72

struct system_group {
	char *description;
	char *contact;
	char *name;
	char *location;
	uint32_t services;
	struct subtree *subtree;
};

/* SNMPv2-MIB: system. */
static const oid root[] = {1, 3, 6, 1, 2, 1, 1};

/* net-snmp's token handlers have no argument. */
static struct system_group *configured;

static void
read_object_id(const struct value_source *source, struct value *ret_value)
{
	(void)source;
	ret_value->octets = (const char *)mib_root;
	ret_value->len = mib_root_len * sizeof(oid);
}

static void
read_up_time(const struct value_source *source, struct value *ret_value)
{
	(void)source;
	ret_value->number = (long)netsnmp_get_agent_uptime();
}

#define MEMBER(name) offsetof(struct system_group, name)

/* clang-format off */
static const struct {
	const char *token; /* NULL: not to be configured */
	uint8_t type;
	value_reader read;
	size_t offset;
} scalars[] = { /* the first is number 1 */
	{"sysdescr", ASN_OCTET_STR, value_read_text, MEMBER(description)},
	{NULL, ASN_OBJECT_ID, read_object_id, 0},
	{NULL, ASN_TIMETICKS, read_up_time, 0},
	{"syscontact", ASN_OCTET_STR, value_read_text, MEMBER(contact)},
	{"sysname", ASN_OCTET_STR, value_read_text, MEMBER(name)},
	{"syslocation", ASN_OCTET_STR, value_read_text, MEMBER(location)},
	{NULL, ASN_INTEGER, value_read_u32, MEMBER(services)},
};
/* clang-format on */

static void
read_scalar(const struct system_group *group, size_t index, struct value *ret_value)
{
	struct value_source source = {
		.member = (const char *)group + scalars[index].offset,
	};

	ret_value->type = scalars[index].type;
	scalars[index].read(&source, ret_value);
}

static enum table_result
get(void *arg, const oid *name, size_t len, struct value *ret_value)
{
	const oid *below = name + ARRAY_LEN(root);
	size_t count = len - ARRAY_LEN(root);

	if (len <= ARRAY_LEN(root) || below[0] < 1 || below[0] > ARRAY_LEN(scalars))
		return TABLE_NO_OBJECT;
	if (count != 2 || below[1] != 0)
		return TABLE_NO_INSTANCE;
	read_scalar(arg, below[0] - 1, ret_value);
	return TABLE_FOUND;
}

static bool
get_next(void *arg, const oid *name, size_t len, bool is_inclusive, struct mib_name *ret_name,
	struct value *ret_value)
{
	for (size_t i = 0; i < ARRAY_LEN(scalars); i++) {
		memcpy(ret_name->arcs, root, sizeof(root));
		ret_name->len = ARRAY_LEN(root);
		ret_name->arcs[ret_name->len++] = i + 1;
		ret_name->arcs[ret_name->len++] = 0;

		int order = snmp_oid_compare(name, len, ret_name->arcs, ret_name->len);

		if (order > 0 || (order == 0 && !is_inclusive))
			continue;
		read_scalar(arg, i, ret_value);
		return true;
	}
	return false;
}

/* As snmpd reads it: the rest of the line; "" is empty. */
static void
system_on_token(const char *token, char *text)
{
	if (strlen(text) > TEXT_MAX_OCTETS) {
		config_perror("the text is longer than 255 octets");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(scalars); i++) {
		if (scalars[i].token == NULL || strcasecmp(token, scalars[i].token) != 0)
			continue;
		char **member = (char **)((char *)configured + scalars[i].offset);

		free(*member);
		*member = xstrdup(strcmp(text, "\"\"") == 0 ? "" : text);
	}
}

static char *
describe(const struct utsname *system, const char *version)
{
	char *text = xasprintf("checkd %s on %s %s %s %s %s", version, system->sysname,
		system->nodename, system->release, system->version, system->machine);

	if (strlen(text) > TEXT_MAX_OCTETS)
		text[TEXT_MAX_OCTETS] = '\0';
	return text;
}

struct system_group *
system_group_new(const char *version)
{
	static const struct subtree_reader reader = {.get = get, .get_next = get_next};
	struct system_group *group = xcalloc(1, sizeof(*group));
	struct utsname system = {0};

	uname(&system);
	group->description = describe(&system, version);
	group->contact = xstrdup("");
	group->name = xstrdup(system.nodename);
	group->location = xstrdup("");
	group->services = SERVICES;
	group->subtree = subtree_new("system", root, ARRAY_LEN(root), &reader, group);
	configured = group;
	for (size_t i = 0; i < ARRAY_LEN(scalars); i++) {
		if (scalars[i].token != NULL)
			register_app_config_handler(
				scalars[i].token, system_on_token, NULL, "TEXT");
	}
	return group;
}

void
system_group_free(struct system_group *group)
{
	if (group == NULL)
		return;
	configured = NULL;
	subtree_free(group->subtree);
	free(group->description);
	free(group->contact);
	free(group->name);
	free(group->location);
	free(group);
}
