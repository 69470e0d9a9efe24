/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The certificates that probes trust: a file's, or the system's. A thread reads them, since
 * a file may hang; they are kept, and read again in the background when they are old.
 */
#ifndef ENGINE_TRUST_H
#define ENGINE_TRUST_H

#include <openssl/ssl.h>
#include <stdint.h>

#include "probe_status.h"

struct errands;
struct probe;
struct trust;
struct trust_wait;

/* The context is for a client, borrowed for the call; NULL with a reason where it is none. */
typedef void (*trust_ready_fn)(void *arg, SSL_CTX *context, const char *reason);

struct trust *trust_new(struct errands *errands);

/* The errands must be closed before; waits that are left are freed. */
void trust_free(struct trust *trust); /* NULL is fine */

/*
 * A context that trusts what the file has, or the system where ca_file is NULL. ready comes
 * once, perhaps before this returns: then it returns NULL.
 */
struct trust_wait *trust_get(
	struct trust *trust, const char *ca_file, trust_ready_fn ready, void *arg);
void trust_cancel(struct trust_wait *wait);

/* A context that trusts nobody, for connections that verify nothing. Borrowed. */
SSL_CTX *trust_nobody(struct trust *trust);

/* What of a certificate's verification went wrong, X509_V_..., as a status. */
enum probe_status trust_status(long verify_result);

/* How long a certificate is still valid, in seconds; below 0 where it is no more. */
int64_t trust_time_left(const X509 *certificate);

/* What the thresholds on a certificate's end say of it. */
enum probe_status trust_judge_end(const struct probe *probe, int64_t left_s);

#endif
