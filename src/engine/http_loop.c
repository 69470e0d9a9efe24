/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * curl tells which sockets it wants to read or write, and when it wants to be called. What
 * is done is taken note of, and told when curl is not on the stack.
 */
#include "http_loop.h"

#include <stdbool.h>
#include <stdlib.h>

#include "util.h"

struct http_loop {
	struct event_base *base;
	CURLM *multi;
	struct event *timer;
};

struct http_exchange {
	struct http_loop *loop;
	CURL *easy;
	http_done_fn done;
	void *arg;
};

/* Another may have been freed by the callback of one, so each is asked for anew. */
static void
tell_done(struct http_loop *loop)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(loop->multi, &left)) != NULL) {
		struct http_exchange *exchange = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		CURLcode code = message->data.result;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
		exchange->done(exchange->arg, code);
	}
}

static void
socket_on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct http_loop *loop = arg;
	int running, flags = ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
			     ((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0);

	curl_multi_socket_action(loop->multi, fd, flags, &running);
	tell_done(loop);
}

static void
timer_on_timeout(evutil_socket_t fd, short what, void *arg)
{
	struct http_loop *loop = arg;
	int running;

	(void)fd;
	(void)what;
	curl_multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	tell_done(loop);
}

static int
curl_on_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct http_loop *loop = arg;
	const struct timeval delay = {
		.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};

	(void)multi;
	if (timeout_ms < 0)
		evtimer_del(loop->timer);
	else
		evtimer_add(loop->timer, &delay);
	return 0;
}

static int
curl_on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct http_loop *loop = arg;
	struct event *event = socket_arg;
	short wanted = (short)(EV_PERSIST | ((what & CURL_POLL_IN) != 0 ? EV_READ : 0) |
			       ((what & CURL_POLL_OUT) != 0 ? EV_WRITE : 0));

	(void)easy;
	if (event != NULL)
		event_free(event);
	event = NULL;
	if (what != CURL_POLL_REMOVE) {
		event = event_new(loop->base, fd, wanted, socket_on_ready, loop);
		if (event == NULL || event_add(event, NULL) != 0)
			abort();
	}
	curl_multi_assign(loop->multi, fd, event);
	return 0;
}

struct http_loop *
http_loop_new(struct event_base *base)
{
	struct http_loop *loop = xcalloc(1, sizeof(*loop));

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
	loop->base = base;
	loop->multi = curl_multi_init();
	loop->timer = evtimer_new(base, timer_on_timeout, loop);
	if (loop->multi == NULL || loop->timer == NULL)
		abort();
	curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, curl_on_socket);
	curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
	curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, curl_on_timer);
	curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
	return loop;
}

void
http_loop_free(struct http_loop *loop)
{
	if (loop == NULL)
		return;
	curl_multi_cleanup(loop->multi);
	event_free(loop->timer);
	free(loop);
	curl_global_cleanup();
}

struct http_exchange *
http_exchange_start(struct http_loop *loop, CURL *easy, http_done_fn done, void *arg)
{
	struct http_exchange *exchange = xcalloc(1, sizeof(*exchange));

	*exchange =
		(struct http_exchange){.loop = loop, .easy = easy, .done = done, .arg = arg};
	curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange);
	if (curl_multi_add_handle(loop->multi, easy) != CURLM_OK)
		abort();
	return exchange;
}

void
http_exchange_free(struct http_exchange *exchange)
{
	if (exchange == NULL)
		return;
	curl_multi_remove_handle(exchange->loop->multi, exchange->easy);
	free(exchange);
}
