/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop's side: when to look, and what becomes of what a look brings. One thing at a time:
 * look, submit, wait until that is stored, and look again, which removes what was stored.
 */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "checks.h"
#include "clock.h"
#include "definition.h"
#include "errands.h"
#include "log.h"
#include "spool_folder.h"
#include "text.h"
#include "util.h"

#define PERIOD_MS 10000

/* Of one turn of the loop. */
#define TURN_LINES 200

/* Bad lines of one file that are logged. */
#define BAD_LINES_MAX 10

enum stage {
	STAGE_OFF, /* there is no folder */
	STAGE_IDLE,
	STAGE_LOOKING,    /* a thread has the folder */
	STAGE_SUBMITTING, /* file after file, line after line */
	STAGE_STORING,    /* until what was submitted is stored */
};

/* Where in the files it is. */
struct cursor {
	const struct spool_file *file;
	size_t offset;
	unsigned line;
	unsigned bad_lines;
};

struct spool {
	struct event_base *base;
	const struct intake *intake;
	struct errands *errands; /* NULL until there is a folder */
	struct event *tick_event;
	struct event *turn_event;
	struct event *inotify_event; /* NULL: there is none */
	int inotify_fd;
	int64_t period_ms;
	enum stage stage;
	unsigned generation;         /* of the folder: a look at another is of no interest */
	struct spool_folder *folder; /* NULL while a thread has it, or there is none */
	char *path;
	char *problem; /* as logged last; NULL: it is used */
	bool is_watch_logged;
	bool is_wanted; /* something came after the look had begun */
	bool is_unstored;
	bool is_stopping;
	struct cursor cursor;
	struct store_wait *wait;
};

/* What a thread works on. */
struct load {
	struct spool_folder *folder;
	unsigned generation;
};

static void
look_on_thread(void *arg)
{
	spool_folder_look(((struct load *)arg)->folder);
}

static void
load_free(void *arg)
{
	struct load *load = arg;

	spool_folder_free(load->folder);
	free(load);
}

static void spool_on_looked(void *arg, void *load);

static void
look(struct spool *spool)
{
	struct load *load = xcalloc(1, sizeof(*load));

	load->folder = STEAL(spool->folder);
	load->folder->takes_none = spool->is_stopping;
	load->generation = spool->generation;
	spool->stage = STAGE_LOOKING;
	spool->is_wanted = false;
	errands_start(spool->errands, look_on_thread, load_free, load, spool_on_looked, spool);
}

static void
want_look(struct spool *spool)
{
	spool->is_wanted = true;
	if (spool->stage == STAGE_IDLE && !spool->is_stopping)
		look(spool);
}

static void
make_turn(struct spool *spool)
{
	static const struct timeval at_once = {0};

	event_add(spool->turn_event, &at_once);
}

/* Each state of the folder once. */
static void
tell_problem(struct spool *spool, const char *problem)
{
	bool is_news = problem != NULL &&
		       (spool->problem == NULL || strcmp(spool->problem, problem) != 0);

	if (is_news)
		log_error("spool: %s: %s", spool->path, problem);
	else if (problem == NULL && spool->problem != NULL)
		log_notice("spool: %s: results are taken from there now", spool->path);
	free(spool->problem);
	spool->problem = problem != NULL ? xstrdup(problem) : NULL;
}

static void
tell_look(struct spool *spool)
{
	const struct spool_folder *folder = spool->folder;

	tell_problem(spool, folder->problem);
	if (folder->watch_problem != NULL && !spool->is_watch_logged) {
		log_warning("spool: %s: inotify: %s; it is looked at every %d s instead",
			spool->path, folder->watch_problem, (int)(spool->period_ms / 1000));
		spool->is_watch_logged = true;
	}
	for (size_t i = 0; i < folder->note_count; i++)
		log_error("spool: %s/%s", spool->path, folder->notes[i]);
}

static void
go_on(struct spool *spool)
{
	spool->stage = STAGE_IDLE;
	if (!spool->is_stopping && (spool->is_wanted || spool->folder->has_more))
		look(spool);
}

/* Stored: all that was submitted until now, also before a failure. */
static void
spool_on_stored(void *arg, bool is_stored)
{
	struct spool *spool = arg;

	spool->wait = NULL;
	if (is_stored) {
		spool->is_unstored = false;
		spool_folder_stored(spool->folder);
		look(spool);
	} else {
		go_on(spool);
	}
}

static void
await_storing(struct spool *spool)
{
	const struct intake *intake = spool->intake;

	spool->stage = STAGE_STORING;
	spool->wait = intake->when_stored(intake->arg, spool_on_stored, spool);
}

static void
spool_on_looked(void *arg, void *done_load)
{
	struct spool *spool = arg;
	struct load *load = done_load;

	if (load->generation != spool->generation)
		return;
	spool->folder = STEAL(load->folder);
	tell_look(spool);
	if (spool->folder->files != NULL) {
		spool->stage = STAGE_SUBMITTING;
		spool->cursor = (struct cursor){.file = spool->folder->files};
		make_turn(spool);
	} else if (spool->is_unstored) {
		await_storing(spool);
	} else {
		go_on(spool);
	}
}

/* A decimal number up to 255. Returns 0 or -EINVAL. */
static int
parse_status(const char *text, size_t len, int *ret_status)
{
	int status = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9' || i == 3)
			return -EINVAL;
		status = status * 10 + text[i] - '0';
	}
	if (len == 0 || status > 255)
		return -EINVAL;
	*ret_status = status;
	return 0;
}

/* Submits one line; says what is wrong with it, "" where nothing is. */
static void
submit_line(const struct intake *intake, const char *line, size_t len, char *fault, size_t size)
{
	const char *end = line + len, *tab = memchr(line, '\t', len);
	const char *second =
		tab != NULL ? memchr(tab + 1, '\t', (size_t)(end - tab - 1)) : NULL;
	char name[DEFINITION_NAME_MAX + 2];
	struct submission submission = {.name = name};

	fault[0] = '\0';
	if (second == NULL) {
		snprintf(fault, size, "is not NAME, STATUS and OUTPUT with a tab between");
		return;
	}
	/* One that is too long, or has a NUL in it, stays one that no check has. */
	snprintf(name, sizeof(name), "%.*s", (int)(tab - line), line);
	if (parse_status(tab + 1, (size_t)(second - tab - 1), &submission.status) < 0) {
		char clean[DEFINITION_NAME_MAX + 1];

		text_clean(name, strlen(name), clean, sizeof(clean));
		snprintf(fault, size, "check %s: the status must be a number from 0 to 255",
			clean);
		return;
	}
	submission.output = second + 1;
	submission.len = (size_t)(end - second - 1);
	int error = memchr(line, '\0', (size_t)(tab - line)) != NULL
			    ? -ENOENT
			    : intake->submit(intake->arg, &submission);
	if (error < 0)
		intake_explain(error, name, fault, size);
}

static void
tell_bad_line(struct spool *spool, const char *fault)
{
	struct cursor *cursor = &spool->cursor;
	char name[128];

	text_clean(cursor->file->name, strlen(cursor->file->name), name, sizeof(name));
	if (++cursor->bad_lines <= BAD_LINES_MAX)
		log_warning("spool: %s:%u: %s", name, cursor->line, fault);
	else if (cursor->bad_lines == BAD_LINES_MAX + 1)
		log_warning("spool: %s: and more lines like that", name);
}

/* Returns false at the end of the file. */
static bool
submit_next_line(struct spool *spool)
{
	struct cursor *cursor = &spool->cursor;
	const char *line = cursor->file->text + cursor->offset;
	size_t left = cursor->file->len - cursor->offset;
	char fault[256];

	if (left == 0)
		return false;
	const char *end = memchr(line, '\n', left);
	size_t len = end != NULL ? (size_t)(end - line) : left;

	cursor->offset += len + (end != NULL);
	cursor->line++;
	if (len == 0 || line[0] == '#')
		return true;
	submit_line(spool->intake, line, len, fault, sizeof(fault));
	if (fault[0] != '\0')
		tell_bad_line(spool, fault);
	return true;
}

static void
end_file(struct spool *spool)
{
	const struct spool_file *file = spool->cursor.file;

	spool_folder_submitted(spool->folder, file);
	spool->is_unstored = true;
	spool->cursor = (struct cursor){.file = file->next};
}

static void
spool_on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct spool *spool = arg;

	(void)fd;
	(void)what;
	for (int i = 0; i < TURN_LINES && spool->cursor.file != NULL; i++) {
		if (!submit_next_line(spool))
			end_file(spool);
	}
	if (spool->cursor.file != NULL)
		make_turn(spool);
	else
		await_storing(spool);
}

/* What a program puts there; an overflow, which has no name, is as good as any. */
static void
spool_on_inotify(evutil_socket_t fd, short what, void *arg)
{
	char buf[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t len = read(fd, buf, sizeof(buf));
	bool is_wanted = false;

	(void)what;
	for (const char *at = buf; at < buf + len;) {
		const struct inotify_event *event = (const struct inotify_event *)at;

		is_wanted = is_wanted || event->len == 0 || event->name[0] != '.';
		at += sizeof(*event) + event->len;
	}
	if (is_wanted)
		want_look(arg);
}

static void
spool_on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	want_look(arg);
}

static void
set_tick(struct spool *spool)
{
	const struct timeval period = {.tv_sec = spool->period_ms / 1000,
		.tv_usec = (suseconds_t)(spool->period_ms % 1000 * 1000)};

	event_add(spool->tick_event, &period);
}

static void
start_inotify(struct spool *spool)
{
	if (spool->inotify_event != NULL)
		return;
	spool->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (spool->inotify_fd < 0) {
		log_warning("spool: inotify: %s; the folder is looked at every %d s instead",
			strerror(errno), (int)(spool->period_ms / 1000));
		return;
	}
	spool->inotify_event = event_new(
		spool->base, spool->inotify_fd, EV_READ | EV_PERSIST, spool_on_inotify, spool);
	if (spool->inotify_event == NULL || event_add(spool->inotify_event, NULL) < 0)
		abort();
}

/* The event goes before its descriptor. */
static void
stop_inotify(struct spool *spool)
{
	if (spool->inotify_event != NULL)
		event_free(STEAL(spool->inotify_event));
	util_closep(&spool->inotify_fd);
	spool->inotify_fd = -1;
}

/* What a thread has of the folder it keeps to itself. */
static void
leave_folder(struct spool *spool)
{
	if (spool->wait != NULL)
		store_wait_cancel(STEAL(spool->wait));
	event_del(spool->tick_event);
	event_del(spool->turn_event);
	stop_inotify(spool);
	spool_folder_free(STEAL(spool->folder));
	free(STEAL(spool->path));
	free(STEAL(spool->problem));
	spool->generation++;
	spool->is_unstored = false;
	spool->is_watch_logged = false;
	spool->stage = STAGE_OFF;
}

void
spool_set(struct spool *spool, const char *path)
{
	bool is_same = path == NULL || spool->path == NULL ? path == spool->path
							   : strcmp(path, spool->path) == 0;

	if (is_same)
		return;
	leave_folder(spool);
	if (path == NULL)
		return;
	if (spool->errands == NULL &&
		(spool->errands = errands_new(spool->base, "spool", NULL, NULL)) == NULL) {
		log_error("spool: no threads: %s; no results are taken", strerror(errno));
		return;
	}
	start_inotify(spool);
	spool->path = xstrdup(path);
	spool->folder = spool_folder_new(path,
		spool->inotify_fd >= 0 ? fcntl(spool->inotify_fd, F_DUPFD_CLOEXEC, 0) : -1);
	set_tick(spool);
	look(spool);
}

struct spool *
spool_new(struct event_base *base, const struct intake *intake, int64_t period_ms)
{
	struct spool *spool = xcalloc(1, sizeof(*spool));

	spool->base = base;
	spool->intake = intake;
	spool->period_ms = period_ms > 0 ? period_ms : PERIOD_MS;
	spool->inotify_fd = -1;
	spool->tick_event = event_new(base, -1, EV_PERSIST, spool_on_tick, spool);
	spool->turn_event = event_new(base, -1, 0, spool_on_turn, spool);
	if (spool->tick_event == NULL || spool->turn_event == NULL)
		abort();
	return spool;
}

void
spool_stop(struct spool *spool)
{
	spool->is_stopping = true;
	event_del(spool->tick_event);
	stop_inotify(spool);
}

void
spool_free(struct spool *spool)
{
	if (spool == NULL)
		return;
	leave_folder(spool);
	errands_free(spool->errands);
	event_free(spool->tick_event);
	event_free(spool->turn_event);
	free(spool);
}
