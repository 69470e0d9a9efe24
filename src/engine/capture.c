/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads into a buffer of its own on the stack, so that a stream costs no more memory than
 * what is kept of it.
 */
#include "capture.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

static void
keep(struct capture *capture, const char *text, size_t len)
{
	size_t room = capture->limit - capture->len;
	size_t kept_len = len < room ? len : room;

	if (kept_len == 0)
		return;
	capture->text = xreallocarray(capture->text, capture->len + kept_len, 1);
	memcpy(capture->text + capture->len, text, kept_len);
	capture->len += kept_len;
}

/* Out of the event loop before it is closed: a child of vfork may hold a copy of it. */
static void
end(struct capture *capture)
{
	if (event_initialized(&capture->event))
		event_del(&capture->event);
	util_closep(&capture->fd);
	capture->fd = -1;
}

/* False where nothing is there now, be it that the stream has ended. */
static bool
read_once(struct capture *capture)
{
	char text[CAPTURE_READ_MAX];
	ssize_t len = read(capture->fd, text, sizeof(text));

	if (len > 0)
		keep(capture, text, (size_t)len);
	else if (len == 0 || (errno != EAGAIN && errno != EINTR))
		end(capture);
	return len > 0;
}

static void
capture_on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct capture *capture = arg;

	(void)fd;
	(void)what;
	read_once(capture);
	if (capture_is_ended(capture))
		capture->ended(capture->arg);
}

void
capture_init(struct capture *capture, int fd, size_t limit, capture_ended_fn ended, void *arg)
{
	*capture = (struct capture){.fd = fd, .limit = limit, .ended = ended, .arg = arg};
}

void
capture_deinit(struct capture *capture)
{
	end(capture);
	free(capture->text);
}

void
capture_start(struct capture *capture, struct event_base *base)
{
	event_assign(&capture->event, base, capture->fd, EV_READ | EV_PERSIST,
		capture_on_readable, capture);
	if (event_add(&capture->event, NULL) != 0)
		abort();
}

void
capture_drain(struct capture *capture)
{
	for (int i = 0; i < CAPTURE_DRAIN_READS && !capture_is_ended(capture); i++) {
		if (!read_once(capture))
			return;
	}
}

bool
capture_is_ended(const struct capture *capture)
{
	return capture->fd < 0;
}
