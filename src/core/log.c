/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of a program. syslog(3) and sd_journal_send(3) block when their socket is full, so
 * the datagrams are written here: those of syslog in the form of RFC 3164 that every local one
 * reads.
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

#include "journal.h"

#define LINE_MAX_LEN    1024 /* below PIPE_BUF, so that a line is whole or not there */
#define FACILITY_DAEMON (3 << 3)
#define SYSLOG_PATH     "/dev/log"

static struct {
	const char *program;
	enum log_target target;
	enum log_level max_level;
	int socket_fd; /* of syslog or the journal; -1: stderr is written to */
	bool is_stderr_socket;
	uint64_t dropped; /* and not told yet */
	uint64_t dropped_ever;
} state = {
	.program = "checkd",
	.target = LOG_TARGET_STDERR,
	.max_level = LOG_LEVEL_NOTICE,
	.socket_fd = -1,
};

/* One line of the log. */
struct line {
	enum log_level level;
	const char *message;
	const struct log_field *fields;
	size_t field_count;
};

static int
connect_socket(enum log_target target)
{
	static const char *const paths[] = {
		[LOG_TARGET_SYSLOG] = SYSLOG_PATH,
		[LOG_TARGET_JOURNAL] = JOURNAL_PATH,
	};
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (target == LOG_TARGET_STDERR)
		return -1;
	strcpy(address.sun_path, paths[target]);
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
	if (target == LOG_TARGET_STDERR && journal_has_stderr())
		target = LOG_TARGET_JOURNAL;
	state.program = program;
	state.target = target;
	state.max_level = max_level;
	state.is_stderr_socket = fstat(STDERR_FILENO, &status) == 0 && S_ISSOCK(status.st_mode);
	state.socket_fd = connect_socket(target);
}

void
log_close(void)
{
	if (state.socket_fd >= 0)
		close(state.socket_fd);
	state.socket_fd = -1;
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

static bool
send_packet(const char *packet, size_t len)
{
	return send(state.socket_fd, packet, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static bool
write_socket(const char *packet, size_t len)
{
	if (send_packet(packet, len))
		return true;
	if (errno == EAGAIN || errno == ENOBUFS)
		return false;
	log_close();
	state.socket_fd = connect_socket(state.target);
	return state.socket_fd >= 0 && send_packet(packet, len);
}

static bool
write_syslog(const struct line *line)
{
	char packet[LINE_MAX_LEN + 128];
	char stamp[32] = "";
	time_t now = time(NULL);
	struct tm local;

	if (localtime_r(&now, &local) != NULL)
		strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", &local);
	int len = snprintf(packet, sizeof(packet), "<%d>%s %s[%d]: %s",
		FACILITY_DAEMON | (int)line->level, stamp, state.program, (int)getpid(),
		line->message);

	return write_socket(packet, (size_t)len);
}

static bool
write_journal(const struct line *line)
{
	char packet[JOURNAL_ENTRY_MAX];
	const struct journal_entry entry = {
		.level = line->level,
		.program = state.program,
		.message = line->message,
		.fields = line->fields,
		.field_count = line->field_count,
	};

	return write_socket(packet, journal_encode(&entry, packet));
}

/* stderr's description is shared with others, so it is asked, not made non-blocking. */
static bool
write_stderr(const struct line *line)
{
	static const char *const names[] = {
		[LOG_LEVEL_ERROR] = "error: ",
		[LOG_LEVEL_WARNING] = "warning: ",
		[LOG_LEVEL_NOTICE] = "",
		[LOG_LEVEL_INFO] = "",
		[LOG_LEVEL_DEBUG] = "debug: ",
	};
	struct pollfd writable = {.fd = STDERR_FILENO, .events = POLLOUT};
	char text[LINE_MAX_LEN + 64];
	int len = snprintf(text, sizeof(text), "%s: %s%s\n", state.program, names[line->level],
		line->message);

	if (state.is_stderr_socket)
		return send(STDERR_FILENO, text, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL) ==
		       len;
	if (poll(&writable, 1, 0) != 1 || (writable.revents & POLLOUT) == 0)
		return false;
	return write(STDERR_FILENO, text, (size_t)len) == len;
}

static bool
write_line(const struct line *line)
{
	if (state.socket_fd < 0)
		return write_stderr(line);
	return state.target == LOG_TARGET_JOURNAL ? write_journal(line) : write_syslog(line);
}

static void
tell_dropped(void)
{
	char message[LINE_MAX_LEN];
	const struct line line = {.level = LOG_LEVEL_WARNING, .message = message};

	if (state.dropped == 0)
		return;
	snprintf(message, sizeof(message), "%ju log lines were dropped: the log was full",
		(uintmax_t)state.dropped);
	if (write_line(&line))
		state.dropped = 0;
}

static void
log_message(enum log_level level, const struct log_field *fields, size_t count,
	const char *format, va_list arguments)
{
	char message[LINE_MAX_LEN];
	const struct line line = {level, message, fields, count};

	if (!log_is_enabled(level))
		return;
	tell_dropped();
	vsnprintf(message, sizeof(message), format, arguments);
	if (write_line(&line))
		return;
	state.dropped++;
	state.dropped_ever++;
}

void
log_notice_fields(const struct log_field *fields, size_t count, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_message(LOG_LEVEL_NOTICE, fields, count, format, arguments);
	va_end(arguments);
}

#define DEFINE_LOG(name, level)                                                                \
	void log_##name(const char *format, ...)                                               \
	{                                                                                      \
		va_list arguments;                                                             \
                                                                                               \
		va_start(arguments, format);                                                   \
		log_message(level, NULL, 0, format, arguments);                                \
		va_end(arguments);                                                             \
	}

DEFINE_LOG(error, LOG_LEVEL_ERROR)
DEFINE_LOG(warning, LOG_LEVEL_WARNING)
DEFINE_LOG(notice, LOG_LEVEL_NOTICE)
DEFINE_LOG(info, LOG_LEVEL_INFO)
DEFINE_LOG(debug, LOG_LEVEL_DEBUG)
