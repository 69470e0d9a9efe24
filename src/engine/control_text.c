/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "control_call.h"
#include "util.h"

/* What of an answer a list may take; the rest is for what stands beside it. */
#define ITEMS_OCTETS_MAX (CONTROL_ANSWER_MAX - 8192)

void
control_text_deinit(struct control_text *text)
{
	free(STEAL(text->text));
}

static void
append(struct control_text *text, const char *octets, size_t len)
{
	if (text->len + len > text->capacity) {
		text->capacity = (text->len + len) * 2 + 256;
		text->text = xreallocarray(text->text, text->capacity, 1);
	}
	memcpy(text->text + text->len, octets, len);
	text->len += len;
}

void
control_text_raw(struct control_text *text, const char *raw)
{
	append(text, raw, strlen(raw));
}

static bool
is_plain(unsigned char octet)
{
	return octet >= 0x20 && octet != '"' && octet != '\\';
}

void
control_text_string(struct control_text *text, const char *string)
{
	append(text, "\"", 1);
	while (*string != '\0') {
		char escaped[8];
		size_t len = 0;

		while (is_plain((unsigned char)string[len]))
			len++;
		append(text, string, len);
		string += len;
		if (*string == '\0')
			break;
		snprintf(escaped, sizeof(escaped), "\\u%04x", (unsigned char)*string++);
		control_text_raw(text, escaped);
	}
	append(text, "\"", 1);
}

void
control_text_number(struct control_text *text, int64_t number)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRId64, number);
	control_text_raw(text, digits);
}

void
control_text_boolean(struct control_text *text, bool is_true)
{
	control_text_raw(text, is_true ? "true" : "false");
}

void
control_text_time(struct control_text *text, uint32_t epoch)
{
	const time_t seconds = epoch;
	char buf[32];
	struct tm utc;

	if (epoch == 0 || gmtime_r(&seconds, &utc) == NULL) {
		control_text_raw(text, "null");
		return;
	}
	strftime(buf, sizeof(buf), "\"%Y-%m-%dT%H:%M:%SZ\"", &utc);
	control_text_raw(text, buf);
}

void
control_text_age(
	struct control_text *text, uint32_t epoch, int64_t then_boot_ms, int64_t now_boot_ms)
{
	int64_t age_ms = now_boot_ms - then_boot_ms;

	if (epoch == 0)
		control_text_raw(text, "null");
	else
		control_text_number(text, age_ms > 0 ? age_ms / 1000 : 0);
}

void
control_text_member(struct control_text *text, const char *name)
{
	if (text->len > 0 && text->text[text->len - 1] != '{')
		append(text, ",", 1);
	append(text, "\"", 1);
	control_text_raw(text, name);
	append(text, "\":", 2);
}

void
control_items_init(struct control_items *items, size_t count_max)
{
	*items = (struct control_items){.count_max = count_max};
	control_text_raw(&items->text, "[");
}

void
control_items_deinit(struct control_items *items)
{
	control_text_deinit(&items->text);
}

struct control_text *
control_items_begin(struct control_items *items, size_t *ret_mark)
{
	*ret_mark = items->text.len;
	if (items->count > 0)
		control_text_raw(&items->text, ",");
	return &items->text;
}

bool
control_items_end(struct control_items *items, size_t mark)
{
	bool has_room = items->count < items->count_max && items->text.len < ITEMS_OCTETS_MAX;

	if (has_room)
		items->count++;
	else
		items->text.len = mark;
	return has_room;
}
