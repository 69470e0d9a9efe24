/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The answers to a master's requests (RFC 2741, 7.2.3 and 7.2.4).
 */
#include "answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agentx.h"
#include "sample.h"
#include "table.h"
#include "util.h"

#define CHECKS 300

static const oid name_column[] = {1, 2, 1, 2};
static const oid output_column[] = {1, 2, 1, 14};
static const oid last_column[] = {1, 2, 1, 38};

static struct table *table;

static int
set_up(void **state)
{
	(void)state;
	table = table_new("1.2.3");
	for (int i = 0; i < CHECKS; i++) {
		char name[] = "c-000";

		name[2] = (char)('0' + i / 100);
		name[3] = (char)('0' + i / 10 % 10);
		name[4] = (char)('0' + i % 10);

		struct wire_row row = sample_row(name);

		rows_put(table_rows(table), &row);
	}
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	table_free(table);
	return 0;
}

static struct mib_name
column_of(const oid *arcs, const char *check)
{
	struct mib_name name;

	mib_name_set(&name, arcs, 4, check);
	return name;
}

/* Of the last column of all; the last ones of these checks are 61, 62 and 63. */
static struct mib_name
page_text(oid page)
{
	const oid arcs[] = {1, 7, 1, 3};
	struct mib_name name;

	mib_name_begin(&name, arcs, ARRAY_LEN(arcs));
	mib_name_add(&name, page);
	return name;
}

/* Adds a search range, whose end is the null OID where end is NULL. */
static void
add_range(netsnmp_pdu *request, const struct mib_name *start, const struct mib_name *end,
	bool is_inclusive)
{
	static const oid null_oid[] = {0, 0}; /* as the codec has it */

	assert_non_null(snmp_pdu_add_variable(request, start->arcs, start->len,
		is_inclusive ? ASN_PRIV_INCL_RANGE : ASN_PRIV_EXCL_RANGE,
		end != NULL ? end->arcs : null_oid,
		(end != NULL ? end->len : 2) * sizeof(oid)));
}

static void
assert_named(const netsnmp_variable_list *variable, const struct mib_name *name)
{
	assert_non_null(variable);
	assert_int_equal(variable->name_length, name->len);
	assert_memory_equal(variable->name, name->arcs, name->len * sizeof(oid));
}

static size_t
count(const netsnmp_variable_list *variable)
{
	size_t variables = 0;

	for (; variable != NULL; variable = variable->next_variable)
		variables++;
	return variables;
}

static void
get_answers_each_variable_with_a_value_or_an_exception(void **state)
{
	netsnmp_pdu *request CLEANUP_PDU = agentx_pdu_new(AGENTX_GET, 1);
	struct mib_name there = column_of(name_column, "c-007");
	struct mib_name nowhere = column_of(name_column, "c-999");
	struct mib_name unknown = {.arcs = {1, 3, 6, 1}, .len = 4};

	(void)state;
	add_range(request, &there, NULL, false);
	add_range(request, &nowhere, NULL, false);
	add_range(request, &unknown, NULL, false);

	netsnmp_pdu *response CLEANUP_PDU = answer_new(table, request, sample_now);
	const netsnmp_variable_list *variable = response->variables;

	assert_int_equal(response->errstat, 0);
	assert_named(variable, &there);
	assert_int_equal(variable->type, ASN_OCTET_STR);
	assert_memory_equal(variable->val.string, "c-007", 5);
	variable = variable->next_variable;
	assert_named(variable, &nowhere);
	assert_int_equal(variable->type, SNMP_NOSUCHINSTANCE);
	variable = variable->next_variable;
	assert_named(variable, &unknown);
	assert_int_equal(variable->type, SNMP_NOSUCHOBJECT);
	assert_null(variable->next_variable);
}

static void
get_next_keeps_to_its_range(void **state)
{
	struct mib_name at = column_of(name_column, "c-007");
	struct mib_name next = column_of(name_column, "c-008");
	netsnmp_pdu *request CLEANUP_PDU = agentx_pdu_new(AGENTX_GET_NEXT, 1);

	(void)state;
	add_range(request, &at, NULL, false);
	add_range(request, &at, NULL, true);
	add_range(request, &at, &next, false); /* the end itself is beyond it */

	netsnmp_pdu *response CLEANUP_PDU = answer_new(table, request, sample_now);
	const netsnmp_variable_list *variable = response->variables;

	assert_named(variable, &next);
	variable = variable->next_variable;
	assert_named(variable, &at);
	variable = variable->next_variable;
	assert_named(variable, &at);
	assert_int_equal(variable->type, SNMP_ENDOFMIBVIEW);
}

static void
get_next_behind_the_last_object_is_the_end(void **state)
{
	struct mib_name last = page_text(63);
	netsnmp_pdu *request CLEANUP_PDU = agentx_pdu_new(AGENTX_GET_NEXT, 1);

	(void)state;
	add_range(request, &last, NULL, false);

	netsnmp_pdu *response CLEANUP_PDU = answer_new(table, request, sample_now);

	assert_int_equal(response->errstat, 0);
	assert_named(response->variables, &last);
	assert_int_equal(response->variables->type, SNMP_ENDOFMIBVIEW);
}

static void
get_bulk_repeats_the_repeaters_alone(void **state)
{
	struct mib_name first = column_of(name_column, "c-000");
	struct mib_name fourth = column_of(name_column, "c-003");
	struct mib_name output = column_of(output_column, "c-003");
	netsnmp_pdu *request CLEANUP_PDU = agentx_pdu_new(AGENTX_GET_BULK, 1);

	(void)state;
	request->non_repeaters = 1;
	request->max_repetitions = 4;
	add_range(request, &first, NULL, false);
	add_range(request, &first, NULL, true);
	first = column_of(output_column, "c-000");
	add_range(request, &first, NULL, true);

	netsnmp_pdu *response CLEANUP_PDU = answer_new(table, request, sample_now);
	const netsnmp_variable_list *variable = response->variables;

	assert_int_equal(count(variable), 1 + 4 * 2);
	for (size_t i = 0; i < 7; i++)
		variable = variable->next_variable;
	assert_named(variable, &fourth);
	assert_named(variable->next_variable, &output);
}

static void
get_bulk_ends_with_the_repetition_in_which_all_ended(void **state)
{
	struct mib_name last_but_two = page_text(61);
	struct mib_name name = column_of(last_column, "c-297");
	struct mib_name end = column_of(last_column, "c-298");
	netsnmp_pdu *request CLEANUP_PDU = agentx_pdu_new(AGENTX_GET_BULK, 1);

	(void)state;
	request->max_repetitions = 1000;
	add_range(request, &last_but_two, NULL, false);
	add_range(request, &name, &end, true);

	netsnmp_pdu *response CLEANUP_PDU = answer_new(table, request, sample_now);
	const netsnmp_variable_list *variable = response->variables;

	assert_int_equal(count(variable), 2 * 3);
	for (size_t i = 0; i < 4; i++)
		variable = variable->next_variable;
	assert_int_equal(variable->type, SNMP_ENDOFMIBVIEW);
	assert_int_equal(variable->next_variable->type, SNMP_ENDOFMIBVIEW);
}

static void
get_bulk_is_bounded_by_a_packet(void **state)
{
	struct mib_name root = {.len = mib_root_len};
	struct agentx *agentx = agentx_new();
	struct evbuffer *buffer = evbuffer_new();
	netsnmp_pdu *request CLEANUP_PDU = agentx_pdu_new(AGENTX_GET_BULK, 1);

	(void)state;
	memcpy(root.arcs, mib_root, mib_root_len * sizeof(oid));
	request->max_repetitions = 65535;
	for (int i = 0; i < 10; i++)
		add_range(request, &root, NULL, false);

	netsnmp_pdu *response CLEANUP_PDU = answer_new(table, request, sample_now);

	assert_int_equal(agentx_put(agentx, response, buffer), 0);
	assert_in_range(evbuffer_get_length(buffer), AGENTX_PACKET_MAX / 2, AGENTX_PACKET_MAX);
	evbuffer_free(buffer);
	agentx_free(agentx);
}

static void
get_bulk_without_repetitions_or_ranges_is_empty(void **state)
{
	struct mib_name name = column_of(name_column, "c-000");
	netsnmp_pdu *request CLEANUP_PDU = agentx_pdu_new(AGENTX_GET_BULK, 1);
	netsnmp_pdu *response;

	(void)state;
	request->non_repeaters = 5;
	request->max_repetitions = 5;
	response = answer_new(table, request, sample_now);
	assert_null(response->variables);
	snmp_free_pdu(response);
	request->non_repeaters = 0;
	request->max_repetitions = 0;
	add_range(request, &name, NULL, false);
	response = answer_new(table, request, sample_now);
	assert_null(response->variables);
	snmp_free_pdu(response);
}

static void
a_get_of_more_than_a_packet_holds_is_too_big(void **state)
{
	struct mib_name name = column_of(output_column, "c-000");
	netsnmp_pdu *request CLEANUP_PDU = agentx_pdu_new(AGENTX_GET, 1);

	(void)state;
	for (int i = 0; i < 1000; i++)
		add_range(request, &name, NULL, false);

	netsnmp_pdu *response CLEANUP_PDU = answer_new(table, request, sample_now);

	assert_int_equal(response->errstat, SNMP_ERR_TOOBIG);
	assert_in_range(response->errindex, 500, 1000);
	assert_null(response->variables);
}

static void
nothing_can_be_set(void **state)
{
	struct mib_name name = column_of(name_column, "c-000");
	netsnmp_pdu *request CLEANUP_PDU = agentx_pdu_new(AGENTX_TEST_SET, 1);
	netsnmp_pdu *response;

	(void)state;
	snmp_pdu_add_variable(
		request, name.arcs, name.len, ASN_INTEGER, &(long){2}, sizeof(long));
	response = answer_new(table, request, sample_now);
	assert_int_equal(response->errstat, SNMP_ERR_NOTWRITABLE);
	assert_int_equal(response->errindex, 1);
	snmp_free_pdu(response);
	request->command = AGENTX_COMMIT_SET;
	response = answer_new(table, request, sample_now);
	assert_int_equal(response->errstat, SNMP_ERR_COMMITFAILED);
	snmp_free_pdu(response);
	request->command = AGENTX_UNDO_SET;
	response = answer_new(table, request, sample_now);
	assert_int_equal(response->errstat, 0);
	snmp_free_pdu(response);
	request->command = AGENTX_CLEANUP_SET;
	assert_null(answer_new(table, request, sample_now));
}

static void
another_context_is_not_supported(void **state)
{
	struct mib_name name = column_of(name_column, "c-000");
	netsnmp_pdu *request CLEANUP_PDU = agentx_pdu_new(AGENTX_GET, 1);

	(void)state;
	add_range(request, &name, NULL, false);
	request->flags |= AGENTX_FLAG_NON_DEFAULT_CONTEXT;

	netsnmp_pdu *response CLEANUP_PDU = answer_new(table, request, sample_now);

	assert_int_equal(response->errstat, AGENTX_ERROR_UNSUPPORTED_CONTEXT);
	assert_null(response->variables);
}

static void
a_name_longer_than_any_oid_is_answered(void **state)
{
	struct agentx *agentx = agentx_new();
	struct evbuffer *buffer = evbuffer_new();
	netsnmp_pdu *request CLEANUP_PDU = agentx_pdu_new(AGENTX_GET_NEXT, 1);
	oid arcs[255];
	static const oid null_oid[] = {0, 0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(arcs); i++)
		arcs[i] = 4294967295;
	snmp_pdu_add_variable(request, arcs, ARRAY_LEN(arcs), ASN_PRIV_EXCL_RANGE, null_oid,
		sizeof(null_oid));

	netsnmp_pdu *response CLEANUP_PDU = answer_new(table, request, sample_now);

	assert_int_equal(response->variables->type, SNMP_ENDOFMIBVIEW);
	assert_int_equal(agentx_put(agentx, response, buffer), 0);
	evbuffer_free(buffer);
	agentx_free(agentx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(get_answers_each_variable_with_a_value_or_an_exception),
		cmocka_unit_test(get_next_keeps_to_its_range),
		cmocka_unit_test(get_next_behind_the_last_object_is_the_end),
		cmocka_unit_test(get_bulk_repeats_the_repeaters_alone),
		cmocka_unit_test(get_bulk_ends_with_the_repetition_in_which_all_ended),
		cmocka_unit_test(get_bulk_is_bounded_by_a_packet),
		cmocka_unit_test(get_bulk_without_repetitions_or_ranges_is_empty),
		cmocka_unit_test(a_get_of_more_than_a_packet_holds_is_too_big),
		cmocka_unit_test(nothing_can_be_set),
		cmocka_unit_test(another_context_is_not_supported),
		cmocka_unit_test(a_name_longer_than_any_oid_is_answered),
	};

	return cmocka_run_group_tests_name("answer", tests, set_up, tear_down);
}
