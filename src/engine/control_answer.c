/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control_answer.h"

#include <string.h>

#include "control_call.h"
#include "text.h"
#include "util.h"

/* What of an answer a list may take; the rest is for what stands beside it. */
#define LIST_OCTETS_MAX (CONTROL_ANSWER_MAX - 8192)

json_t *
control_answer_lines(const char *text, size_t len, size_t max)
{
	/* An octet that is no character becomes three. */
	size_t size = (len < max ? len : max) * 3 + 1;
	CLEANUP_FREE char *clean = xcalloc(1, size);

	text_clean_lines(text, len, clean, size);
	text_cut(clean, max);
	return json_string(clean);
}

/* What is right already, as nearly all is, need not be copied. */
json_t *
control_answer_text(const char *text)
{
	json_t *string = json_string(text);

	return string != NULL ? string : control_answer_lines(text, strlen(text), SIZE_MAX / 4);
}

json_t *
control_answer_list(char *const *list, size_t *left)
{
	json_t *items = json_array();

	for (; *list != NULL; list++) {
		size_t len = strlen(*list), cost = len + 8;

		if (cost > *left)
			break;
		*left -= cost;
		json_array_append_new(items, control_answer_lines(*list, len, len));
	}
	return items;
}

void
control_list_init(struct control_list *list, size_t count_max)
{
	*list = (struct control_list){.items = json_array(), .count_max = count_max};
}

bool
control_list_add(struct control_list *list, json_t *item)
{
	size_t octets = json_dumpb(item, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY) + 1;

	if (json_array_size(list->items) >= list->count_max ||
		list->octets + octets > LIST_OCTETS_MAX) {
		json_decref(item);
		return false;
	}
	list->octets += octets;
	json_array_append_new(list->items, item);
	return true;
}
