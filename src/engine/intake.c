/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "intake.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "definition.h"
#include "text.h"

static const char *
cause_of(int error)
{
	switch (error) {
	case -ENOENT:
		return "there is no such check";
	case -EINVAL:
		return "it is not passive, and takes no results from outside";
	case -ECANCELED:
		return "it is disabled";
	}
	return strerror(-error);
}

void
intake_explain(int error, const char *name, char *buf, size_t size)
{
	char clean[DEFINITION_NAME_MAX + 1];

	text_clean(name, strlen(name), clean, sizeof(clean));
	snprintf(buf, size, "check %s: %s", clean, cause_of(error));
}
