/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An entry for each file, with those who wait for it the first time. Later ones get what is
 * there, however old, so that a file which hangs from then on holds nobody up.
 */
#include "trust.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "clock.h"
#include "errands.h"
#include "probe.h"
#include "util.h"

/* Certificates that were read so long ago are read again. */
#define OLD_AFTER_NS (60 * NS_PER_S)

struct trust_wait {
	struct trust_entry *entry;
	trust_ready_fn ready;
	void *arg;
	struct trust_wait *prev, *next;
};

struct trust_entry {
	struct trust *trust;
	char *ca_file; /* NULL: the system's */
	SSL_CTX *context;
	struct monotime read;
	bool is_reading;
	struct trust_wait *waits;
	struct trust_entry *next;
};

struct trust {
	struct errands *errands;
	struct trust_entry *entries;
	SSL_CTX *nobody;
};

/* What a thread works on. */
struct load {
	char *ca_file;
	SSL_CTX *context; /* NULL: it failed */
	char reason[256];
};

static SSL_CTX *
context_new(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	if (context == NULL)
		abort();
	SSL_CTX_set_mode(context, SSL_MODE_AUTO_RETRY | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	return context;
}

/* Where the distributions have all of them in one file. */
static const char *
system_file(void)
{
	static const char *const files[] = {
		"/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/ssl/ca-bundle.pem",
		"/etc/ssl/cert.pem",
	};

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		if (access(files[i], R_OK) == 0)
			return files[i];
	}
	return NULL;
}

static void
read_on_thread(void *arg)
{
	struct load *load = arg;
	const char *file = load->ca_file != NULL ? load->ca_file : system_file();
	SSL_CTX *context = context_new();
	int is_read = file != NULL ? SSL_CTX_load_verify_file(context, file)
				   : SSL_CTX_set_default_verify_paths(context);

	if (is_read == 1) {
		load->context = context;
		return;
	}
	unsigned long error = ERR_peek_error();
	const char *reason = ERR_reason_error_string(error);

	snprintf(load->reason, sizeof(load->reason), "certificates of %s: %s",
		file != NULL ? file : "the system",
		ERR_SYSTEM_ERROR(error) ? strerror(ERR_GET_REASON(error))
		: reason != NULL        ? reason
					: "cannot be read");
	ERR_clear_error();
	SSL_CTX_free(context);
}

static void
free_load(void *arg)
{
	struct load *load = arg;

	SSL_CTX_free(load->context);
	free(load->ca_file);
	free(load);
}

static void
trust_on_read(void *arg, void *read_load)
{
	struct trust_entry *entry = arg;
	struct load *load = read_load;
	struct trust_wait *wait;

	entry->is_reading = false;
	entry->read = monotime_now();
	if (load->context != NULL) {
		SSL_CTX_free(entry->context);
		entry->context = STEAL(load->context);
	}
	while ((wait = entry->waits) != NULL) {
		trust_ready_fn ready = wait->ready;
		void *waiting = wait->arg;

		trust_cancel(wait);
		ready(waiting, entry->context, load->reason);
	}
}

static void
read_anew(struct trust_entry *entry)
{
	struct load *load = xcalloc(1, sizeof(*load));

	if (entry->ca_file != NULL)
		load->ca_file = xstrdup(entry->ca_file);
	entry->is_reading = true;
	errands_start(
		entry->trust->errands, read_on_thread, free_load, load, trust_on_read, entry);
}

static struct trust_entry *
find_entry(struct trust *trust, const char *ca_file)
{
	struct trust_entry *entry;

	LL_FOREACH(trust->entries, entry) {
		if (ca_file == NULL ? entry->ca_file == NULL
				    : entry->ca_file != NULL &&
					      strcmp(entry->ca_file, ca_file) == 0)
			return entry;
	}
	entry = xcalloc(1, sizeof(*entry));
	entry->trust = trust;
	entry->ca_file = ca_file != NULL ? xstrdup(ca_file) : NULL;
	LL_PREPEND(trust->entries, entry);
	return entry;
}

struct trust_wait *
trust_get(struct trust *trust, const char *ca_file, trust_ready_fn ready, void *arg)
{
	struct trust_entry *entry = find_entry(trust, ca_file);

	if (!entry->is_reading &&
		(entry->context == NULL || monotime_now().ns - entry->read.ns > OLD_AFTER_NS))
		read_anew(entry);
	if (entry->context != NULL) {
		ready(arg, entry->context, NULL);
		return NULL;
	}
	struct trust_wait *wait = xcalloc(1, sizeof(*wait));
	*wait = (struct trust_wait){.entry = entry, .ready = ready, .arg = arg};
	DL_APPEND(entry->waits, wait);
	return wait;
}

void
trust_cancel(struct trust_wait *wait)
{
	DL_DELETE(wait->entry->waits, wait);
	free(wait);
}

SSL_CTX *
trust_nobody(struct trust *trust)
{
	return trust->nobody;
}

struct trust *
trust_new(struct errands *errands)
{
	struct trust *trust = xcalloc(1, sizeof(*trust));

	trust->errands = errands;
	trust->nobody = context_new();
	return trust;
}

void
trust_free(struct trust *trust)
{
	struct trust_entry *entry, *next;

	if (trust == NULL)
		return;
	LL_FOREACH_SAFE(trust->entries, entry, next) {
		while (entry->waits != NULL)
			trust_cancel(entry->waits);
		SSL_CTX_free(entry->context);
		free(entry->ca_file);
		free(entry);
	}
	SSL_CTX_free(trust->nobody);
	free(trust);
}

enum probe_status
trust_status(long verify_result)
{
	switch (verify_result) {
	case X509_V_OK:
		return PROBE_STATUS_OK;
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return PROBE_STATUS_EXPIRED;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return PROBE_STATUS_WRONG_NAME;
	default:
		return PROBE_STATUS_UNTRUSTED;
	}
}

int64_t
trust_time_left(const X509 *certificate)
{
	int days = 0, seconds = 0;

	if (ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(certificate)) != 1)
		return 0;
	return (int64_t)days * 86400 + seconds;
}

enum probe_status
trust_judge_end(const struct probe *probe, int64_t left_s)
{
	int64_t left_ms = left_s * 1000;

	if (probe->critical_certificate_ms > 0 &&
		left_ms < (int64_t)probe->critical_certificate_ms)
		return PROBE_STATUS_CRITICAL;
	if (probe->warning_certificate_ms > 0 &&
		left_ms < (int64_t)probe->warning_certificate_ms)
		return PROBE_STATUS_WARNING;
	return PROBE_STATUS_OK;
}
