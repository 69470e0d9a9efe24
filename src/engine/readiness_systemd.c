/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Readiness by libsystemd.
 */
#include "readiness.h"

#include <inttypes.h>
#include <systemd/sd-daemon.h>

#include "clock.h"

void
readiness_started(void)
{
	sd_notify(0, "READY=1");
}

void
readiness_reloading(void)
{
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, monotime_now().ns / 1000);
}

void
readiness_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void
readiness_alive(void)
{
	sd_notify(0, "WATCHDOG=1");
}
