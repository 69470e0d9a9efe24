/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Written and read without copies, formats or allocations: there may be 100,000 a second.
 */
#include "worker_line.h"

#include <string.h>

/* The digits of the greatest number. */
#define DIGITS_MAX 20

/* Two numbers, a tab behind each of three fields, and the line's end. */
#define FIXED_SIZE (2 * DIGITS_MAX + 4)

#define STATUS_MAX 255

size_t
worker_line_size(const struct worker_question *question)
{
	size_t arguments_len = question->arguments != NULL ? strlen(question->arguments) : 0;

	return FIXED_SIZE + strlen(question->name) + arguments_len;
}

static char *
put_number(char *to, uint64_t number)
{
	char digits[DIGITS_MAX];
	size_t count = 0;

	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	while (count > 0)
		*to++ = digits[--count];
	return to;
}

static char *
put_text(char *to, const char *text)
{
	size_t len = strlen(text);

	memcpy(to, text, len);
	return to + len;
}

size_t
worker_line_write(const struct worker_question *question, char *buf)
{
	char *to = put_number(buf, question->id);

	*to++ = '\t';
	to = put_number(to, question->timeout_ms);
	*to++ = '\t';
	to = put_text(to, question->name);
	if (question->arguments != NULL) {
		*to++ = '\t';
		to = put_text(to, question->arguments);
	}
	*to++ = '\n';
	return (size_t)(to - buf);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Reads a number and the blank behind it, which only the line's end may stand for. */
static bool
read_field(const char **at, const char *end, uint64_t max, uint64_t *ret_number)
{
	const char *digit = *at;
	uint64_t number = 0;

	for (; digit < end && *digit >= '0' && *digit <= '9'; digit++) {
		unsigned value = (unsigned)(*digit - '0');

		if (number > (max - value) / 10)
			return false;
		number = number * 10 + value;
	}
	if (digit == *at || (digit < end && !is_blank(*digit)))
		return false;
	*at = digit < end ? digit + 1 : digit;
	*ret_number = number;
	return true;
}

bool
worker_line_parse(const char *line, size_t len, struct worker_answer *ret_answer)
{
	const char *end = line + len;
	uint64_t id, status;

	if (!read_field(&line, end, UINT64_MAX, &id) ||
		!read_field(&line, end, STATUS_MAX, &status))
		return false;
	*ret_answer = (struct worker_answer){
		.id = id,
		.status = (int)status,
		.output = line,
		.len = (size_t)(end - line),
	};
	return true;
}
