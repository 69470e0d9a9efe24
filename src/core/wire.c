/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages as bytes. What a message consists of stands in one table of fields a type;
 * encoding, decoding and freeing are loops over it.
 */
#include "wire.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "definition.h"
#include "util.h"

enum field_type {
	FIELD_U8, /* with a range */
	FIELD_U32,
	FIELD_I32,
	FIELD_U64,    /* and signed ones, bit by bit */
	FIELD_STRING, /* with a greatest length */
};

struct field {
	enum field_type type;
	size_t offset;
	unsigned min; /* of a FIELD_U8 */
	unsigned max; /* of a FIELD_U8; a FIELD_STRING's greatest length */
};

struct layout {
	const struct field *fields;
	size_t count;
	size_t size; /* of the struct */
};

#define U8(type, member, min, max)                                                             \
	{                                                                                      \
		FIELD_U8, offsetof(struct type, member), min, max                              \
	}
#define BOOLEAN(type, member) U8(type, member, 0, 1)
#define U32(type, member)                                                                      \
	{                                                                                      \
		FIELD_U32, offsetof(struct type, member), 0, 0                                 \
	}
#define I32(type, member)                                                                      \
	{                                                                                      \
		FIELD_I32, offsetof(struct type, member), 0, 0                                 \
	}
#define U64(type, member)                                                                      \
	{                                                                                      \
		FIELD_U64, offsetof(struct type, member), 0, 0                                 \
	}
#define STRING(type, member, max)                                                              \
	{                                                                                      \
		FIELD_STRING, offsetof(struct type, member), 0, max                            \
	}

static const struct field hello_fields[] = {
	STRING(wire_hello, version, 64),
	BOOLEAN(wire_hello, is_standalone),
	STRING(wire_hello, master, WIRE_SETTING_MAX),
	STRING(wire_hello, listen, WIRE_SETTING_MAX),
	STRING(wire_hello, config, WIRE_SETTING_MAX),
	STRING(wire_hello, persistent_dir, WIRE_SETTING_MAX),
	BOOLEAN(wire_hello, has_identity),
	U32(wire_hello, uid),
	U32(wire_hello, gid),
	U8(wire_hello, log_target, 0, 2),
	U8(wire_hello, log_level, 3, 7),
	BOOLEAN(wire_hello, is_ascii),
	U8(wire_hello, priority, 1, 127),
	U32(wire_hello, notify_rate),
	U32(wire_hello, busy_poll_us),
};

static const struct field row_fields[] = {
	STRING(wire_row, name, DEFINITION_NAME_MAX),
	STRING(wire_row, description, CHECK_OUTPUT_MAX),
	STRING(wire_row, group, DEFINITION_NAME_MAX),
	U8(wire_row, type, CHECK_TYPE_COMMAND, CHECK_TYPE_WORKER),
	U8(wire_row, admin_state, CHECK_ADMIN_STATE_ENABLED, CHECK_ADMIN_STATE_MAINTENANCE),
	U8(wire_row, run_state, CHECK_RUN_STATE_IDLE, CHECK_RUN_STATE_STOPPING),
	U8(wire_row, state, CHECK_STATE_PENDING, CHECK_STATE_CRITICAL),
	I32(wire_row, last_status),
	I32(wire_row, previous_status),
	U8(wire_row, last_outcome, CHECK_OUTCOME_NEVER, CHECK_OUTCOME_START_FAILED),
	U32(wire_row, last_signal),
	STRING(wire_row, last_meaning, CHECK_OUTPUT_MAX),
	STRING(wire_row, last_output, CHECK_OUTPUT_MAX),
	STRING(wire_row, last_perfdata, CHECK_PERFDATA_MAX),
	U32(wire_row, last_ran_epoch),
	U64(wire_row, last_ran_boot_ms),
	U32(wire_row, last_duration_ms),
	U32(wire_row, last_lateness_ms),
	U32(wire_row, last_change_epoch),
	U64(wire_row, last_change_boot_ms),
	U32(wire_row, status_changes),
	U32(wire_row, state_changes),
	U32(wire_row, runs),
	U32(wire_row, failures),
	U32(wire_row, timeouts),
	U32(wire_row, missed_runs),
	U32(wire_row, attempt),
	U32(wire_row, interval_ms),
	U32(wire_row, timeout_ms),
	U64(wire_row, fresh_ms),
	U64(wire_row, fresh_since_boot_ms),
	BOOLEAN(wire_row, is_stale),
	BOOLEAN(wire_row, is_flapping),
	U8(wire_row, suppression, CHECK_SUPPRESSION_NONE, CHECK_SUPPRESSION_FLAPPING),
	U32(wire_row, last_event),
	U32(wire_row, discontinuity_epoch),
};

static const struct field remove_fields[] = {
	STRING(wire_remove, name, DEFINITION_NAME_MAX),
};

static const struct field event_fields[] = {
	U64(check_event, number),
	U32(check_event, state_epoch),
	U8(check_event, kind, CHECK_EVENT_FAILED, CHECK_EVENT_EVENTS_LOST),
	U8(check_event, delivery, CHECK_DELIVERY_PENDING, CHECK_DELIVERY_LOST),
	U8(check_event, suppression, CHECK_SUPPRESSION_NONE, CHECK_SUPPRESSION_FLAPPING),
	STRING(check_event, name, DEFINITION_NAME_MAX),
	I32(check_event, from_status),
	I32(check_event, to_status),
	I32(check_event, previous_status),
	U8(check_event, from_outcome, CHECK_OUTCOME_NEVER, CHECK_OUTCOME_START_FAILED),
	U8(check_event, to_outcome, CHECK_OUTCOME_NEVER, CHECK_OUTCOME_START_FAILED),
	U8(check_event, from_state, CHECK_STATE_PENDING, CHECK_STATE_CRITICAL),
	U8(check_event, to_state, CHECK_STATE_PENDING, CHECK_STATE_CRITICAL),
	STRING(check_event, meaning, CHECK_OUTPUT_MAX),
	STRING(check_event, output, CHECK_OUTPUT_MAX),
	STRING(check_event, description, CHECK_OUTPUT_MAX),
	STRING(check_event, group, DEFINITION_NAME_MAX),
	U32(check_event, epoch),
	U32(check_event, last_ran_epoch),
	U32(check_event, held_s),
	U32(check_event, status_changes),
	U64(check_event, first),
	U64(check_event, last),
};

static const struct field forget_fields[] = {
	U64(wire_forget, number),
};

static const struct field summary_fields[] = {
	U32(wire_summary, start_epoch),
	U64(wire_summary, start_boot_ms),
	U32(wire_summary, runs),
	U32(wire_summary, timeouts),
	U32(wire_summary, missed_runs),
	U32(wire_summary, running),
	U32(wire_summary, queued),
	U32(wire_summary, lateness_last_ms),
	U32(wire_summary, lateness_p99_ms),
	U32(wire_summary, lateness_max_ms),
	U32(wire_summary, table_last_change_epoch),
	U32(wire_summary, state_epoch),
	U8(wire_summary, store_status, WIRE_STORE_OK, WIRE_STORE_FAILED),
	U64(wire_summary, first_event),
	U64(wire_summary, last_event),
	U64(wire_summary, accepted_event),
	U32(wire_summary, pending_events),
	U32(wire_summary, accepted_events),
	U32(wire_summary, suppressed_events),
	U32(wire_summary, lost_events),
	U32(wire_summary, master_since_epoch),
	U32(wire_summary, master_losses),
	U32(wire_summary, config_loaded_epoch),
	U32(wire_summary, config_generation),
	STRING(wire_summary, config_result, CHECK_OUTPUT_MAX),
};

static const struct field alive_fields[] = {
	BOOLEAN(wire_alive, is_connected),
	BOOLEAN(wire_alive, is_registered),
};

static const struct field acknowledge_fields[] = {
	U64(wire_acknowledge, number),
	BOOLEAN(wire_acknowledge, is_accepted),
};

#define LAYOUT_OF(name, type)                                                                  \
	{                                                                                      \
		name##_fields, ARRAY_LEN(name##_fields), sizeof(struct type)                   \
	}
#define LAYOUT(name) LAYOUT_OF(name, wire_##name)

static const struct layout layouts[] = {
	[WIRE_HELLO] = LAYOUT(hello),
	[WIRE_ROW] = LAYOUT(row),
	[WIRE_REMOVE] = LAYOUT(remove),
	[WIRE_EVENT] = LAYOUT_OF(event, check_event),
	[WIRE_FORGET] = LAYOUT(forget),
	[WIRE_SYNC] = {NULL, 0, 0},
	[WIRE_NOTIFY] = LAYOUT_OF(event, check_event),
	[WIRE_SUMMARY] = LAYOUT(summary),
	[WIRE_ALIVE] = LAYOUT(alive),
	[WIRE_ACKNOWLEDGE] = LAYOUT(acknowledge),
};
static_assert(ARRAY_LEN(layouts) == WIRE_ACKNOWLEDGE + 1, "a layout for each type");

/* The members of the message's union all begin where it does. */
static char *
body_of(struct wire_message *message)
{
	return (char *)&message->hello;
}

static size_t
scalar_size(enum field_type type)
{
	switch (type) {
	case FIELD_U8:
		return sizeof(uint8_t);
	case FIELD_U32:
	case FIELD_I32:
		return sizeof(uint32_t);
	case FIELD_U64:
		return sizeof(uint64_t);
	case FIELD_STRING:
		return sizeof(uint16_t); /* its length, before it */
	}
	abort();
}

static uint8_t *
encode_string(uint8_t *to, const uint8_t *end, const char *text, size_t max)
{
	size_t text_len = strlen(text);
	uint16_t len = (uint16_t)text_len;

	assert(text_len <= max && text_len + sizeof(len) <= (size_t)(end - to));
	memcpy(to, &len, sizeof(len));
	memcpy(to + sizeof(len), text, len);
	return to + sizeof(len) + len;
}

size_t
wire_encode(const struct wire_message *message, uint8_t *buf)
{
	const struct layout *layout = &layouts[message->type];
	const char *body = (const char *)&message->hello;
	const uint8_t *end = buf + WIRE_MESSAGE_MAX;
	uint8_t *to = buf;

	*to++ = (uint8_t)message->type;
	for (size_t i = 0; i < layout->count; i++) {
		const struct field *field = &layout->fields[i];
		const void *value = body + field->offset;

		if (field->type == FIELD_STRING) {
			to = encode_string(to, end, *(char *const *)value, field->max);
			continue;
		}
		size_t size = scalar_size(field->type);

		assert(size <= (size_t)(end - to));
		memcpy(to, value, size);
		to += size;
	}
	return (size_t)(to - buf);
}

/* Decodes one field and moves on; -EBADMSG where it is short or out of its range. */
static int
decode_field(const struct field *field, void *value, const uint8_t **from, size_t *left)
{
	size_t size = scalar_size(field->type);
	uint16_t len;

	if (size > *left)
		return -EBADMSG;
	memcpy(field->type == FIELD_STRING ? (void *)&len : value, *from, size);
	*from += size;
	*left -= size;
	if (field->type == FIELD_U8) {
		unsigned number = *(uint8_t *)value;

		return number < field->min || number > field->max ? -EBADMSG : 0;
	}
	if (field->type != FIELD_STRING)
		return 0;
	if (len > field->max || len > *left || memchr(*from, '\0', len) != NULL)
		return -EBADMSG;
	*(char **)value = xstrndup((const char *)*from, len);
	*from += len;
	*left -= len;
	return 0;
}

int
wire_decode(const uint8_t *buf, size_t len, struct wire_message *ret_message)
{
	struct wire_message message = {0};

	if (len == 0 || buf[0] < WIRE_HELLO || buf[0] > WIRE_ACKNOWLEDGE)
		return -EBADMSG;
	message.type = buf[0];

	const struct layout *layout = &layouts[message.type];
	const uint8_t *from = buf + 1;
	size_t left = len - 1;

	for (size_t i = 0; i < layout->count; i++) {
		const struct field *field = &layout->fields[i];
		int error =
			decode_field(field, body_of(&message) + field->offset, &from, &left);

		if (error < 0) {
			wire_message_deinit(&message);
			return error;
		}
	}
	if (left > 0) {
		wire_message_deinit(&message);
		return -EBADMSG;
	}
	*ret_message = message;
	return 0;
}

static void
free_strings(const struct layout *layout, void *body)
{
	for (size_t i = 0; i < layout->count; i++) {
		if (layout->fields[i].type == FIELD_STRING)
			free(*(char **)((char *)body + layout->fields[i].offset));
	}
	memset(body, 0, layout->size);
}

void
wire_message_deinit(struct wire_message *message)
{
	free_strings(&layouts[message->type], body_of(message));
}

void
wire_row_deinit(struct wire_row *row)
{
	free_strings(&layouts[WIRE_ROW], row);
}

bool
wire_row_is_stale(const struct wire_row *row, struct boottime now)
{
	if (row->admin_state == CHECK_ADMIN_STATE_DISABLED)
		return false;
	return row->is_stale ||
	       (now.ms > row->fresh_since_boot_ms &&
		       (uint64_t)(now.ms - row->fresh_since_boot_ms) >= row->fresh_ms);
}
