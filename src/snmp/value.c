/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of SNMP. Counters and event numbers are wider inside and shown modulo 2^32.
 */
#include "value.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util.h"

void
value_read_u8(const struct value_source *source, struct value *ret_value)
{
	ret_value->number = *(const uint8_t *)source->member;
}

void
value_read_u32(const struct value_source *source, struct value *ret_value)
{
	ret_value->number = *(const uint32_t *)source->member;
}

void
value_read_i32(const struct value_source *source, struct value *ret_value)
{
	ret_value->number = *(const int32_t *)source->member;
}

void
value_read_u64(const struct value_source *source, struct value *ret_value)
{
	uint64_t number = *(const uint64_t *)source->member;

	ret_value->number = (uint32_t)number;
}

void
value_read_size(const struct value_source *source, struct value *ret_value)
{
	size_t number = *(const size_t *)source->member;

	ret_value->number = (uint32_t)number;
}

void
value_read_text(const struct value_source *source, struct value *ret_value)
{
	value_set_text(ret_value, *(char *const *)source->member);
}

void
value_read_date(const struct value_source *source, struct value *ret_value)
{
	time_t epoch = *(const uint32_t *)source->member;
	struct tm utc;

	memset(ret_value->date, 0, sizeof(ret_value->date));
	ret_value->octets = ret_value->date;
	ret_value->len = sizeof(ret_value->date);
	if (epoch == 0 || gmtime_r(&epoch, &utc) == NULL)
		return;

	int year = utc.tm_year + 1900;
	const char date[VALUE_DATE_LEN] = {(char)(year >> 8), (char)(year & 0xff),
		(char)(utc.tm_mon + 1), (char)utc.tm_mday, (char)utc.tm_hour, (char)utc.tm_min,
		(char)utc.tm_sec, 0, '+', 0, 0};

	memcpy(ret_value->date, date, sizeof(date));
}

void
value_set_text(struct value *value, const char *text)
{
	value->octets = text;
	value->len = strlen(text);
}

uint32_t
value_age(struct boottime then, struct boottime now)
{
	int64_t age = (now.ms - then.ms) / 1000;

	if (age < 0)
		return 0;
	return age < VALUE_AGE_NEVER ? (uint32_t)age : VALUE_AGE_NEVER - 1;
}

void
value_append(netsnmp_variable_list ***tail, const oid *name, size_t name_len, uint8_t type,
	const struct value *value)
{
	const void *data = NULL;
	size_t len = 0;

	if (value != NULL) {
		data = type == ASN_OCTET_STR ? (const void *)value->octets : &value->number;
		len = type == ASN_OCTET_STR ? value->len : sizeof(value->number);
	}
	if (snmp_varlist_add_variable(*tail, name, name_len, type, data, len) == NULL)
		abort();
	*tail = &(**tail)->next_variable;
}
