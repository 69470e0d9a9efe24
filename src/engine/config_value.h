/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers of the configuration, and how they are written: strictly, so that nothing is
 * guessed. Units and names are those of checkd.yaml(5).
 */
#ifndef ENGINE_CONFIG_VALUE_H
#define ENGINE_CONFIG_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "config_keys.h"
#include "quantity.h"

/* The longest number with its unit, or name of a state or choice, with its NUL. */
#define CONFIG_VALUE_SIZE QUANTITY_SIZE

/* Room for a text that says what a key takes. */
#define CONFIG_VALUE_DESCRIPTION_SIZE 160

/*
 * Reads a number of the key's type and in its range. Returns 0, or -EINVAL: then
 * config_value_describe says what it must be ("a duration from 100ms to 30d").
 */
int config_value_parse(const struct config_key *key, const char *text, int64_t *ret_value);
void config_value_describe(
	const struct config_key *key, char buf[static CONFIG_VALUE_DESCRIPTION_SIZE]);

/* Whether a text would be a duration, had it a unit. */
bool config_value_lacks_unit(const struct config_key *key, const char *text);

/* Writes a number as it is read, in the largest unit that is exact. */
void config_value_format(
	const struct config_key *key, int64_t value, char buf[static CONFIG_VALUE_SIZE]);

#endif
