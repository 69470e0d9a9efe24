/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nothing of the daemon's own environment reaches a check.
 */
#include "run_environment.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "util.h"

#define NAME_VARIABLE "CHECKD_NAME="

static const char *const defaults[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	"LANG=C.UTF-8",
};

static size_t
list_len(char *const *list)
{
	size_t len = 0;

	while (list != NULL && list[len] != NULL)
		len++;
	return len;
}

/* Whether both are of the same name. */
static bool
is_same_variable(const char *a, const char *b)
{
	size_t len = strcspn(a, "=") + 1;

	return strncmp(a, b, len) == 0;
}

static bool
has_variable(char *const *list, const char *variable)
{
	for (size_t i = 0; i < list_len(list); i++) {
		if (is_same_variable(variable, list[i]))
			return true;
	}
	return false;
}

char **
run_environment_new(const struct definition *definition)
{
	char *const *own = definition->command->env;
	size_t own_len = list_len(own), len = 0;
	size_t room = ARRAY_LEN(defaults) + own_len + 2;
	size_t name_size = sizeof(NAME_VARIABLE) + strlen(definition->name);
	char **env = xcalloc(1, room * sizeof(*env) + name_size);
	char *name_variable = (char *)(env + room);

	for (size_t i = 0; i < ARRAY_LEN(defaults); i++) {
		if (!has_variable(own, defaults[i]))
			env[len++] = (char *)defaults[i];
	}
	snprintf(name_variable, name_size, NAME_VARIABLE "%s", definition->name);
	env[len++] = name_variable;
	for (size_t i = 0; i < own_len; i++) {
		if (!is_same_variable(NAME_VARIABLE, own[i]))
			env[len++] = own[i];
	}
	return env;
}
