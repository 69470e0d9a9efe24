/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON written straight to text, for what answers have by the hundreds: a tree of values of
 * each row would hold up the loop many times as long.
 */
#ifndef ENGINE_CONTROL_TEXT_H
#define ENGINE_CONTROL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero at first; the text is owned, and has no NUL at its end. */
struct control_text {
	char *text;
	size_t len;
	size_t capacity;
};

void control_text_deinit(struct control_text *text);

void control_text_raw(struct control_text *text, const char *raw);
void control_text_string(struct control_text *text, const char *string); /* valid UTF-8 */
void control_text_number(struct control_text *text, int64_t number);
void control_text_boolean(struct control_text *text, bool is_true);

/* Seconds since 1970 as "2026-11-28T13:45:48Z"; null where they are 0: never. */
void control_text_time(struct control_text *text, uint32_t epoch);

/* How many seconds ago by the clock of ages; null where it never was. */
void control_text_age(
	struct control_text *text, uint32_t epoch, int64_t then_boot_ms, int64_t now_boot_ms);

/* The name of an object's member, with a comma before it where one is due. */
void control_text_member(struct control_text *text, const char *name);

/* A list of items, "[" to "]", that keeps the bounds of an answer. */
struct control_items {
	struct control_text text;
	size_t count;
	size_t count_max;
};

void control_items_init(struct control_items *items, size_t count_max);
void control_items_deinit(struct control_items *items);

/* Where the next item is written to, which control_items_end then takes or takes back. */
struct control_text *control_items_begin(struct control_items *items, size_t *ret_mark);

/* False, with the item gone, where it is one too many. */
bool control_items_end(struct control_items *items, size_t mark);

#endif
