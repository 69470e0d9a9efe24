/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The least that an AgentX subagent can do: a table of integers that are computed, not
 * looked up. What a walk of it costs is net-snmp's and the system's; bench_walk.py holds
 * checkd-snmp against it.
 *
 * usage: floor_agent MASTER COLUMNS ROWS
 */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <stdlib.h>

static const oid root[] = {1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 1};
static oid columns, rows;

/* The instance after name in the order of a walk; false behind the last one. */
static int
find_next(const oid *name, size_t len, oid *ret_column, oid *ret_row)
{
	oid column = len > OID_LENGTH(root) ? name[OID_LENGTH(root)] : 0;
	oid row = len > OID_LENGTH(root) + 1 ? name[OID_LENGTH(root) + 1] + 1 : 1;

	if (column == 0 || row > rows) {
		column++;
		row = 1;
	}
	*ret_column = column;
	*ret_row = row;
	return column <= columns;
}

static int
answer(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
	netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	(void)handler;
	(void)registration;
	if (info->mode != MODE_GETNEXT)
		return SNMP_ERR_NOERROR;
	for (netsnmp_request_info *request = requests; request != NULL;
		request = request->next) {
		netsnmp_variable_list *binding = request->requestvb;
		oid name[OID_LENGTH(root) + 2], column, row;

		if (request->processed ||
			!find_next(binding->name, binding->name_length, &column, &row))
			continue;
		memcpy(name, root, sizeof(root));
		name[OID_LENGTH(root)] = column;
		name[OID_LENGTH(root) + 1] = row;
		snmp_set_var_objid(binding, name, OID_LENGTH(name));
		snmp_set_var_typed_integer(binding, ASN_INTEGER, (long)row);
	}
	return SNMP_ERR_NOERROR;
}

int
main(int argc, char **argv)
{
	if (argc != 4)
		return EXIT_FAILURE;
	columns = strtoul(argv[2], NULL, 10);
	rows = strtoul(argv[3], NULL, 10);
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE, 1);
	netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET, argv[1]);
	init_agent("floor_agent");
	netsnmp_register_handler(netsnmp_create_handler_registration(
		"floor", answer, root, OID_LENGTH(root), HANDLER_CAN_RONLY));
	init_snmp("floor_agent");
	for (;;)
		agent_check_and_process(1);
}
