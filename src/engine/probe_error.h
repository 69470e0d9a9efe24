/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an errno of a socket means, the same for each type of probe.
 */
#ifndef ENGINE_PROBE_ERROR_H
#define ENGINE_PROBE_ERROR_H

#include <stdbool.h>

#include "probe_status.h"

/* Of a connection that was not made: refused, unreachable, ... */
enum probe_status probe_error_of_connect(int error);

/* Of one that was. */
enum probe_status probe_error_of_stream(int error);

/* Whether it is this machine that has not what it takes: descriptors, memory. */
bool probe_error_is_local(int error);

#endif
