/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libcurl's multi interface on libevent: its sockets and its timer are events of the loop.
 */
#ifndef ENGINE_HTTP_LOOP_H
#define ENGINE_HTTP_LOOP_H

#include <curl/curl.h>
#include <event2/event.h>

struct http_loop;
struct http_exchange;

/* From the loop, outside of curl's callbacks: the exchange may be freed, others started. */
typedef void (*http_done_fn)(void *arg, CURLcode code);

struct http_loop *http_loop_new(struct event_base *base);

/* Exchanges must be freed before. */
void http_loop_free(struct http_loop *loop); /* NULL is fine */

/* Begins what the handle is set to, which stays the caller's and outlives the exchange. */
struct http_exchange *http_exchange_start(
	struct http_loop *loop, CURL *easy, http_done_fn done, void *arg);

/* Ends it in whatever step it is; not from curl's callbacks. NULL is fine. */
void http_exchange_free(struct http_exchange *exchange);

#endif
