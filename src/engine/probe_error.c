/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes that are a black hole are told as EINVAL, prohibited ones as EACCES, what a packet
 * filter drops on its way out as EPERM.
 */
#include "probe_error.h"

#include <errno.h>

enum probe_status
probe_error_of_connect(int error)
{
	switch (error) {
	case ECONNREFUSED:
		return PROBE_STATUS_REFUSED;
	case ETIMEDOUT:
		return PROBE_STATUS_CONNECT_TIMEOUT;
	case ECONNRESET:
	case EPIPE:
		return PROBE_STATUS_LOST;
	default:
		return PROBE_STATUS_UNREACHABLE;
	}
}

enum probe_status
probe_error_of_stream(int error)
{
	switch (error) {
	case ETIMEDOUT:
		return PROBE_STATUS_LATE;
	case ENETUNREACH:
	case EHOSTUNREACH:
		return PROBE_STATUS_UNREACHABLE;
	default:
		return PROBE_STATUS_LOST;
	}
}

bool
probe_error_is_local(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS ||
	       error == EAFNOSUPPORT || error == EAGAIN;
}
