/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The type file: whether it is there, its age, its size, and a pattern in its last lines. A
 * thread looks, since the file system may hang; then the probe is late, and its check waits
 * for the thread, so that one file holds one thread and no more.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "errands.h"
#include "probe_run.h"
#include "util.h"

/* The last lines are looked for in as much of the file's end. */
#define TAIL_MAX 65536

/* What the thread has: its own reference of the definition, and what it found. */
struct look {
	struct definition *definition;
	int error; /* 0, or an errno */
	bool is_regular;
	int64_t size;
	int64_t age_ms;
	bool is_matched;
};

struct file {
	struct probe_run run;
	struct errand *errand;
};

static struct file *
file_of(struct probe_run *run)
{
	return (struct file *)run;
}

/* Where the last count lines of the text begin; a line break at its end begins no line. */
static const char *
last_lines(const char *text, size_t len, unsigned count)
{
	const char *at = text + len;

	if (at > text && at[-1] == '\n')
		at--;
	while (at > text) {
		if (at[-1] == '\n' && --count == 0)
			break;
		at--;
	}
	return at;
}

static ssize_t
read_tail(int fd, int64_t size, char *buf)
{
	off_t from = size > TAIL_MAX ? size - TAIL_MAX : 0;
	size_t len = 0;

	while (len < TAIL_MAX) {
		ssize_t part = pread(fd, buf + len, TAIL_MAX - len, from + (off_t)len);

		if (part < 0 && errno != EINTR)
			return -errno;
		if (part == 0)
			break;
		len += part > 0 ? (size_t)part : 0;
	}
	return (ssize_t)len;
}

static void
match_tail(struct look *look, int fd)
{
	const struct probe *probe = look->definition->probe;
	char *tail CLEANUP_FREE = xcalloc(1, TAIL_MAX + 1);
	ssize_t len = read_tail(fd, look->size, tail);

	if (len < 0) {
		look->error = (int)-len;
		return;
	}
	const char *lines = last_lines(tail, (size_t)len, probe->lines);
	regmatch_t match = {.rm_so = lines - tail, .rm_eo = (regoff_t)len};
	look->is_matched = regexec(probe->regex, tail, 1, &match, REG_STARTEND) == 0;
}

static void
take_status(struct look *look, const struct stat *status)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	look->is_regular = S_ISREG(status->st_mode);
	look->size = status->st_size;
	look->age_ms = (now.tv_sec - status->st_mtim.tv_sec) * 1000 +
		       (now.tv_nsec - status->st_mtim.tv_nsec) / NS_PER_MS;
	if (look->age_ms < 0)
		look->age_ms = 0;
}

/* O_NONBLOCK: a fifo that nobody writes to must hold no thread. */
static void
look_on_thread(void *arg)
{
	struct look *look = arg;
	const struct probe *probe = look->definition->probe;
	struct stat status;

	if (stat(probe->path, &status) != 0) {
		look->error = errno;
		return;
	}
	take_status(look, &status);
	if (probe->regex == NULL || !look->is_regular)
		return;
	CLEANUP_CLOSE int fd = open(probe->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		look->error = errno;
	else
		match_tail(look, fd);
}

static void
free_look(void *arg)
{
	struct look *look = arg;

	definition_unref(look->definition);
	free(look);
}

static void
fail(struct file *file, int error)
{
	const struct probe *probe = file->run.probe;
	bool is_absent = error == ENOENT || error == ENOTDIR;
	enum probe_status status = is_absent ? PROBE_STATUS_ABSENT
				   : error == EACCES || error == EPERM
					   ? PROBE_STATUS_DENIED
					   : PROBE_STATUS_UNREADABLE;

	if (is_absent && probe->is_absent)
		probe_finish(&file->run, PROBE_STATUS_OK, "%s is not there", probe->path);
	else if (is_absent)
		probe_finish(&file->run, status, "%s is not there", probe->path);
	else
		probe_finish(&file->run, status, "%s: %s", probe->path, strerror(error));
}

static enum probe_status
judge_age(const struct probe *probe, int64_t age_ms)
{
	if (probe->critical_age_ms > 0 && age_ms > (int64_t)probe->critical_age_ms)
		return PROBE_STATUS_CRITICAL;
	if (probe->warning_age_ms > 0 && age_ms > (int64_t)probe->warning_age_ms)
		return PROBE_STATUS_WARNING;
	return PROBE_STATUS_OK;
}

static enum probe_status
judge_size(const struct probe *probe, int64_t size)
{
	if (!probe_range_allows(probe->critical_size, size))
		return PROBE_STATUS_CRITICAL;
	return probe_range_allows(probe->warning_size, size) ? PROBE_STATUS_OK
							     : PROBE_STATUS_WARNING;
}

static void
judge(struct file *file, const struct look *look)
{
	const struct probe *probe = file->run.probe;
	enum probe_status status =
		probe_worse(judge_age(probe, look->age_ms), judge_size(probe, look->size));
	double age_s = (double)look->age_ms / 1000;
	char perfdata[96];

	if (probe->is_absent) {
		probe_finish(&file->run, PROBE_STATUS_PRESENT, "%s is there", probe->path);
		return;
	}
	if (probe->regex != NULL && !look->is_regular) {
		probe_finish(&file->run, PROBE_STATUS_UNREADABLE, "%s is no regular file",
			probe->path);
		return;
	}
	if (probe->regex != NULL && !look->is_matched)
		status = PROBE_STATUS_UNEXPECTED;
	snprintf(perfdata, sizeof(perfdata), "age=%.3fs;;;0 size=%" PRId64 "B;;;0", age_s,
		look->size);
	probe_finish_measured(&file->run, status, perfdata,
		"%s has %" PRId64 " octets and is %.0f s old%s", probe->path, look->size, age_s,
		status == PROBE_STATUS_UNEXPECTED
			? ", and its last lines have not what is expected"
			: "");
}

static void
file_on_looked(void *arg, void *load)
{
	struct file *file = arg;
	const struct look *look = load;

	file->errand = NULL;
	if (file->run.state == PROBE_RUN_HELD)
		probe_release(&file->run);
	else if (look->error != 0)
		fail(file, look->error);
	else
		judge(file, look);
}

static void
file_start(struct probe_run *run)
{
	struct file *file = file_of(run);
	struct look *look = xcalloc(1, sizeof(*look));

	look->definition = definition_ref(run->definition);
	file->errand = errands_start(
		run->prober->errands, look_on_thread, free_look, look, file_on_looked, file);
}

static void
file_alarm(struct probe_run *run, bool is_over)
{
	struct file *file = file_of(run);
	double timeout_s = (double)run->definition->timeout_ms / 1000;

	if (!is_over)
		return;
	if (errands_has_begun(run->prober->errands, file->errand))
		probe_finish(run, PROBE_STATUS_LATE,
			"%s: the file system has not answered in %g s", run->probe->path,
			timeout_s);
	else
		probe_fail_start(
			run, "no thread was free for %g s: file systems hang", timeout_s);
}

static bool
file_end(struct probe_run *run)
{
	struct file *file = file_of(run);

	return file->errand == NULL || errands_cancel(run->prober->errands, file->errand);
}

const struct probe_type probe_file = {
	.size = sizeof(struct file),
	.start = file_start,
	.alarm = file_alarm,
	.end = file_end,
};
