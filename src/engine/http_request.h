/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One request of a probe, as libcurl is told of it: where it goes, what it says, and whom it
 * trusts.
 */
#ifndef ENGINE_HTTP_REQUEST_H
#define ENGINE_HTTP_REQUEST_H

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <stdbool.h>

#include "probe.h"
#include "resolver.h"

/* Embedded by its owner, who sets the first group. What is pointed to there is borrowed. */
struct http_request {
	const struct probe *probe;
	bool is_first; /* and not what a redirect led to */
	const union resolver_address *address;
	SSL_CTX *trusted; /* NULL: nobody, and nothing is verified */

	char *url; /* and its parts; the host is without brackets */
	char *host;
	unsigned port;
	bool is_secure;
	CURL *easy; /* while it is open */
	struct curl_slist *headers;
	struct curl_slist *connect_to;
};

/* Takes the URL; false where it is none of http or https. */
bool http_request_set_url(struct http_request *request, char *url);

/* Makes the handle, which calls body with the answer's. */
void http_request_open(struct http_request *request, curl_write_callback body, void *arg);

void http_request_close(struct http_request *request);
void http_request_deinit(struct http_request *request);

#endif
