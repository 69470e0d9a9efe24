/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What answers are made of: texts that may be shown, times, and a measure of how long an
 * answer becomes, so that it keeps its bounds.
 */
#ifndef ENGINE_CONTROL_ANSWER_H
#define ENGINE_CONTROL_ANSWER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of one request: checks or events that are looked at, whether they are answered or not. */
#define CONTROL_LOOKS_MAX 5000

/* Items of an answer, at most and where the request does not say. */
#define CONTROL_ITEMS_MAX      500
#define CONTROL_ITEMS_STANDARD 100

/* A text, as it may be shown: whatever it has, it is one line of UTF-8. */
json_t *control_answer_text(const char *text);

/* The same of lines, at most max octets of them. */
json_t *control_answer_lines(const char *text, size_t len, size_t max);

/* A list of lines, of which *left octets may be used, and that many less are left then. */
json_t *control_answer_list(char *const *list, size_t *left);

/* A list that keeps the bounds of an answer. */
struct control_list {
	json_t *items;
	size_t count_max;
	size_t octets; /* of the answer, about */
};

void control_list_init(struct control_list *list, size_t count_max);

/* Takes the item. False, with the item gone, where it is one too many. */
bool control_list_add(struct control_list *list, json_t *item);

#endif
