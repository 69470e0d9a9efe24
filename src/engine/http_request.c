/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options of curl, and nothing from the environment: neither proxies nor files.
 */
#include "http_request.h"

#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util.h"

#define READ_BUFFER_SIZE 8192

static char *
part_of(CURLU *url, CURLUPart part, unsigned flags)
{
	char *text = NULL;

	if (curl_url_get(url, part, &text, flags) != CURLUE_OK)
		return NULL;
	char *copy = xstrdup(text);
	curl_free(text);
	return copy;
}

static void
url_freep(CURLU **url)
{
	curl_url_cleanup(*url);
}

/* Takes it apart. */
static bool
read_url(struct http_request *request)
{
	CLEANUP(url_freep) CURLU *url = curl_url();

	if (curl_url_set(url, CURLUPART_URL, request->url, 0) != CURLUE_OK)
		return false;
	CLEANUP_FREE char *scheme = part_of(url, CURLUPART_SCHEME, 0);
	CLEANUP_FREE char *host = part_of(url, CURLUPART_HOST, 0);
	CLEANUP_FREE char *port = part_of(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	if (scheme == NULL || host == NULL || port == NULL)
		return false;
	request->is_secure = strcasecmp(scheme, "https") == 0;
	if (!request->is_secure && strcasecmp(scheme, "http") != 0)
		return false;
	size_t len = strlen(host);
	free(request->host);
	request->host = host[0] == '[' ? xstrndup(host + 1, len - 2) : xstrdup(host);
	request->port = (unsigned)strtoul(port, NULL, 10);
	return true;
}

/*
 * Trust is ours, read beforehand; curl has no file to read. OpenSSL looks at the name too, as
 * it does for the type tcp: of curl's own look nobody learns why it failed.
 */
static CURLcode
curl_on_context(CURL *easy, void *context, void *arg)
{
	const struct http_request *request = arg;
	union resolver_address address;

	(void)easy;
	if (request->trusted == NULL)
		return CURLE_OK;
	SSL_CTX_set1_cert_store(context, SSL_CTX_get_cert_store(request->trusted));
	X509_VERIFY_PARAM *wanted = SSL_CTX_get0_param(context);
	X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	bool is_number = resolver_parse_address(request->host, PROBE_FAMILY_ANY, &address);
	int is_set = is_number ? X509_VERIFY_PARAM_set1_ip_asc(wanted, request->host)
			       : X509_VERIFY_PARAM_set1_host(wanted, request->host, 0);
	return is_set == 1 ? CURLE_OK : CURLE_SSL_CONNECT_ERROR;
}

/* What is for the first host is not for those it sends us to. */
static void
set_headers(struct http_request *request)
{
	char *const *header = request->probe->headers;

	for (; request->is_first && header != NULL && *header != NULL; header++) {
		size_t len = strcspn(*header, "=");
		const char *value = *header + len + 1;
		/* curl takes "Name;" for a header without a value. */
		CLEANUP_FREE char *line = xasprintf(
			"%.*s%s%s", (int)len, *header, value[0] != '\0' ? ": " : ";", value);

		request->headers = curl_slist_append(request->headers, line);
	}
	curl_easy_setopt(request->easy, CURLOPT_HTTPHEADER, request->headers);
}

/* A redirected request has no body: what it was for is done or not wanted there. */
static void
set_method(struct http_request *request)
{
	static const char *const names[] = {
		[PROBE_METHOD_GET] = "GET",
		[PROBE_METHOD_HEAD] = "HEAD",
		[PROBE_METHOD_POST] = "POST",
		[PROBE_METHOD_PUT] = "PUT",
		[PROBE_METHOD_PATCH] = "PATCH",
		[PROBE_METHOD_DELETE] = "DELETE",
		[PROBE_METHOD_OPTIONS] = "OPTIONS",
	};
	const struct probe *probe = request->probe;
	bool is_head = probe->method == PROBE_METHOD_HEAD;

	if (is_head)
		curl_easy_setopt(request->easy, CURLOPT_NOBODY, 1L);
	if (!request->is_first)
		return;
	if (probe->send != NULL)
		curl_easy_setopt(request->easy, CURLOPT_POSTFIELDS, probe->send);
	else if (probe->method == PROBE_METHOD_POST)
		curl_easy_setopt(request->easy, CURLOPT_POSTFIELDS, "");
	if (!is_head)
		curl_easy_setopt(request->easy, CURLOPT_CUSTOMREQUEST, names[probe->method]);
}

static void
set_tls(struct http_request *request)
{
	const struct probe *probe = request->probe;

	curl_easy_setopt(request->easy, CURLOPT_SSL_VERIFYPEER, (long)probe->is_verified);
	curl_easy_setopt(request->easy, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(request->easy, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(request->easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(request->easy, CURLOPT_SSL_CTX_FUNCTION, curl_on_context);
	curl_easy_setopt(request->easy, CURLOPT_SSL_CTX_DATA, request);
	curl_easy_setopt(request->easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	if (request->is_secure)
		curl_easy_setopt(request->easy, CURLOPT_CERTINFO, 1L);
}

/* curl connects to the address, and speaks to the host. */
static void
set_address(struct http_request *request)
{
	const union resolver_address *address = request->address;
	bool is_ip6 = address->any.sa_family == AF_INET6;
	char number[RESOLVER_ADDRESS_SIZE];

	resolver_format_address(address, number);
	CLEANUP_FREE char *line = xasprintf(
		"::%s%s%s:%u", is_ip6 ? "[" : "", number, is_ip6 ? "]" : "", request->port);
	request->connect_to = curl_slist_append(NULL, line);
	curl_easy_setopt(request->easy, CURLOPT_CONNECT_TO, request->connect_to);
}

/* Nothing from the environment: neither proxies nor files. */
static void
set_manners(struct http_request *request)
{
	CURL *easy = request->easy;

	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "checkd/" CHECKD_VERSION);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)READ_BUFFER_SIZE);
}

bool
http_request_set_url(struct http_request *request, char *url)
{
	free(request->url);
	request->url = url;
	return read_url(request);
}

void
http_request_open(struct http_request *request, curl_write_callback body, void *arg)
{
	request->easy = curl_easy_init();
	if (request->easy == NULL)
		abort();
	set_manners(request);
	set_address(request);
	set_headers(request);
	set_method(request);
	set_tls(request);
	curl_easy_setopt(request->easy, CURLOPT_WRITEFUNCTION, body);
	curl_easy_setopt(request->easy, CURLOPT_WRITEDATA, arg);
}

void
http_request_close(struct http_request *request)
{
	if (request->easy != NULL)
		curl_easy_cleanup(request->easy);
	request->easy = NULL;
	curl_slist_free_all(STEAL(request->headers));
	curl_slist_free_all(STEAL(request->connect_to));
}

void
http_request_deinit(struct http_request *request)
{
	http_request_close(request);
	free(request->url);
	free(request->host);
}
