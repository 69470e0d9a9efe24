/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A raw handler of net-snmp's agent library. GETBULK comes as GETNEXT, and a SET is refused
 * by the library, since the registration is read-only.
 */
#include "subtree.h"

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include "util.h"

struct subtree {
	netsnmp_handler_registration *registration;
	const struct subtree_reader *reader;
	void *arg;
};

static void
set_value(netsnmp_request_info *request, const struct value *value)
{
	bool is_octets = value->type == ASN_OCTET_STR || value->type == ASN_OBJECT_ID;
	const void *data = is_octets ? (const void *)value->octets : &value->number;
	size_t len = is_octets ? value->len : sizeof(value->number);

	if (snmp_set_var_typed_value(request->requestvb, value->type, data, len) != 0)
		netsnmp_request_set_error(request, SNMP_ERR_GENERR);
}

static void
answer_get(const struct subtree *subtree, netsnmp_request_info *request)
{
	static const int exceptions[] = {
		[TABLE_NO_OBJECT] = SNMP_NOSUCHOBJECT,
		[TABLE_NO_INSTANCE] = SNMP_NOSUCHINSTANCE,
	};
	const netsnmp_variable_list *variable = request->requestvb;
	struct value value;
	enum table_result result = subtree->reader->get(
		subtree->arg, variable->name, variable->name_length, &value);

	if (result == TABLE_FOUND)
		set_value(request, &value);
	else
		netsnmp_request_set_error(request, exceptions[result]);
}

/* Where nothing is found the library goes on with the next subtree. */
static void
answer_get_next(const struct subtree *subtree, netsnmp_request_info *request)
{
	const netsnmp_variable_list *variable = request->requestvb;
	struct mib_name next;
	struct value value;

	if (!subtree->reader->get_next(subtree->arg, variable->name, variable->name_length,
		    request->inclusive, &next, &value))
		return;
	snmp_set_var_objid(request->requestvb, next.arcs, next.len);
	set_value(request, &value);
}

static int
subtree_on_requests(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
	netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	const struct subtree *subtree = handler->myvoid;

	(void)registration;
	for (netsnmp_request_info *request = requests; request != NULL;
		request = request->next) {
		if (request->processed)
			continue;
		if (info->mode == MODE_GET)
			answer_get(subtree, request);
		else if (info->mode == MODE_GETNEXT)
			answer_get_next(subtree, request);
		else
			netsnmp_request_set_error(request, SNMP_ERR_NOTWRITABLE);
	}
	return SNMP_ERR_NOERROR;
}

struct subtree *
subtree_new(const char *name, const oid *root, size_t root_len,
	const struct subtree_reader *reader, void *arg)
{
	struct subtree *subtree = xcalloc(1, sizeof(*subtree));

	subtree->reader = reader;
	subtree->arg = arg;
	subtree->registration = netsnmp_create_handler_registration(
		name, subtree_on_requests, root, root_len, HANDLER_CAN_RONLY);
	if (subtree->registration == NULL)
		abort();
	subtree->registration->handler->myvoid = subtree;
	/* It fails where another has the same root: nobody else registers here. */
	if (netsnmp_register_handler(subtree->registration) != MIB_REGISTERED_OK)
		abort();
	return subtree;
}

void
subtree_free(struct subtree *subtree)
{
	if (subtree == NULL)
		return;
	netsnmp_unregister_handler(subtree->registration);
	free(subtree);
}
