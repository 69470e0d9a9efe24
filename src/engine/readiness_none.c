/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Without libsystemd there is nobody to tell.
 */
#include "readiness.h"

void
readiness_started(void)
{
}

void
readiness_reloading(void)
{
}

void
readiness_stopping(void)
{
}

void
readiness_alive(void)
{
}
