/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The least that an agent with a table can do: a constant array in the order of a walk, and
 * a binary search. What a walk of it costs is net-snmp's and the system's; bench_reading.py
 * holds checkd-snmp against it. Its rows have the names of the bench's checks as index.
 *
 * usage: floor_agent agentx|ports ADDRESS COLUMNS ROWS
 */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LEN  20
#define INDEX_LEN (1 + NAME_LEN)

struct row {
	oid index[INDEX_LEN];
	long value;
};

static const oid root[] = {1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 1};
static struct row *rows;
static size_t row_count;
static oid column_count;

/* The first row behind an index, or row_count. */
static size_t
find_behind(const oid *index, size_t len)
{
	size_t low = 0, high = row_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (snmp_oid_compare(rows[middle].index, INDEX_LEN, index, len) > 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Makes a request's binding that of the instance behind it, if there is one. */
static void
answer_next(netsnmp_variable_list *binding)
{
	oid name[OID_LENGTH(root) + 1 + INDEX_LEN], column = 1;
	size_t row = 0;

	if (binding->name_length > OID_LENGTH(root) &&
		(column = binding->name[OID_LENGTH(root)]) > 0)
		row = find_behind(binding->name + OID_LENGTH(root) + 1,
			binding->name_length - OID_LENGTH(root) - 1);
	if (row == row_count || column == 0) {
		row = 0;
		column++;
	}
	if (column > column_count)
		return;
	memcpy(name, root, sizeof(root));
	name[OID_LENGTH(root)] = column;
	memcpy(name + OID_LENGTH(root) + 1, rows[row].index, sizeof(rows[row].index));
	snmp_set_var_objid(binding, name, OID_LENGTH(name));
	snmp_set_var_typed_integer(binding, ASN_INTEGER, rows[row].value);
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
		if (!request->processed)
			answer_next(request->requestvb);
	}
	return SNMP_ERR_NOERROR;
}

static void
make_rows(void)
{
	rows = calloc(row_count, sizeof(*rows));
	if (rows == NULL)
		abort();
	for (size_t i = 0; i < row_count; i++) {
		char name[64];

		snprintf(name, sizeof(name), "nnnnnnnnnnnnnn%06zu", i + 1);
		rows[i].index[0] = NAME_LEN;
		for (size_t j = 0; j < NAME_LEN; j++)
			rows[i].index[1 + j] = (unsigned char)name[j];
		rows[i].value = 0;
	}
}

int
main(int argc, char **argv)
{
	static char no_smux[] = "-smux";
	int is_subagent = argc == 5 && strcmp(argv[1], "agentx") == 0;

	if (argc != 5)
		return EXIT_FAILURE;
	column_count = strtoul(argv[3], NULL, 10);
	row_count = strtoul(argv[4], NULL, 10);
	make_rows();
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE, is_subagent);
	netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID,
		is_subagent ? NETSNMP_DS_AGENT_X_SOCKET : NETSNMP_DS_AGENT_PORTS, argv[2]);
	add_to_init_list(no_smux);
	init_agent("floor_agent");
	netsnmp_register_handler(netsnmp_create_handler_registration(
		"floor", answer, root, OID_LENGTH(root), HANDLER_CAN_RONLY));
	init_snmp("floor_agent");
	if (!is_subagent && init_master_agent() != 0)
		return EXIT_FAILURE;
	for (;;)
		agent_check_and_process(1);
}
