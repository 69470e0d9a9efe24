/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A value as SNMP has it, and the readers that make one of a member of a struct: what the
 * const tables of objects and of a notification's variables are made of.
 */
#ifndef SNMP_VALUE_H
#define SNMP_VALUE_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <stddef.h>
#include <stdint.h>

#include "clock.h"

/* DateAndTime with its direction from UTC; see RFC 2579. */
#define VALUE_DATE_LEN 11

/* The age of what never happened. */
#define VALUE_AGE_NEVER UINT32_MAX

/* What TruthValue has for a claim; see RFC 2579. */
enum value_truth {
	VALUE_TRUE = 1,
	VALUE_FALSE = 2,
};

/*
 * By type, an ASN_ constant of net-snmp, either the number or the octets count. Not to be
 * copied: octets may point into the struct.
 */
struct value {
	uint8_t type;
	long number;
	const char *octets; /* borrowed of what was read, or date */
	size_t len;
	char date[VALUE_DATE_LEN];
};

struct objects_content;

/* Where a value is read from. */
struct value_source {
	const void *member;
	const void *row; /* what the member is of, by the object; NULL in a notification */
	const struct objects_content *content; /* likewise */
	struct boottime now;
};

/* Sets all of a value but its type. */
typedef void (*value_reader)(const struct value_source *source, struct value *ret_value);

/* Readers of a source's member by its C type; seconds since 1970 become a DateAndTime. */
void value_read_u8(const struct value_source *source, struct value *ret_value);
void value_read_u32(const struct value_source *source, struct value *ret_value);
void value_read_i32(const struct value_source *source, struct value *ret_value);
void value_read_u64(const struct value_source *source, struct value *ret_value);
void value_read_size(const struct value_source *source, struct value *ret_value);
void value_read_text(const struct value_source *source, struct value *ret_value);
void value_read_date(const struct value_source *source, struct value *ret_value);

/* text is borrowed for the life of the value. */
void value_set_text(struct value *value, const char *text);

/* Whole seconds from then to now, never below 0. */
uint32_t value_age(struct boottime then, struct boottime now);

/*
 * Appends a variable to the list that ends at *tail, and moves *tail behind it. NULL for
 * value is the type alone, as of an exception. The variable is the list's.
 */
void value_append(netsnmp_variable_list ***tail, const oid *name, size_t name_len, uint8_t type,
	const struct value *value);

#endif
