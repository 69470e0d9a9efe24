/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of a program. syslog(3) blocks when its socket is full, so the datagrams are
 * written here, in the form of RFC 3164 that every local syslog and journald reads.
 */
#include "log.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_LEN    1024 /* below PIPE_BUF, so that a line is whole or not there */
#define FACILITY_DAEMON (3 << 3)
#define SYSLOG_PATH     "/dev/log"

static struct {
	const char *program;
	enum log_target target;
	enum log_level max_level;
	int syslog_fd;
	bool is_stderr_socket;
	uint64_t dropped; /* and not told yet */
	uint64_t dropped_ever;
} state = {
	.program = "checkd",
	.target = LOG_TARGET_STDERR,
	.max_level = LOG_LEVEL_NOTICE,
	.syslog_fd = -1,
};

static int
connect_syslog(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SYSLOG_PATH};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

void
log_open(const char *program, enum log_target target, enum log_level max_level)
{
	struct stat status;

	log_close();
	state.program = program;
	state.target = target;
	state.max_level = max_level;
	state.is_stderr_socket = fstat(STDERR_FILENO, &status) == 0 && S_ISSOCK(status.st_mode);
	if (target == LOG_TARGET_SYSLOG)
		state.syslog_fd = connect_syslog();
}

void
log_close(void)
{
	if (state.syslog_fd >= 0)
		close(state.syslog_fd);
	state.syslog_fd = -1;
}

enum log_level
log_level(void)
{
	return state.max_level;
}

enum log_target
log_target(void)
{
	return state.target;
}

bool
log_is_enabled(enum log_level level)
{
	return level <= state.max_level;
}

uint64_t
log_dropped(void)
{
	return state.dropped_ever;
}

/* stderr's description is shared with others, so it is asked, not made non-blocking. */
static bool
write_stderr(const char *line, size_t len)
{
	struct pollfd writable = {.fd = STDERR_FILENO, .events = POLLOUT};

	if (state.is_stderr_socket)
		return send(STDERR_FILENO, line, len, MSG_DONTWAIT | MSG_NOSIGNAL) ==
		       (ssize_t)len;
	if (poll(&writable, 1, 0) != 1 || (writable.revents & POLLOUT) == 0)
		return false;
	return write(STDERR_FILENO, line, len) == (ssize_t)len;
}

static bool
write_syslog(enum log_level level, const char *message)
{
	char packet[LINE_MAX_LEN + 128];
	char stamp[32] = "";
	time_t now = time(NULL);
	struct tm local;

	if (localtime_r(&now, &local) != NULL)
		strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", &local);
	int len = snprintf(packet, sizeof(packet), "<%d>%s %s[%d]: %s",
		FACILITY_DAEMON | (int)level, stamp, state.program, (int)getpid(), message);
	if (send(state.syslog_fd, packet, (size_t)len, MSG_NOSIGNAL) == len)
		return true;
	if (errno == EAGAIN || errno == ENOBUFS)
		return false;
	log_close();
	state.syslog_fd = connect_syslog();
	return state.syslog_fd >= 0 &&
	       send(state.syslog_fd, packet, (size_t)len, MSG_NOSIGNAL) == len;
}

static bool
write_message(enum log_level level, const char *message)
{
	static const char *const names[] = {
		[LOG_LEVEL_ERROR] = "error: ",
		[LOG_LEVEL_WARNING] = "warning: ",
		[LOG_LEVEL_NOTICE] = "",
		[LOG_LEVEL_INFO] = "",
		[LOG_LEVEL_DEBUG] = "debug: ",
	};
	char line[LINE_MAX_LEN + 64];

	if (state.syslog_fd >= 0)
		return write_syslog(level, message);
	int len = snprintf(
		line, sizeof(line), "%s: %s%s\n", state.program, names[level], message);
	return write_stderr(line, (size_t)len);
}

static void
log_message(enum log_level level, const char *format, va_list arguments)
{
	char message[LINE_MAX_LEN];

	if (!log_is_enabled(level))
		return;
	if (state.dropped > 0) {
		snprintf(message, sizeof(message),
			"%ju log lines were dropped: the log was full",
			(uintmax_t)state.dropped);
		if (write_message(LOG_LEVEL_WARNING, message))
			state.dropped = 0;
	}
	vsnprintf(message, sizeof(message), format, arguments);
	if (write_message(level, message))
		return;
	state.dropped++;
	state.dropped_ever++;
}

#define DEFINE_LOG(name, level)                                                                \
	void log_##name(const char *format, ...)                                               \
	{                                                                                      \
		va_list arguments;                                                             \
                                                                                               \
		va_start(arguments, format);                                                   \
		log_message(level, format, arguments);                                         \
		va_end(arguments);                                                             \
	}

DEFINE_LOG(error, LOG_LEVEL_ERROR)
DEFINE_LOG(warning, LOG_LEVEL_WARNING)
DEFINE_LOG(notice, LOG_LEVEL_NOTICE)
DEFINE_LOG(info, LOG_LEVEL_INFO)
DEFINE_LOG(debug, LOG_LEVEL_DEBUG)
