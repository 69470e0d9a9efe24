/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The type http: a request by libcurl, and what its answer must be. Names are resolved and
 * redirects followed here, one request a hop, so that no hop blocks, and each address of a
 * name has its share of the time that is left. Each probe makes a connection of its own.
 */
#include <curl/curl.h>
#include <errno.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>

#include "http_loop.h"
#include "http_request.h"
#include "probe_error.h"
#include "probe_run.h"
#include "resolver.h"
#include "trust.h"
#include "util.h"

/* More of a body is neither looked at nor read. */
#define BODY_MAX 65536

/* Headers are curl's to bound; of a URL that a redirect gives, this is ours. */
#define URL_MAX 2048

enum step {
	STEP_RESOLVING,
	STEP_TRUSTING,
	STEP_ASKING,
};

struct http {
	struct probe_run run;
	enum step step;
	struct http_request request; /* of this hop */
	unsigned hops;
	struct lookup *lookup;
	struct resolver_addresses addresses;
	size_t at; /* of the addresses, the one being tried */
	struct trust_wait *wait;
	SSL_CTX *trusted; /* a reference; NULL: nobody */
	struct http_exchange *exchange;
	char *body; /* BODY_MAX and a NUL; NULL before the first of it */
	size_t body_len;
	bool is_body_cut;
};

static struct http *
http_of(struct probe_run *run)
{
	return (struct http *)run;
}

static void begin_hop(struct http *http, char *url);
static void try_address(struct http *http);

static bool
needs_body(const struct probe *probe)
{
	return probe->expect != NULL || probe->regex != NULL;
}

/* Ends the request with CURLE_WRITE_ERROR where nothing more is needed. */
static size_t
curl_on_body(char *data, size_t size, size_t count, void *arg)
{
	struct http *http = arg;
	size_t len = size * count;
	size_t room = BODY_MAX - http->body_len;

	http->is_body_cut = !needs_body(http->run.probe) || len > room;
	if (!needs_body(http->run.probe))
		return 0;
	if (http->body == NULL)
		http->body = xcalloc(1, BODY_MAX + 1);
	memcpy(http->body + http->body_len, data, len < room ? len : room);
	http->body_len += len < room ? len : room;
	return len > room ? 0 : len;
}

static void
end_exchange(struct http *http)
{
	http_exchange_free(STEAL(http->exchange));
	http_request_close(&http->request);
	free(http->body);
	http->body = NULL;
	http->body_len = 0;
}

static long
number_of(CURL *easy, CURLINFO info)
{
	long number = 0;

	curl_easy_getinfo(easy, info, &number);
	return number;
}

static bool
is_accepted(const struct probe *probe, long status)
{
	for (char *const *range = probe->statuses; range != NULL && *range != NULL; range++) {
		if (probe_range_allows(*range, status))
			return true;
	}
	return false;
}

static bool
has_expected(const struct http *http)
{
	const struct probe *probe = http->run.probe;
	const char *body = http->body != NULL ? http->body : "";
	regmatch_t match = {.rm_so = 0, .rm_eo = (regoff_t)http->body_len};

	if (probe->expect != NULL &&
		memmem(body, http->body_len, probe->expect, strlen(probe->expect)) == NULL)
		return false;
	return probe->regex == NULL ||
	       regexec(probe->regex, body, 1, &match, REG_STARTEND) == 0;
}

/* How long the server's certificate is valid, in seconds; false where there is none. */
static bool
read_certificate(struct http *http, int64_t *ret_left_s)
{
	struct curl_certinfo *chain = NULL;
	X509 *certificate = NULL;

	curl_easy_getinfo(http->request.easy, CURLINFO_CERTINFO, &chain);
	struct curl_slist *line =
		chain != NULL && chain->num_of_certs > 0 ? chain->certinfo[0] : NULL;
	for (; line != NULL && certificate == NULL; line = line->next) {
		if (strncmp(line->data, "Cert:", 5) != 0)
			continue;
		BIO *text = BIO_new_mem_buf(line->data + 5, -1);

		certificate = PEM_read_bio_X509(text, NULL, NULL, NULL);
		BIO_free(text);
	}
	if (certificate == NULL)
		return false;
	*ret_left_s = trust_time_left(certificate);
	X509_free(certificate);
	return true;
}

static void
succeed(struct http *http, long status)
{
	const struct probe *probe = http->run.probe;
	int64_t took_ns = monotime_now().ns - http->run.started.mono.ns, left_s = 0;
	char duration[PROBE_DURATION_SIZE], end[64] = "", perfdata[80] = "";
	enum probe_status judged = PROBE_STATUS_OK;

	probe_format_duration(took_ns, duration);
	if (read_certificate(http, &left_s)) {
		judged = trust_judge_end(probe, left_s);
		snprintf(end, sizeof(end), ", certificate ends in %.1f days",
			(double)left_s / 86400);
		snprintf(perfdata, sizeof(perfdata), "certificate=%.1f;;",
			(double)left_s / 86400);
	}
	probe_finish_timed(&http->run, took_ns, judged, perfdata, "HTTP %ld in %s%s", status,
		duration, end);
}

static void
refuse_status(struct http *http, long status)
{
	char duration[PROBE_DURATION_SIZE];
	CLEANUP_FREE char *accepted = strv_join(http->run.probe->statuses, ", ");

	probe_format_duration(monotime_now().ns - http->run.started.mono.ns, duration);
	probe_finish(&http->run, PROBE_STATUS_HTTP_STATUS, "HTTP %ld in %s, expected %s",
		status, duration, accepted);
}

static bool
is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 ||
	       status == 308;
}

/* The next hop, with the URL that curl made of what the server said. */
static void
follow(struct http *http)
{
	char *location = NULL;

	curl_easy_getinfo(http->request.easy, CURLINFO_REDIRECT_URL, &location);
	if (http->hops == http->run.probe->redirects) {
		probe_finish(&http->run, PROBE_STATUS_REDIRECTS,
			"more than %u redirects, the next to %s", http->run.probe->redirects,
			location != NULL ? location : "nowhere");
		return;
	}
	if (location == NULL || strlen(location) > URL_MAX) {
		probe_finish(&http->run, PROBE_STATUS_REDIRECTS, "a redirect without a target");
		return;
	}
	char *url = xstrdup(location);
	end_exchange(http);
	http->hops++;
	begin_hop(http, url);
}

static void
judge(struct http *http)
{
	const struct probe *probe = http->run.probe;
	long status = number_of(http->request.easy, CURLINFO_RESPONSE_CODE);

	if (is_redirect(status) && probe->redirects > 0)
		follow(http);
	else if (!is_accepted(probe, status))
		refuse_status(http, status);
	else if (needs_body(probe) && !has_expected(http))
		probe_finish(&http->run, PROBE_STATUS_UNEXPECTED,
			"HTTP %ld, but its body has not what is expected in its first %zu "
			"octets",
			status, http->body_len);
	else
		succeed(http, status);
}

static void
describe(const struct http *http, char *buf, size_t size)
{
	char address[RESOLVER_ADDRESS_SIZE];

	resolver_format_address(&http->addresses.list[http->at], address);
	snprintf(buf, size, "%s port %u", address, http->request.port);
}

static void
fail(struct http *http, enum probe_status status, const char *what, const char *why)
{
	char place[160];

	describe(http, place, sizeof(place));
	probe_finish(
		&http->run, status, "%s %s%s%s", place, what, why[0] != '\0' ? ": " : "", why);
}

/* The next address, or the result that this one gave. */
static void
fail_address(struct http *http, enum probe_status status, const char *what, const char *why)
{
	if (http->at + 1 < http->addresses.count) {
		http->at++;
		end_exchange(http);
		try_address(http);
		return;
	}
	fail(http, status, what, why);
}

static void
fail_connect(struct http *http)
{
	int error = (int)number_of(http->request.easy, CURLINFO_OS_ERRNO);

	if (probe_error_is_local(error))
		probe_fail_start(&http->run, "socket: %s", strerror(error));
	else if (error == ECONNREFUSED)
		fail_address(http, PROBE_STATUS_REFUSED, "refuses connections", "");
	else
		fail_address(http, probe_error_of_connect(error), "cannot be reached",
			error != 0 ? strerror(error) : "");
}

static void
fail_certificate(struct http *http)
{
	long verified = number_of(http->request.easy, CURLINFO_SSL_VERIFYRESULT);
	enum probe_status status =
		verified != X509_V_OK ? trust_status(verified) : PROBE_STATUS_UNTRUSTED;

	fail(http, status, "has a certificate that does not do",
		X509_verify_cert_error_string(verified));
}

static void
exchange_on_done(void *arg, CURLcode code)
{
	struct http *http = arg;

	if (probe_is_finished(&http->run))
		return;
	switch (code) {
	case CURLE_OK:
		judge(http);
		break;
	case CURLE_WRITE_ERROR:
		if (http->is_body_cut)
			judge(http);
		else
			fail(http, PROBE_STATUS_LOST, "lost the connection", "");
		break;
	case CURLE_COULDNT_CONNECT:
		fail_connect(http);
		break;
	case CURLE_PEER_FAILED_VERIFICATION:
		fail_certificate(http);
		break;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CIPHER:
		fail(http, PROBE_STATUS_TLS_FAILED, "and we find no way to speak TLS",
			curl_easy_strerror(code));
		break;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING:
		fail(http, PROBE_STATUS_UNEXPECTED, "does not speak HTTP",
			curl_easy_strerror(code));
		break;
	default:
		fail(http, PROBE_STATUS_LOST, "lost the connection", curl_easy_strerror(code));
	}
}

static void
ask(struct http *http)
{
	http->step = STEP_ASKING;
	http->request.probe = http->run.probe;
	http->request.is_first = http->hops == 0;
	http->request.address = &http->addresses.list[http->at];
	http->request.trusted = http->trusted;
	http_request_open(&http->request, curl_on_body, http);
	http->exchange = http_exchange_start(
		http->run.prober->http, http->request.easy, exchange_on_done, http);
}

/* Each address has its share of the time that is left. */
static void
try_address(struct http *http)
{
	int64_t left_ns = probe_time_left(&http->run, monotime_now());

	probe_set_alarm(&http->run, left_ns / (int64_t)(http->addresses.count - http->at));
	ask(http);
}

static void
trust_on_ready(void *arg, SSL_CTX *context, const char *reason)
{
	struct http *http = arg;

	http->wait = NULL;
	if (context == NULL) {
		probe_fail_start(&http->run, "%s", reason);
		return;
	}
	SSL_CTX_up_ref(context);
	http->trusted = context;
	try_address(http);
}

static void
begin_trust(struct http *http)
{
	const struct probe *probe = http->run.probe;

	if (!http->request.is_secure || !probe->is_verified || http->trusted != NULL) {
		try_address(http);
		return;
	}
	http->step = STEP_TRUSTING;
	struct trust_wait *wait =
		trust_get(http->run.prober->trust, probe->ca_file, trust_on_ready, http);
	if (http->step == STEP_TRUSTING)
		http->wait = wait;
}

static void
lookup_on_done(void *arg, const struct resolver_answer *answer)
{
	struct http *http = arg;

	http->lookup = NULL;
	if (probe_is_finished(&http->run))
		return;
	if (answer->status != PROBE_STATUS_OK) {
		probe_finish(&http->run, answer->status, "%s: %s", http->request.host,
			answer->reason);
		return;
	}
	http->addresses = answer->addresses;
	http->at = 0;
	begin_trust(http);
}

/* Takes the URL. */
static void
begin_hop(struct http *http, char *url)
{
	if (!http_request_set_url(&http->request, url)) {
		probe_finish(&http->run, PROBE_STATUS_REDIRECTS,
			"a redirect to %s, which is "
			"no URL of http or https",
			http->request.url);
		return;
	}
	http->step = STEP_RESOLVING;
	struct lookup *lookup = resolver_start(http->run.prober->resolver, http->request.host,
		http->run.probe->family, lookup_on_done, http);
	if (lookup != NULL)
		http->lookup = lookup;
}

static void
http_start(struct probe_run *run)
{
	struct http *http = http_of(run);

	begin_hop(http, xstrdup(run->probe->url));
}

static curl_off_t
time_of(CURL *easy, CURLINFO info)
{
	curl_off_t us = 0;

	curl_easy_getinfo(easy, info, &us);
	return us;
}

/* Once a connection is made, an address is not left for another one. */
static bool
is_connected(const struct http *http)
{
	return http->step == STEP_ASKING &&
	       time_of(http->request.easy, CURLINFO_CONNECT_TIME_T) > 0;
}

static void
time_out(struct http *http)
{
	char what[64];

	snprintf(
		what, sizeof(what), "in %g s", (double)http->run.definition->timeout_ms / 1000);
	if (http->step == STEP_RESOLVING)
		probe_finish(&http->run, PROBE_STATUS_NO_RESOLVER,
			"%s: the resolver has not answered %s", http->request.host, what);
	else if (http->step == STEP_TRUSTING)
		probe_fail_start(
			&http->run, "the certificates to trust cannot be read %s", what);
	else if (!is_connected(http))
		fail(http, PROBE_STATUS_CONNECT_TIMEOUT, "has not taken the connection", what);
	else if (http->request.is_secure &&
		 time_of(http->request.easy, CURLINFO_APPCONNECT_TIME_T) == 0)
		fail(http, PROBE_STATUS_LATE, "has not ended the TLS handshake", what);
	else
		fail(http, PROBE_STATUS_LATE, "has not answered", what);
}

static void
http_alarm(struct probe_run *run, bool is_over)
{
	struct http *http = http_of(run);

	if (is_over)
		time_out(http);
	else if (http->step == STEP_ASKING && !is_connected(http))
		fail_address(
			http, PROBE_STATUS_CONNECT_TIMEOUT, "has not taken the connection", "");
}

static bool
http_end(struct probe_run *run)
{
	struct http *http = http_of(run);

	if (http->lookup != NULL)
		resolver_cancel(http->lookup);
	if (http->wait != NULL)
		trust_cancel(http->wait);
	end_exchange(http);
	SSL_CTX_free(http->trusted);
	http_request_deinit(&http->request);
	return true;
}

const struct probe_type probe_http = {
	.size = sizeof(struct http),
	.start = http_start,
	.alarm = http_alarm,
	.end = http_end,
};
