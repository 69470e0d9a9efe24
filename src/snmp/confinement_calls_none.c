/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Built without libseccomp.
 */
#include "confinement.h"

#include <errno.h>

int
confinement_enter_calls(void)
{
	return -ENOSYS;
}
