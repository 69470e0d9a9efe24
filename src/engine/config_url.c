/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A password in a URL would be shown by checkd -T, so a header has to do.
 */
#include "config_url.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <string.h>

#include "util.h"

static void
url_freep(CURLU **url)
{
	curl_url_cleanup(*url);
}

static bool
has_part(CURLU *url, CURLUPart part)
{
	char *text = NULL;
	bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK && text != NULL;

	curl_free(text);
	return has;
}

const char *
config_url_examine(const char *text)
{
	CLEANUP(url_freep) CURLU *url = curl_url();
	bool is_http = strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;

	if (!is_http || curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK)
		return "must be a URL that begins with http:// or https://";
	if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD))
		return "must have no user and no password, which go into headers";
	return NULL;
}
