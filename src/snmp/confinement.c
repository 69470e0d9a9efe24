/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts in an order in which none forbids the next.
 */
#include "confinement.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "log.h"
#include "util.h"

static int
forbid_privileges(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

/* Its memory has communities and keys in it, which are not for a file. */
static int
forbid_core(void)
{
	static const struct rlimit none = {0, 0};

	return setrlimit(RLIMIT_CORE, &none) < 0 ? -errno : 0;
}

unsigned
confinement_enter(void)
{
	static const struct {
		const char *name;
		int (*enter)(void);
	} parts[] = {
		{"privileges", forbid_privileges},
		{"memory", forbid_core},
		{"files", confinement_enter_files},
		{"system calls", confinement_enter_calls},
	};
	unsigned failures = 0;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		int error = parts[i].enter();

		if (error == 0)
			continue;
		log_info("not confined in its %s: %s", parts[i].name, strerror(-error));
		failures++;
	}
	return failures;
}
