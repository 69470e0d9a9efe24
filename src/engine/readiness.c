/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One datagram a message. libsystemd's call waits where the manager's socket is full, and a
 * manager that hangs must not hold up the loop: what the socket does not take is sent with
 * the next status. The watchdog is fed by a timer of the loop and by nothing else, so that a
 * loop that no longer turns is seen.
 */
#include "readiness.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "util.h"

#define STATUS_SIZE 512

struct readiness {
	int fd;
	struct event *beat; /* NULL: no watchdog is asked for */
	char phase[64];     /* that is still to be told; "" where none is */
	char status[STATUS_SIZE];
};

/* "/PATH", or "@NAME" for one that is in no file system; see unix(7). */
static int
connect_manager(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || len >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, name, len);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, size) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool
tell(struct readiness *readiness, const char *text)
{
	size_t len = strlen(text);

	return send(readiness->fd, text, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static void
tell_phase(struct readiness *readiness)
{
	if (readiness->phase[0] != '\0' && tell(readiness, readiness->phase))
		readiness->phase[0] = '\0';
}

static void
readiness_on_beat(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	tell(arg, "WATCHDOG=1");
}

/* How long the manager waits for a beat; 0 where it does not wait for one of ours. */
static uint64_t
read_watchdog_us(void)
{
	const char *period = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");

	if (period == NULL || (pid != NULL && strtoll(pid, NULL, 10) != getpid()))
		return 0;
	return strtoull(period, NULL, 10);
}

/* Half of the time, as sd_watchdog_enabled(3) advises. */
static void
start_beat(struct readiness *readiness, struct event_base *base)
{
	uint64_t us = read_watchdog_us() / 2;
	struct timeval period = {
		.tv_sec = (time_t)(us / 1000000),
		.tv_usec = (suseconds_t)(us % 1000000),
	};

	if (us == 0)
		return;
	readiness->beat = event_new(base, -1, EV_PERSIST, readiness_on_beat, readiness);
	event_add(readiness->beat, &period);
}

struct readiness *
readiness_new(struct event_base *base)
{
	const char *name = getenv("NOTIFY_SOCKET");
	int fd = name != NULL ? connect_manager(name) : -1;

	if (fd < 0)
		return NULL;
	struct readiness *readiness = xcalloc(1, sizeof(*readiness));

	readiness->fd = fd;
	start_beat(readiness, base);
	return readiness;
}

void
readiness_free(struct readiness *readiness)
{
	if (readiness == NULL)
		return;
	if (readiness->beat != NULL)
		event_free(readiness->beat);
	close(readiness->fd);
	free(readiness);
}

/* What came before and was not told yet is out of date. */
static void
enter_phase(struct readiness *readiness, const char *phase)
{
	if (readiness == NULL)
		return;
	snprintf(readiness->phase, sizeof(readiness->phase), "%s", phase);
	tell_phase(readiness);
}

void
readiness_ready(struct readiness *readiness)
{
	enter_phase(readiness, "READY=1");
}

void
readiness_reloading(struct readiness *readiness)
{
	char text[64];

	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
		monotime_now().ns / 1000);
	enter_phase(readiness, text);
}

void
readiness_stopping(struct readiness *readiness)
{
	enter_phase(readiness, "STOPPING=1");
}

void
readiness_status(struct readiness *readiness, const char *status)
{
	char text[STATUS_SIZE];

	if (readiness == NULL)
		return;
	tell_phase(readiness);
	snprintf(text, sizeof(text), "STATUS=%s", status);
	if (strcmp(text, readiness->status) != 0 && tell(readiness, text))
		strcpy(readiness->status, text);
}
