/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of a probe's settings, whether two say the same, and ranges.
 */
#include "probe.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "definition.h"
#include "util.h"

#define DIGITS_MAX 12

/* Its texts and lists; what is not here is a number. */
static const size_t text_fields[] = {
	offsetof(struct probe, host),
	offsetof(struct probe, path),
	offsetof(struct probe, send),
	offsetof(struct probe, expect),
	offsetof(struct probe, pattern),
	offsetof(struct probe, ca_file),
	offsetof(struct probe, server_name),
	offsetof(struct probe, url),
	offsetof(struct probe, server),
	offsetof(struct probe, warning_size),
	offsetof(struct probe, critical_size),
	offsetof(struct probe, process),
	offsetof(struct probe, owner),
	offsetof(struct probe, pid_file),
	offsetof(struct probe, warning_count),
	offsetof(struct probe, critical_count),
};

static const size_t list_fields[] = {
	offsetof(struct probe, headers),
	offsetof(struct probe, statuses),
	offsetof(struct probe, answers),
};

static char *
text_at(const struct probe *probe, size_t index)
{
	return *(char *const *)((const char *)probe + text_fields[index]);
}

static char **
list_at(const struct probe *probe, size_t index)
{
	return *(char **const *)((const char *)probe + list_fields[index]);
}

struct probe *
probe_new(void)
{
	return xcalloc(1, sizeof(struct probe));
}

void
probe_free(struct probe *probe)
{
	if (probe == NULL)
		return;
	for (size_t i = 0; i < ARRAY_LEN(text_fields); i++)
		free(text_at(probe, i));
	for (size_t i = 0; i < ARRAY_LEN(list_fields); i++)
		strv_free(list_at(probe, i));
	if (probe->regex != NULL)
		regfree(probe->regex);
	free(probe->regex);
	free(probe);
}

static bool
texts_equal(const struct probe *a, const struct probe *b)
{
	for (size_t i = 0; i < ARRAY_LEN(text_fields); i++) {
		const char *one = text_at(a, i);
		const char *other = text_at(b, i);

		if ((one == NULL) != (other == NULL))
			return false;
		if (one != NULL && strcmp(one, other) != 0)
			return false;
	}
	for (size_t i = 0; i < ARRAY_LEN(list_fields); i++) {
		if (!strv_equal(list_at(a, i), list_at(b, i)))
			return false;
	}
	return true;
}

static bool
thresholds_equal(const struct probe *a, const struct probe *b)
{
	return a->warning_certificate_ms == b->warning_certificate_ms &&
	       a->critical_certificate_ms == b->critical_certificate_ms &&
	       a->warning_loss == b->warning_loss && a->critical_loss == b->critical_loss &&
	       a->warning_time_ms == b->warning_time_ms &&
	       a->critical_time_ms == b->critical_time_ms &&
	       a->warning_age_ms == b->warning_age_ms &&
	       a->critical_age_ms == b->critical_age_ms;
}

static bool
numbers_equal(const struct probe *a, const struct probe *b)
{
	return a->port == b->port && a->family == b->family && a->is_tls == b->is_tls &&
	       a->is_verified == b->is_verified && a->method == b->method &&
	       a->redirects == b->redirects && a->record == b->record && a->count == b->count &&
	       a->spacing_ms == b->spacing_ms && a->is_absent == b->is_absent &&
	       a->lines == b->lines && a->owner_uid == b->owner_uid;
}

bool
probe_equal(const struct probe *a, const struct probe *b)
{
	return numbers_equal(a, b) && thresholds_equal(a, b) && texts_equal(a, b);
}

/* *cursor moves behind the number and its unit. */
static int
parse_number(const char **cursor, int64_t *ret_number)
{
	static const char units[] = "KMGT";
	size_t len = strspn(*cursor, "0123456789");
	int64_t number = 0;

	if (len == 0 || len > DIGITS_MAX)
		return -EINVAL;
	for (size_t i = 0; i < len; i++)
		number = number * 10 + ((*cursor)[i] - '0');
	*cursor += len;
	const char *unit = **cursor != '\0' ? strchr(units, **cursor) : NULL;
	if (unit != NULL) {
		int64_t factor = INT64_C(1) << (10 * (unit - units + 1));

		if (__builtin_mul_overflow(number, factor, &number))
			return -EINVAL;
		(*cursor)++;
	}
	*ret_number = number;
	return 0;
}

int
probe_range_parse(const char *text, struct probe_range *ret_range)
{
	struct probe_range range;

	if (parse_number(&text, &range.min) < 0)
		return -EINVAL;
	range.max = range.min;
	if (*text == '-') {
		text++;
		range.max = INT64_MAX;
		if (*text != '\0' && parse_number(&text, &range.max) < 0)
			return -EINVAL;
	}
	if (*text != '\0' || range.max < range.min)
		return -EINVAL;
	*ret_range = range;
	return 0;
}

bool
probe_range_has(const struct probe_range *range, int64_t value)
{
	return value >= range->min && value <= range->max;
}

bool
probe_range_allows(const char *text, int64_t value)
{
	struct probe_range range;

	return text == NULL ||
	       (probe_range_parse(text, &range) == 0 && probe_range_has(&range, value));
}
