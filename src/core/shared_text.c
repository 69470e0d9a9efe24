/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shared_text.h"

#include <assert.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include "util.h"

struct shared_text {
	atomic_uint reference_count;
	char text[];
};

static struct shared_text *
shared_text_of(char *text)
{
	return (struct shared_text *)(text - offsetof(struct shared_text, text));
}

char *
shared_text_new(const char *text)
{
	size_t size = strlen(text) + 1;
	struct shared_text *shared = xcalloc(1, sizeof(*shared) + size);

	atomic_init(&shared->reference_count, 1);
	return memcpy(shared->text, text, size);
}

char *
shared_text_ref(char *text)
{
	if (text != NULL)
		atomic_fetch_add_explicit(
			&shared_text_of(text)->reference_count, 1, memory_order_relaxed);
	return text;
}

void
shared_text_unref(char *text)
{
	if (text == NULL)
		return;
	struct shared_text *shared = shared_text_of(text);
	unsigned before =
		atomic_fetch_sub_explicit(&shared->reference_count, 1, memory_order_acq_rel);

	assert(before > 0);
	if (before == 1)
		free(shared);
}
