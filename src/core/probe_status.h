/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the probes exit with: the same number for the same cause in each of them. The
 * built-in map `probe` (codes.c) has a rule for each, and checkd.yaml(5) tells of them.
 */
#ifndef CORE_PROBE_STATUS_H
#define CORE_PROBE_STATUS_H

enum probe_status {
	PROBE_STATUS_OK = 0,
	PROBE_STATUS_WARNING = 1,  /* beyond a threshold of warning_... */
	PROBE_STATUS_CRITICAL = 2, /* beyond a threshold of critical_... */

	PROBE_STATUS_NO_NAME = 10,         /* the name is not there */
	PROBE_STATUS_NO_RESOLVER = 11,     /* whom one asks for names failed */
	PROBE_STATUS_REFUSED = 12,         /* nobody listens */
	PROBE_STATUS_UNREACHABLE = 13,     /* no way there */
	PROBE_STATUS_CONNECT_TIMEOUT = 14, /* neither yes nor no to the connection */
	PROBE_STATUS_LOST = 15,            /* the connection ended too soon */
	PROBE_STATUS_TLS_FAILED = 16,      /* no common way to speak TLS */
	PROBE_STATUS_UNTRUSTED = 17,       /* the certificate leads to no authority we trust */
	PROBE_STATUS_EXPIRED = 18,         /* the certificate is not valid at this time */
	PROBE_STATUS_WRONG_NAME = 19,      /* the certificate is for another name */
	PROBE_STATUS_UNEXPECTED = 20,      /* an answer came, but another one */
	PROBE_STATUS_LATE = 21,            /* no answer, or not all of it, came in time */
	PROBE_STATUS_HTTP_STATUS = 22,     /* an HTTP status that is not accepted */
	PROBE_STATUS_REDIRECTS = 23,       /* too many redirects, or one to nowhere */
	PROBE_STATUS_NO_RECORD = 24,       /* the name has no record of that type */
	PROBE_STATUS_ABSENT = 25,          /* there is no such file */
	PROBE_STATUS_PRESENT = 26,         /* there is a file where none should be */
	PROBE_STATUS_DENIED = 27,          /* we may not */
	PROBE_STATUS_UNREADABLE = 28,      /* not what can be read, or reading failed */
};

#endif
