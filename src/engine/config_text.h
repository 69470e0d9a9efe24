/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts of the configuration: what each type of key takes.
 */
#ifndef ENGINE_CONFIG_TEXT_H
#define ENGINE_CONFIG_TEXT_H

#include <stdbool.h>

#include "config_keys.h"

/* The longest name of an environment variable, in octets. */
#define CONFIG_TEXT_VARIABLE_MAX 255

/*
 * What is wrong with a text of the key's type, as the rest of "KEY: ...", or NULL. The
 * text is valid UTF-8; whether it is too long is not looked at.
 */
const char *config_text_examine(const struct config_key *key, const char *text);

/* Whether an environment variable may have that name. */
bool config_text_is_variable(const char *name);

/* Whether a header of HTTP may have that name. */
bool config_text_is_header(const char *name);

/* Of a valid address: "unix:/PATH" for "/PATH", else a copy. The caller frees it. */
char *config_text_canonical_master(const char *text);

#endif
