/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Landlock, by its system calls: libc has none of them. A set of rules without a rule allows
 * nothing of what it handles; reading is not handled.
 */
#include "confinement.h"

#include <errno.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util.h"

/* What the first version of Landlock knows, but for reading. */
#define ACCESS_FIRST                                                                           \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |                          \
		LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |               \
		LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |                   \
		LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |                   \
		LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |                 \
		LANDLOCK_ACCESS_FS_MAKE_SYM)

/* Of its third, which the kernel's header may be too old for. */
#define VERSION_OF_TRUNCATE 3
#define ACCESS_TRUNCATE     (1ULL << 14)

static uint64_t
handled_by(long version)
{
	return ACCESS_FIRST | (version >= VERSION_OF_TRUNCATE ? ACCESS_TRUNCATE : 0);
}

int
confinement_enter_files(void)
{
	long version =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	if (version < 0)
		return -errno;
	const struct landlock_ruleset_attr attributes = {
		.handled_access_fs = handled_by(version),
	};
	CLEANUP_CLOSE int rules =
		(int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);

	if (rules < 0 || syscall(SYS_landlock_restrict_self, rules, 0) < 0)
		return -errno;
	return 0;
}
