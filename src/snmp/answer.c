/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests become responses. A response is bounded by what one packet holds: a GetBulk
 * ends early there, as it may; a Get that asks for more is told tooBig.
 */
#include "answer.h"

#include "agentx.h"
#include "mib.h"
#include "table.h"
#include "value.h"

/* A variable's octets beside its name's arcs and its text: type, OID header, length, pad. */
#define VARIABLE_OVERHEAD 16

/* A response's octets between its header and its variables. */
#define RESPONSE_LEN 8

struct answer {
	struct table *table;
	struct boottime now;
	netsnmp_pdu *response;
	netsnmp_variable_list **tail;
	size_t size; /* of the response's packet, at most */
};

/* Appends a variable where it fits. value NULL: type is an exception. */
static bool
append(struct answer *answer, const oid *name, size_t name_len, uint8_t type,
	const struct value *value)
{
	size_t text_len = value != NULL && type == ASN_OCTET_STR ? value->len : 0;
	size_t size = answer->size + VARIABLE_OVERHEAD + 4 * name_len + text_len;

	if (size > AGENTX_PACKET_MAX)
		return false;
	answer->size = size;
	value_append(&answer->tail, name, name_len, type, value);
	return true;
}

static void
fail(struct answer *answer, long error, long index)
{
	snmp_free_varbind(answer->response->variables);
	answer->response->variables = NULL;
	answer->response->errstat = error;
	answer->response->errindex = index;
}

static bool
append_instance(struct answer *answer, const netsnmp_variable_list *range)
{
	static const uint8_t exceptions[] = {
		[TABLE_NO_OBJECT] = SNMP_NOSUCHOBJECT,
		[TABLE_NO_INSTANCE] = SNMP_NOSUCHINSTANCE,
	};
	struct value value;
	enum table_result result =
		table_get(answer->table, range->name, range->name_length, answer->now, &value);

	if (result == TABLE_FOUND)
		return append(answer, range->name, range->name_length, value.type, &value);
	return append(answer, range->name, range->name_length, exceptions[result], NULL);
}

/* The end of a search range; the codec makes 0.0 of the null OID, which is no end. */
static bool
is_before_end(const struct mib_name *name, const netsnmp_variable_list *range)
{
	const oid *end = range->val.objid;
	size_t len = range->val_len / sizeof(oid);

	if (len == 0 || (len == 2 && end[0] == 0 && end[1] == 0))
		return true;
	return snmp_oid_compare(name->arcs, name->len, end, len) < 0;
}

/*
 * Appends the first instance of a search range that begins at from. Sets *ret_next to its
 * name; to length 0 where there is none and endOfMibView was appended.
 */
static bool
append_next(struct answer *answer, const netsnmp_variable_list *range, const oid *from,
	size_t from_len, bool is_inclusive, struct mib_name *ret_next)
{
	struct value value;

	if (table_get_next(answer->table, from, from_len, is_inclusive, answer->now, ret_next,
		    &value) &&
		is_before_end(ret_next, range))
		return append(answer, ret_next->arcs, ret_next->len, value.type, &value);
	ret_next->len = 0;
	return append(answer, from, from_len, SNMP_ENDOFMIBVIEW, NULL);
}

static bool
append_first(
	struct answer *answer, const netsnmp_variable_list *range, struct mib_name *ret_next)
{
	return append_next(answer, range, range->name, range->name_length,
		range->type == ASN_PRIV_INCL_RANGE, ret_next);
}

static void
answer_get(struct answer *answer, const netsnmp_pdu *request)
{
	long index = 1;

	for (const netsnmp_variable_list *range = request->variables; range != NULL;
		range = range->next_variable, index++) {
		if (!append_instance(answer, range)) {
			fail(answer, SNMP_ERR_TOOBIG, index);
			return;
		}
	}
}

static void
answer_get_next(struct answer *answer, const netsnmp_pdu *request)
{
	struct mib_name next;
	long index = 1;

	for (const netsnmp_variable_list *range = request->variables; range != NULL;
		range = range->next_variable, index++) {
		if (!append_first(answer, range, &next)) {
			fail(answer, SNMP_ERR_TOOBIG, index);
			return;
		}
	}
}

/* One repetition continues where the one before it ended, whose variables begin at from. */
static bool
append_repetition(struct answer *answer, const netsnmp_variable_list *ranges,
	const netsnmp_variable_list *from, bool *ret_is_at_end)
{
	*ret_is_at_end = true;
	for (; ranges != NULL; ranges = ranges->next_variable, from = from->next_variable) {
		struct mib_name next = {.len = 0};

		if (from->type == SNMP_ENDOFMIBVIEW) {
			if (!append(answer, from->name, from->name_length, SNMP_ENDOFMIBVIEW,
				    NULL))
				return false;
		} else if (!append_next(answer, ranges, from->name, from->name_length, false,
				   &next)) {
			return false;
		}
		*ret_is_at_end &= next.len == 0;
	}
	return true;
}

static void
answer_get_bulk(struct answer *answer, const netsnmp_pdu *request)
{
	const netsnmp_variable_list *ranges = request->variables;
	struct mib_name next;
	bool is_at_end = true;

	for (long i = 0; i < request->non_repeaters && ranges != NULL; i++) {
		if (!append_first(answer, ranges, &next))
			return;
		ranges = ranges->next_variable;
	}
	if (ranges == NULL || request->max_repetitions == 0)
		return;

	netsnmp_variable_list **repetition = answer->tail;

	for (const netsnmp_variable_list *range = ranges; range != NULL;
		range = range->next_variable) {
		if (!append_first(answer, range, &next))
			return;
		is_at_end &= next.len == 0;
	}
	for (long i = 1; i < request->max_repetitions && !is_at_end; i++) {
		netsnmp_variable_list **following = answer->tail;

		if (!append_repetition(answer, ranges, *repetition, &is_at_end))
			return;
		repetition = following;
	}
}

/* Nothing can be set, so that the first variable is the one that cannot. */
static void
answer_test_set(struct answer *answer, const netsnmp_pdu *request)
{
	if (request->variables != NULL)
		fail(answer, SNMP_ERR_NOTWRITABLE, 1);
}

static void
answer_request(struct answer *answer, const netsnmp_pdu *request)
{
	switch (request->command) {
	case AGENTX_GET:
		answer_get(answer, request);
		break;
	case AGENTX_GET_NEXT:
		answer_get_next(answer, request);
		break;
	case AGENTX_GET_BULK:
		answer_get_bulk(answer, request);
		break;
	case AGENTX_TEST_SET:
		answer_test_set(answer, request);
		break;
	case AGENTX_COMMIT_SET: /* of a test that failed, or of nothing */
		fail(answer, SNMP_ERR_COMMITFAILED, 0);
		break;
	case AGENTX_UNDO_SET: /* nothing was committed, so nothing is left to be undone */
		break;
	}
}

netsnmp_pdu *
answer_new(struct table *table, const netsnmp_pdu *request, struct boottime now)
{
	bool is_foreign = (request->flags & AGENTX_FLAG_NON_DEFAULT_CONTEXT) != 0;
	struct answer answer = {
		.table = table,
		.now = now,
		.response = agentx_response_pdu_new(
			request, is_foreign ? AGENTX_ERROR_UNSUPPORTED_CONTEXT : 0),
		.size = AGENTX_HEADER_LEN + RESPONSE_LEN,
	};

	if (answer.response == NULL || is_foreign)
		return answer.response;
	answer.tail = &answer.response->variables;
	answer_request(&answer, request);
	return answer.response;
}
