/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config_value.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "quantity.h"

#define MS_PER_S 1000

static int
parse_integer(const char *text, int64_t *ret_value)
{
	bool is_negative = *text == '-';
	int error = quantity_parse(text + is_negative, quantity_no_units, ret_value);

	if (error == 0 && is_negative)
		*ret_value = -*ret_value;
	return error;
}

static int
parse_seconds(const char *text, int64_t *ret_value)
{
	int64_t value;

	if (quantity_parse(text, quantity_durations, &value) < 0 || value % MS_PER_S != 0)
		return -EINVAL;
	*ret_value = value / MS_PER_S;
	return 0;
}

static int
parse_boolean(const char *text, int64_t *ret_value)
{
	*ret_value = strcmp(text, "true") == 0;
	return *ret_value != 0 || strcmp(text, "false") == 0 ? 0 : -EINVAL;
}

static int
parse_state(const char *text, int64_t *ret_value)
{
	enum check_state state;
	int error = check_state_parse(text, &state);

	if (error == 0)
		*ret_value = state;
	return error;
}

static int
parse_choice(const char *text, const struct config_choice *choices, int64_t *ret_value)
{
	for (const struct config_choice *choice = choices; choice->name != NULL; choice++) {
		if (strcmp(choice->name, text) == 0) {
			*ret_value = choice->value;
			return 0;
		}
	}
	return -EINVAL;
}

static bool
has_range(const struct config_key *key)
{
	return key->type <= CONFIG_TYPE_SIZE;
}

static int
parse_by_type(const struct config_key *key, const char *text, int64_t *ret_value)
{
	switch (key->type) {
	case CONFIG_TYPE_INTEGER:
		return parse_integer(text, ret_value);
	case CONFIG_TYPE_DURATION:
		return quantity_parse(text, quantity_durations, ret_value);
	case CONFIG_TYPE_SECONDS:
		return parse_seconds(text, ret_value);
	case CONFIG_TYPE_SIZE:
		return quantity_parse(text, quantity_sizes, ret_value);
	case CONFIG_TYPE_BOOLEAN:
		return parse_boolean(text, ret_value);
	case CONFIG_TYPE_STATE:
		return parse_state(text, ret_value);
	case CONFIG_TYPE_CHOICE:
		return parse_choice(text, key->choices, ret_value);
	case CONFIG_TYPE_NAME:
	case CONFIG_TYPE_LINE:
	case CONFIG_TYPE_COMMAND:
	case CONFIG_TYPE_DIRECTORY:
	case CONFIG_TYPE_FILE:
	case CONFIG_TYPE_USER:
	case CONFIG_TYPE_GROUP:
	case CONFIG_TYPE_MASTER:
	case CONFIG_TYPE_DATA:
	case CONFIG_TYPE_HOST:
	case CONFIG_TYPE_PATTERN:
	case CONFIG_TYPE_ADDRESS:
	case CONFIG_TYPE_URL:
	case CONFIG_TYPE_RANGE:
	case CONFIG_TYPE_STATUSES:
	case CONFIG_TYPE_ANSWERS:
	case CONFIG_TYPE_HEADERS:
	case CONFIG_TYPE_CHECKS:
	case CONFIG_TYPE_SELECTORS:
	case CONFIG_TYPE_WINDOWS:
	case CONFIG_TYPE_WORKER:
	case CONFIG_TYPE_ARGUMENTS:
	case CONFIG_TYPE_ARGV:
	case CONFIG_TYPE_LISTEN:
	case CONFIG_TYPE_ENV:
	case CONFIG_TYPE_CODES:
	case CONFIG_TYPE_RULES:
	case CONFIG_TYPE_PART:
		break;
	}
	assert(!"a number");
	return -EINVAL;
}

int
config_value_parse(const struct config_key *key, const char *text, int64_t *ret_value)
{
	int64_t value = 0;

	if (parse_by_type(key, text, &value) < 0)
		return -EINVAL;
	if (has_range(key) && (value < key->min || value > key->max))
		return -EINVAL;
	*ret_value = value;
	return 0;
}

bool
config_value_lacks_unit(const struct config_key *key, const char *text)
{
	bool is_duration =
		key->type == CONFIG_TYPE_DURATION || key->type == CONFIG_TYPE_SECONDS;

	return is_duration && text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static const char *
choice_name(const struct config_choice *choice, int64_t value)
{
	while (choice->value != value) {
		choice++;
		assert(choice->name != NULL);
	}
	return choice->name;
}

static const char *
number_name(const struct config_key *key, int64_t value)
{
	if (key->type == CONFIG_TYPE_BOOLEAN)
		return value != 0 ? "true" : "false";
	if (key->type == CONFIG_TYPE_STATE)
		return check_state_name((enum check_state)value);
	assert(key->type == CONFIG_TYPE_CHOICE);
	return choice_name(key->choices, value);
}

void
config_value_format(
	const struct config_key *key, int64_t value, char buf[static CONFIG_VALUE_SIZE])
{
	if (key->type == CONFIG_TYPE_INTEGER)
		snprintf(buf, CONFIG_VALUE_SIZE, "%" PRId64, value);
	else if (key->type == CONFIG_TYPE_DURATION)
		quantity_format(value, quantity_durations, buf);
	else if (key->type == CONFIG_TYPE_SECONDS)
		quantity_format(value * MS_PER_S, quantity_durations, buf);
	else if (key->type == CONFIG_TYPE_SIZE)
		quantity_format(value, quantity_sizes, buf);
	else
		snprintf(buf, CONFIG_VALUE_SIZE, "%s", number_name(key, value));
}

/* Writes "status, state or none". */
static void
describe_choices(
	const struct config_choice *choices, char buf[static CONFIG_VALUE_DESCRIPTION_SIZE])
{
	size_t len = 0;

	for (const struct config_choice *choice = choices; choice->name != NULL; choice++) {
		bool is_last = choice[1].name == NULL;
		const char *separator = choice == choices ? "" : is_last ? " or " : ", ";

		len += (size_t)snprintf(buf + len, CONFIG_VALUE_DESCRIPTION_SIZE - len, "%s%s",
			separator, choice->name);
	}
}

void
config_value_describe(
	const struct config_key *key, char buf[static CONFIG_VALUE_DESCRIPTION_SIZE])
{
	static const char *const nouns[] = {
		[CONFIG_TYPE_INTEGER] = "a whole number",
		[CONFIG_TYPE_DURATION] = "a duration (with ms, s, m, h or d)",
		[CONFIG_TYPE_SECONDS] = "a duration of whole seconds (with s, m, h or d)",
		[CONFIG_TYPE_SIZE] = "a size in octets (or with K, M, G or T)",
	};
	char min[CONFIG_VALUE_SIZE];
	char max[CONFIG_VALUE_SIZE];

	if (has_range(key)) {
		config_value_format(key, key->min, min);
		config_value_format(key, key->max, max);
		snprintf(buf, CONFIG_VALUE_DESCRIPTION_SIZE, "%s from %s to %s",
			nouns[key->type], min, max);
	} else if (key->type == CONFIG_TYPE_BOOLEAN) {
		snprintf(buf, CONFIG_VALUE_DESCRIPTION_SIZE, "true or false");
	} else if (key->type == CONFIG_TYPE_STATE) {
		snprintf(
			buf, CONFIG_VALUE_DESCRIPTION_SIZE, "ok, warning, unknown or critical");
	} else {
		describe_choices(key->choices, buf);
	}
}
