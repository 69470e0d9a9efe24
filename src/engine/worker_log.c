/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker_log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "log.h"
#include "text.h"
#include "util.h"

/* What of a line of standard error is shown, in octets. */
#define ERROR_LINE_MAX 500

/* What of a line that is no answer is shown, in octets. */
#define RUBBISH_SHOWN_MAX 80

static bool
take_ration(struct worker_log *log, struct log_ration *ration)
{
	uint64_t left_out = 0;

	if (!log_ration_take(ration, monotime_now(), &left_out))
		return false;
	if (left_out > 0)
		log_notice("worker %s: %" PRIu64 " lines were left out of the log", log->name,
			left_out);
	return true;
}

static void
log_lines(struct worker_log *log)
{
	char *line, shown[ERROR_LINE_MAX + 1];
	size_t len;

	while (line_reader_next(&log->lines, &line, &len) != LINE_NONE) {
		if (text_clean(line, len, shown, sizeof(shown)) > 0 &&
			take_ration(log, &log->errors))
			log_notice("worker %s: %s", log->name, shown);
	}
}

/* Out of the event loop before it is closed: a child of vfork may hold a copy of it. */
static void
end(struct worker_log *log)
{
	event_del(log->readable);
	util_closep(&log->fd);
	log->fd = -1;
}

static void
read_once(struct worker_log *log)
{
	ssize_t len = line_reader_fill(&log->lines, log->fd);

	if (len > 0)
		log_lines(log);
	else if (len != -EAGAIN && len != -EINTR)
		end(log);
}

static void
log_on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	read_once(arg);
}

void
worker_log_rubbish(struct worker_log *log, const char *what, const char *line, size_t len)
{
	char shown[RUBBISH_SHOWN_MAX + 1];

	if (!take_ration(log, &log->rubbish))
		return;
	text_clean(line, len, shown, sizeof(shown));
	log_warning("worker %s: %s: \"%s\"", log->name, what, shown);
}

void
worker_log_close(struct worker_log *log)
{
	if (log->fd >= 0)
		read_once(log);
	end(log);
}

void
worker_log_init(struct worker_log *log, struct event_base *base, int fd, const char *name)
{
	*log = (struct worker_log){.name = name, .fd = fd};
	line_reader_init(&log->lines, ERROR_LINE_MAX + 1);
	log->readable = event_new(base, fd, EV_READ | EV_PERSIST, log_on_readable, log);
	if (log->readable == NULL || (fd >= 0 && event_add(log->readable, NULL) != 0))
		abort();
}

void
worker_log_deinit(struct worker_log *log)
{
	end(log);
	event_free(log->readable);
	line_reader_deinit(&log->lines);
}
