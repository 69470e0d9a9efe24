/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The type process: counts the processes that have a name, a user, a command line or the
 * number in a file, or all of these. A thread reads /proc, where a process in the kernel's
 * hands can hold its reader, and the file.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "errands.h"
#include "probe_run.h"
#include "util.h"

/* More of a command line is not looked at. */
#define COMMAND_LINE_MAX 4096

/* The kernel's names are this long at most. */
#define NAME_LEN_MAX 15

struct count {
	struct definition *definition;
	int error;           /* 0, or an errno */
	const char *culprit; /* what could not be read */
	size_t number;
};

struct process {
	struct probe_run run;
	struct errand *errand;
};

static struct process *
process_of(struct probe_run *run)
{
	return (struct process *)run;
}

/* Returns the length, or -errno; the text ends with NUL. */
static ssize_t
read_file(int folder, const char *path, char *buf, size_t size)
{
	CLEANUP_CLOSE int fd = openat(folder, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	size_t len = 0;
	ssize_t part = 1;

	if (fd < 0)
		return -errno;
	while (len + 1 < size && part > 0) {
		part = read(fd, buf + len, size - 1 - len);
		len += part > 0 ? (size_t)part : 0;
	}
	buf[len] = '\0';
	return part < 0 ? -errno : (ssize_t)len;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* By the kernel's name, or where that is cut by the first word of the command line. */
static bool
has_name(int folder, const char *name)
{
	char text[COMMAND_LINE_MAX];

	if (read_file(folder, "comm", text, sizeof(text)) < 0)
		return false;
	text[strcspn(text, "\n")] = '\0';
	if (strcmp(text, name) == 0)
		return true;
	if (strlen(name) <= NAME_LEN_MAX || strncmp(text, name, NAME_LEN_MAX) != 0 ||
		read_file(folder, "cmdline", text, sizeof(text)) <= 0)
		return false;
	return strcmp(base_name(text), name) == 0;
}

static bool
has_command_line(int folder, const regex_t *regex)
{
	char text[COMMAND_LINE_MAX];
	ssize_t len = read_file(folder, "cmdline", text, sizeof(text));

	for (ssize_t i = 0; i + 1 < len; i++)
		text[i] = text[i] == '\0' ? ' ' : text[i];
	return len > 0 && regexec(regex, text, 0, NULL, 0) == 0;
}

/* Its effective user; the folder itself is root's where the process may not be dumped. */
static bool
has_owner(int folder, uid_t uid)
{
	char text[COMMAND_LINE_MAX];
	unsigned effective;

	if (read_file(folder, "status", text, sizeof(text)) <= 0)
		return false;
	const char *line = strstr(text, "\nUid:");
	return line != NULL && sscanf(line, "\nUid: %*u %u", &effective) == 1 &&
	       effective == uid;
}

/* A zombie does nothing any more. */
static bool
is_zombie(int folder)
{
	char text[512];

	if (read_file(folder, "stat", text, sizeof(text)) <= 0)
		return true;
	const char *end = strrchr(text, ')');
	return end == NULL || end[1] == '\0' || end[2] == 'Z' || end[2] == 'X';
}

static bool
is_wanted(int proc, const char *number, const struct probe *probe)
{
	CLEANUP_CLOSE int folder = openat(proc, number, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0 || is_zombie(folder))
		return false;
	if (probe->owner != NULL && !has_owner(folder, probe->owner_uid))
		return false;
	if (probe->process != NULL && !has_name(folder, probe->process))
		return false;
	return probe->regex == NULL || has_command_line(folder, probe->regex);
}

/*
 * The one that the file names, if there is one that is wanted. A daemon makes its file a
 * moment before it writes its number: an empty one names none.
 */
static void
count_one(struct count *count, int proc)
{
	const struct probe *probe = count->definition->probe;
	char text[32];
	ssize_t len = read_file(AT_FDCWD, probe->pid_file, text, sizeof(text));

	count->culprit = probe->pid_file;
	if (len < 0) {
		count->error = (int)-len;
		return;
	}
	char *number = text + strspn(text, " \t\n");
	if (number[0] == '\0')
		return;
	number[strspn(number, "0123456789")] = '\0';
	if (number[0] == '\0')
		count->error = EINVAL;
	else
		count->number = is_wanted(proc, number, probe);
}

static void
count_all(struct count *count, int proc)
{
	DIR *folder = fdopendir(fcntl(proc, F_DUPFD_CLOEXEC, 0));
	const struct dirent *entry;

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		if (isdigit((unsigned char)entry->d_name[0]))
			count->number +=
				is_wanted(proc, entry->d_name, count->definition->probe);
	}
	if (folder != NULL)
		closedir(folder);
}

static void
count_on_thread(void *arg)
{
	struct count *count = arg;
	CLEANUP_CLOSE int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	count->culprit = "/proc";
	if (proc < 0)
		count->error = errno;
	else if (count->definition->probe->pid_file != NULL)
		count_one(count, proc);
	else
		count_all(count, proc);
}

static void
free_count(void *arg)
{
	struct count *count = arg;

	definition_unref(count->definition);
	free(count);
}

static enum probe_status
status_of(int error)
{
	if (error == ENOENT || error == ENOTDIR)
		return PROBE_STATUS_ABSENT;
	return error == EACCES || error == EPERM ? PROBE_STATUS_DENIED
						 : PROBE_STATUS_UNREADABLE;
}

static void
judge(struct process *process, size_t number)
{
	const struct probe *probe = process->run.probe;
	bool is_critical = !probe_range_allows(probe->critical_count, (int64_t)number);
	bool is_warning = !probe_range_allows(probe->warning_count, (int64_t)number);
	const char *wanted = is_critical ? probe->critical_count : probe->warning_count;
	char perfdata[48];

	snprintf(perfdata, sizeof(perfdata), "processes=%zu;;;0", number);
	probe_finish_measured(&process->run,
		is_critical  ? PROBE_STATUS_CRITICAL
		: is_warning ? PROBE_STATUS_WARNING
			     : PROBE_STATUS_OK,
		perfdata, "%zu process%s%s%s", number, number == 1 ? "" : "es",
		is_critical || is_warning ? ", expected " : "",
		is_critical || is_warning ? wanted : "");
}

static void
process_on_counted(void *arg, void *load)
{
	struct process *process = arg;
	const struct count *count = load;

	process->errand = NULL;
	if (process->run.state == PROBE_RUN_HELD)
		probe_release(&process->run);
	else if (count->error == 0)
		judge(process, count->number);
	else
		probe_finish(&process->run, status_of(count->error), "%s: %s", count->culprit,
			count->error == EINVAL ? "no number of a process"
					       : strerror(count->error));
}

static void
process_start(struct probe_run *run)
{
	struct process *process = process_of(run);
	struct count *count = xcalloc(1, sizeof(*count));

	count->definition = definition_ref(run->definition);
	process->errand = errands_start(run->prober->errands, count_on_thread, free_count,
		count, process_on_counted, process);
}

static void
process_alarm(struct probe_run *run, bool is_over)
{
	struct process *process = process_of(run);
	double timeout_s = (double)run->definition->timeout_ms / 1000;

	if (!is_over)
		return;
	if (errands_has_begun(run->prober->errands, process->errand))
		probe_finish(run, PROBE_STATUS_LATE, "the processes are not counted in %g s",
			timeout_s);
	else
		probe_fail_start(
			run, "no thread was free for %g s: file systems hang", timeout_s);
}

static bool
process_end(struct probe_run *run)
{
	struct process *process = process_of(run);

	return process->errand == NULL || errands_cancel(run->prober->errands, process->errand);
}

const struct probe_type probe_process = {
	.size = sizeof(struct process),
	.start = process_start,
	.alarm = process_alarm,
	.end = process_end,
};
