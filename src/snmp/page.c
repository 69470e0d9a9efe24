/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A name is made of characters that JSON has no need to escape, and nothing else of a check
 * that is on a page is a text: so the longest member is known, and so is the longest page.
 */
#include "page.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "row_time.h"
#include "util.h"
#include "value.h"

/* A member, behind its name. */
#define MEMBER                                                                                 \
	"{\"s\":%u,\"c\":%" PRId32 ",\"o\":%u,\"a\":%" PRIu32 ",\"d\":%" PRIu32                \
	",\"n\":%" PRIu32 ",\"e\":%" PRIu32 ",\"x\":%u,\"f\":%u,\"u\":%u}"

/* The octets of the longest one beside the name, with a comma behind it. */
#define MEMBER_LEN_MAX                                                                         \
	(sizeof("\"\":{\"s\":5,\"c\":255,\"o\":5,\"a\":4294967295,\"d\":4294967295,"           \
		"\"n\":4294967295,\"e\":4294967295,\"x\":2,\"f\":2,\"u\":6},") -               \
		1)

static_assert(CHECK_STATE_CRITICAL < 10 && CHECK_OUTCOME_START_FAILED < 10 &&
		      CHECK_SUPPRESSION_FLAPPING < 10,
	"they have one digit");

/* A page is small, so that it may grow by little, and there are many of them. */
#define CAPACITY_STEP 4

void
page_deinit(struct page *page)
{
	free(page->checks);
}

size_t
page_weight_of(const char *name)
{
	return strlen(name) + MEMBER_LEN_MAX;
}

void
page_add(struct page *page, const struct wire_row *check)
{
	if (page->count == page->capacity) {
		page->capacity += CAPACITY_STEP;
		page->checks =
			xreallocarray(page->checks, page->capacity, sizeof(*page->checks));
	}
	page->checks[page->count++] = check;
	page->weight += page_weight_of(check->name);
}

void
page_remove(struct page *page, const struct wire_row *check)
{
	size_t i = 0;

	while (page->checks[i] != check)
		i++;
	page->checks[i] = page->checks[--page->count];
	page->weight -= page_weight_of(check->name);
}

size_t
page_text_size(size_t weight)
{
	return strlen("{}") + weight + 1;
}

static unsigned
truth(bool is_so)
{
	return is_so ? VALUE_TRUE : VALUE_FALSE;
}

/* Returns the length of what was written. */
static size_t
write_member(const struct wire_row *check, struct boottime now, char *buf)
{
	size_t name_len = strlen(check->name);
	char *at = buf;

	*at++ = '"';
	at = (char *)memcpy(at, check->name, name_len) + name_len;
	*at++ = '"';
	*at++ = ':';
	at += snprintf(at, MEMBER_LEN_MAX, MEMBER, check->state, check->last_status,
		check->last_outcome, row_time_ran_age(check, now), check->last_duration_ms,
		check->status_changes, check->last_event, truth(wire_row_is_stale(check, now)),
		truth(check->is_flapping), check->suppression);
	return (size_t)(at - buf);
}

void
page_write(const struct page *page, struct boottime now, char *buf)
{
	*buf++ = '{';
	for (size_t i = 0; i < page->count; i++) {
		if (i > 0)
			*buf++ = ',';
		buf += write_member(page->checks[i], now, buf);
	}
	*buf++ = '}';
	*buf = '\0';
}
