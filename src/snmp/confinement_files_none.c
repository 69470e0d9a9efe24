/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Built where the kernel's headers have no Landlock.
 */
#include "confinement.h"

#include <errno.h>

int
confinement_enter_files(void)
{
	return -ENOSYS;
}
