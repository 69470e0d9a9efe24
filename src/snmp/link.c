/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The socket to the engine. What waits to be sent is a few numbers and the newest
 * heartbeat, so it needs no buffer of messages.
 */
#include "link.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util.h"

/* So many messages are read before other events of the loop have their turn. */
#define BURST 64

struct link {
	int fd;
	struct event *readable;
	struct event *writable;
	struct link_callbacks callbacks;
	void *arg;
	struct wire_acknowledge settled[WIRE_EVENT_WINDOW]; /* to be told, in order */
	size_t settled_count;
	struct wire_alive alive;
	bool is_alive_due;
	bool has_ended;
};

static void
end(struct link *link, int error)
{
	link->has_ended = true;
	event_del(link->readable);
	event_del(link->writable);
	link->callbacks.end(link->arg, error);
}

/* Returns false where there is nothing more to be read for now. */
static bool
read_message(struct link *link)
{
	uint8_t buf[WIRE_MESSAGE_MAX];
	struct wire_message message;
	ssize_t len = recv(link->fd, buf, sizeof(buf), MSG_DONTWAIT | MSG_TRUNC);

	if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return false;
	if (len <= 0) {
		end(link, len == 0 || errno == ECONNRESET ? 0 : -errno);
		return false;
	}
	if ((size_t)len > sizeof(buf) || wire_decode(buf, (size_t)len, &message) < 0) {
		end(link, -EBADMSG);
		return false;
	}
	link->callbacks.message(link->arg, &message);
	wire_message_deinit(&message);
	return true;
}

static void
link_on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct link *link = arg;

	(void)fd;
	(void)what;
	for (unsigned i = 0; i < BURST && read_message(link); i++)
		;
}

/* Returns false where the socket takes no more; its end is told by reading. */
static bool
send_message(struct link *link, const struct wire_message *message)
{
	uint8_t buf[WIRE_MESSAGE_MAX];
	size_t len = wire_encode(message, buf);

	return send(link->fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len;
}

/* Sends what waits, acknowledgements first. Returns false where some of it still does. */
static bool
send_waiting(struct link *link)
{
	struct wire_message message = {.type = WIRE_ACKNOWLEDGE};
	size_t sent = 0;

	while (sent < link->settled_count) {
		message.acknowledge = link->settled[sent];
		if (!send_message(link, &message))
			break;
		sent++;
	}
	link->settled_count -= sent;
	memmove(link->settled, link->settled + sent,
		link->settled_count * sizeof(link->settled[0]));
	if (link->settled_count > 0)
		return false;
	message = (struct wire_message){.type = WIRE_ALIVE, .alive = link->alive};
	if (link->is_alive_due && send_message(link, &message))
		link->is_alive_due = false;
	return !link->is_alive_due;
}

static void
flush(struct link *link)
{
	if (!link->has_ended && !send_waiting(link))
		event_add(link->writable, NULL);
}

static void
link_on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	flush(arg);
}

struct link *
link_new(struct event_base *base, int fd, const struct link_callbacks *callbacks, void *arg)
{
	struct link *link = xcalloc(1, sizeof(*link));

	evutil_make_socket_nonblocking(fd);
	evutil_make_socket_closeonexec(fd);
	link->fd = fd;
	link->callbacks = *callbacks;
	link->arg = arg;
	link->readable = event_new(base, fd, EV_READ | EV_PERSIST, link_on_readable, link);
	link->writable = event_new(base, fd, EV_WRITE, link_on_writable, link);
	event_add(link->readable, NULL);
	return link;
}

void
link_free(struct link *link)
{
	if (link == NULL)
		return;
	event_free(link->readable);
	event_free(link->writable);
	close(link->fd);
	free(link);
}

void
link_acknowledge(struct link *link, uint64_t number, bool is_accepted)
{
	assert(link->settled_count < ARRAY_LEN(link->settled));
	link->settled[link->settled_count++] =
		(struct wire_acknowledge){.number = number, .is_accepted = is_accepted};
	flush(link);
}

void
link_send_alive(struct link *link, const struct wire_alive *alive)
{
	link->alive = *alive;
	link->is_alive_due = true;
	flush(link);
}
