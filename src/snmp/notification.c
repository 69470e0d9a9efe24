/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the notifications carry: a const table of variables for each kind, in the order of
 * CHECKD-MIB.
 */
#include "notification.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "mib.h"
#include "text.h"
#include "util.h"
#include "value.h"

struct variable {
	oid arcs[MIB_ARCS_MAX]; /* below the root */
	size_t arc_count;
	uint8_t type;
	value_reader read;
	size_t offset; /* in check_event */
};

#define COLUMN(number, type, read, member)                                                     \
	{                                                                                      \
		{MIB_OBJECTS, MIB_TABLE, MIB_ENTRY, number}, 4, type, read,                    \
			offsetof(struct check_event, member)                                   \
	}
#define SCALAR(group, number, type, read, member)                                              \
	{                                                                                      \
		{MIB_OBJECTS, group, number}, 3, type, read,                                   \
			offsetof(struct check_event, member)                                   \
	}

/* clang-format off */
static const struct variable check_variables[] = {
	COLUMN(MIB_NAME, ASN_OCTET_STR, value_read_text, name),
	COLUMN(MIB_LAST_STATUS, ASN_INTEGER, value_read_i32, to_status),
	COLUMN(MIB_PREVIOUS_STATUS, ASN_INTEGER, value_read_i32, previous_status),
	COLUMN(MIB_STATE, ASN_INTEGER, value_read_u8, to_state),
	SCALAR(MIB_DELIVERY, MIB_EVENT_PREVIOUS_STATE, ASN_INTEGER, value_read_u8, from_state),
	COLUMN(MIB_LAST_OUTCOME, ASN_INTEGER, value_read_u8, to_outcome),
	COLUMN(MIB_LAST_MEANING, ASN_OCTET_STR, value_read_text, meaning),
	COLUMN(MIB_LAST_OUTPUT, ASN_OCTET_STR, value_read_text, output),
	COLUMN(MIB_DESCRIPTION, ASN_OCTET_STR, value_read_text, description),
	COLUMN(MIB_GROUP, ASN_OCTET_STR, value_read_text, group),
	COLUMN(MIB_LAST_RAN_EPOCH, ASN_UNSIGNED, value_read_u32, last_ran_epoch),
	COLUMN(MIB_STATUS_CHANGES, ASN_COUNTER, value_read_u32, status_changes),
	SCALAR(MIB_DELIVERY, MIB_EVENT_NUMBER, ASN_UNSIGNED, value_read_u64, number),
	SCALAR(MIB_AGENT, MIB_STATE_EPOCH, ASN_UNSIGNED, value_read_u32, state_epoch),
};

static const struct variable started_variables[] = {
	SCALAR(MIB_DELIVERY, MIB_DELIVERY_FIRST_EVENT, ASN_UNSIGNED, value_read_u64, first),
	SCALAR(MIB_DELIVERY, MIB_DELIVERY_LAST_EVENT, ASN_UNSIGNED, value_read_u64, last),
	SCALAR(MIB_AGENT, MIB_STATE_EPOCH, ASN_UNSIGNED, value_read_u32, state_epoch),
};

static const struct variable lost_variables[] = {
	SCALAR(MIB_DELIVERY, MIB_LOST_FIRST, ASN_UNSIGNED, value_read_u64, first),
	SCALAR(MIB_DELIVERY, MIB_LOST_LAST, ASN_UNSIGNED, value_read_u64, last),
	SCALAR(MIB_DELIVERY, MIB_EVENT_NUMBER, ASN_UNSIGNED, value_read_u64, number),
	SCALAR(MIB_AGENT, MIB_STATE_EPOCH, ASN_UNSIGNED, value_read_u32, state_epoch),
};
/* clang-format on */

struct kind {
	const struct variable *variables;
	size_t count;
};

#define KIND(list)                                                                             \
	{                                                                                      \
		list, ARRAY_LEN(list)                                                          \
	}

/* By enum check_event_kind. */
static const struct kind kinds[] = {
	[CHECK_EVENT_FAILED] = KIND(check_variables),
	[CHECK_EVENT_CHANGED] = KIND(check_variables),
	[CHECK_EVENT_RECOVERED] = KIND(check_variables),
	[CHECK_EVENT_BECAME_STALE] = KIND(check_variables),
	[CHECK_EVENT_BECAME_FRESH] = KIND(check_variables),
	[CHECK_EVENT_FLAPPING_STARTED] = KIND(check_variables),
	[CHECK_EVENT_FLAPPING_STOPPED] = KIND(check_variables),
	[CHECK_EVENT_WITHDRAWN] = KIND(check_variables),
	[CHECK_EVENT_AGENT_STARTED] = KIND(started_variables),
	[CHECK_EVENT_EVENTS_LOST] = KIND(lost_variables),
};
static_assert(ARRAY_LEN(kinds) == CHECK_EVENT_EVENTS_LOST + 1, "a list for each kind");

/* SNMPv2-MIB. */
static const oid sys_up_time[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
static const oid snmp_trap_oid[] = {1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};

static void
append_trap_oid(netsnmp_variable_list ***tail, enum check_event_kind kind)
{
	oid trap[MAX_OID_LEN];
	size_t len = mib_root_len;

	memcpy(trap, mib_root, mib_root_len * sizeof(oid));
	trap[len++] = MIB_NOTIFICATIONS;
	trap[len++] = kind;
	if (snmp_varlist_add_variable(*tail, snmp_trap_oid, ARRAY_LEN(snmp_trap_oid),
		    ASN_OBJECT_ID, trap, len * sizeof(oid)) == NULL)
		abort();
	*tail = &(**tail)->next_variable;
}

static void
append_variable(netsnmp_variable_list ***tail, const struct variable *variable,
	const struct check_event *event)
{
	struct value_source source = {.member = (const char *)event + variable->offset};
	bool is_column = variable->arcs[1] == MIB_TABLE;
	struct mib_name name;
	struct value value;

	mib_name_set(
		&name, variable->arcs, variable->arc_count, is_column ? event->name : NULL);
	variable->read(&source, &value);
	value_append(tail, name.arcs, name.len, variable->type, &value);
}

netsnmp_variable_list *
notification_variables_new(const struct check_event *event)
{
	const struct kind *kind = &kinds[event->kind];
	netsnmp_variable_list *list = NULL, **tail = &list;

	append_trap_oid(&tail, event->kind);
	for (size_t i = 0; i < kind->count; i++)
		append_variable(&tail, &kind->variables[i], event);
	return list;
}

/* The octets of a tag and a length before content of len octets, by BER. */
static size_t
tag_size(size_t len)
{
	return len < 0x80 ? 2 : len < 0x100 ? 3 : 4;
}

static size_t
oid_size(const oid *arcs, size_t count)
{
	size_t size = 1; /* of the first two arcs */

	for (size_t i = 2; i < count; i++) {
		for (oid rest = arcs[i]; rest >= 0x80; rest >>= 7)
			size++;
		size++;
	}
	return tag_size(size) + size;
}

static size_t
value_size(const netsnmp_variable_list *variable)
{
	if (variable->type == ASN_OCTET_STR)
		return tag_size(variable->val_len) + variable->val_len;
	if (variable->type == ASN_OBJECT_ID)
		return oid_size(variable->val.objid, variable->val_len / sizeof(oid));
	return 2 + 5; /* of an integer of 32 bits, at most */
}

size_t
notification_size(const netsnmp_variable_list *list)
{
	size_t size = oid_size(sys_up_time, ARRAY_LEN(sys_up_time)) + 7;

	size += tag_size(size);
	for (; list != NULL; list = list->next_variable) {
		size_t content = oid_size(list->name, list->name_length) + value_size(list);

		size += tag_size(content) + content;
	}
	return tag_size(size) + size;
}

/* Cuts a text by as much as there is too much, and takes that off. */
static void
cut(char *text, size_t *excess)
{
	size_t len = strlen(text);

	if (*excess == 0)
		return;
	text_cut(text, len > *excess ? len - *excess : 0);
	len -= strlen(text);
	*excess -= len < *excess ? len : *excess;
}

void
notification_fit(struct check_event *event)
{
	netsnmp_variable_list *list = notification_variables_new(event);
	size_t size = notification_size(list) + NOTIFICATION_HEADER_LEN;
	size_t excess = size > NOTIFICATION_MAX ? size - NOTIFICATION_MAX : 0;

	snmp_free_varbind(list);
	cut(event->description, &excess);
	cut(event->output, &excess);
	cut(event->meaning, &excess);
}
