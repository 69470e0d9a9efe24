/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A number is kept as its significant digits and the place of its point.
 */
#include "perfdata_number.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Every number within them is a double that is neither infinite nor subnormal. */
#define EXPONENT_LIMIT 307

/* Any exponent beyond is out of bounds however many digits come before it. */
#define EXPONENT_CEILING 100000000L

/* Places of the point at which a number is written without an exponent. */
#define PLAIN_POINT_MIN (-4)
#define PLAIN_POINT_MAX (PERFDATA_NUMBER_MAX - 1)

/* None behind them could be shown. */
#define DIGITS_MAX PERFDATA_NUMBER_MAX

struct decimal {
	bool is_negative;
	char digits[DIGITS_MAX]; /* neither begin nor end with a zero, once read */
	long count;
	long point; /* the value is 0.DIGITS x 10^point */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
add_digit(struct decimal *decimal, char digit, bool is_fraction)
{
	bool is_leading_zero = digit == '0' && decimal->count == 0;

	if (!is_leading_zero && decimal->count < DIGITS_MAX)
		decimal->digits[decimal->count++] = digit;
	if (is_fraction && is_leading_zero)
		decimal->point--;
	if (!is_fraction && !is_leading_zero)
		decimal->point++;
}

/* Returns the end of the digits and the point, or NULL where there is no digit. */
static const char *
read_mantissa(struct decimal *decimal, const char *at, const char *end)
{
	bool is_fraction = false, has_digits = false;

	for (; at < end && (is_digit(*at) || (*at == '.' && !is_fraction)); at++) {
		if (*at == '.') {
			is_fraction = true;
			continue;
		}
		has_digits = true;
		add_digit(decimal, *at, is_fraction);
	}
	while (decimal->count > 0 && decimal->digits[decimal->count - 1] == '0')
		decimal->count--;
	return has_digits ? at : NULL;
}

/* Returns the end of the exponent. An "e" without digits is none: a unit may begin so. */
static const char *
read_exponent(struct decimal *decimal, const char *at, const char *end)
{
	const char *digit = at + 1;
	long exponent = 0;

	if (at == end || (*at != 'e' && *at != 'E'))
		return at;
	if (digit < end && (*digit == '-' || *digit == '+'))
		digit++;
	if (digit == end || !is_digit(*digit))
		return at;

	bool is_negative = digit[-1] == '-';

	for (; digit < end && is_digit(*digit); digit++) {
		if (exponent < EXPONENT_CEILING)
			exponent = exponent * 10 + (*digit - '0');
	}
	decimal->point += is_negative ? -exponent : exponent;
	return digit;
}

static char
digit_at(const struct decimal *decimal, long place)
{
	return place >= 0 && place < decimal->count ? decimal->digits[place] : '0';
}

/*
 * Writes the digits with the point behind the first `point` of them, cut to size, with no
 * zeros at a fraction's end. Returns the length; there is no NUL.
 */
static size_t
write_digits(const struct decimal *decimal, long point, char *buf, size_t size)
{
	long end = point > decimal->count ? point : decimal->count;
	bool has_point = false;
	size_t len = 0;

	for (long place = point > 0 ? 0 : point - 1; place < end && len < size; place++) {
		if (place == point) {
			has_point = true;
			buf[len++] = '.';
		}
		if (len < size)
			buf[len++] = digit_at(decimal, place);
	}
	while (has_point && buf[len - 1] == '0')
		len--;
	return has_point && buf[len - 1] == '.' ? len - 1 : len;
}

static void
write_decimal(const struct decimal *decimal, char *buf)
{
	char exponent[16] = ""; /* at most "e-307" */
	long point = decimal->point;
	size_t len = 0;

	if (decimal->is_negative)
		buf[len++] = '-';
	if (point < PLAIN_POINT_MIN || point > PLAIN_POINT_MAX) {
		snprintf(exponent, sizeof(exponent), "e%d", (int)point - 1);
		point = 1;
	}
	len += write_digits(
		decimal, point, buf + len, PERFDATA_NUMBER_MAX - len - strlen(exponent));
	strcpy(buf + len, exponent);
}

size_t
perfdata_number_read(const char *text, size_t len, char *buf)
{
	const char *at = text, *end = text + len;
	struct decimal decimal = {.is_negative = len > 0 && *text == '-'};

	if (len > 0 && (*text == '-' || *text == '+'))
		at++;
	at = read_mantissa(&decimal, at, end);
	if (at == NULL)
		return 0;
	at = read_exponent(&decimal, at, end);
	if (decimal.count == 0)
		strcpy(buf, "0");
	else if (decimal.point - 1 > EXPONENT_LIMIT || decimal.point - 1 < -EXPONENT_LIMIT)
		return 0;
	else
		write_decimal(&decimal, buf);
	return (size_t)(at - text);
}

/* Reads the start of a range up to its colon: a number, "~" for none below, or nothing. */
static bool
is_range_start(const char *at, const char *colon)
{
	char number[PERFDATA_NUMBER_MAX + 1];
	size_t len = (size_t)(colon - at);

	return len == 0 || (len == 1 && *at == '~') ||
	       perfdata_number_read(at, len, number) == len;
}

bool
perfdata_number_is_range(const char *text, size_t len)
{
	char number[PERFDATA_NUMBER_MAX + 1];
	const char *at = text, *end = text + len;
	bool has_start = false;

	if (at < end && *at == '@')
		at++;

	const char *colon = memchr(at, ':', (size_t)(end - at));

	if (colon != NULL) {
		if (!is_range_start(at, colon))
			return false;
		has_start = colon > at;
		at = colon + 1;
	}
	if (at == end)
		return has_start;
	return perfdata_number_read(at, (size_t)(end - at), number) == (size_t)(end - at);
}
