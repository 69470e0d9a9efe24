/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies a request, so that no thread that is held reads what its caller has freed since.
 */
#include "spawn_job.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "definition.h"
#include "spawn_report.h"
#include "util.h"

/* Where the copies go: behind the job, so that all of it is one allocation. */
struct room {
	char **lists;
	gid_t *groups;
	char *texts;
};

static size_t
text_size(const char *text)
{
	return text != NULL ? strlen(text) + 1 : 0;
}

static size_t
texts_size(char *const *list)
{
	size_t size = 0;

	for (; *list != NULL; list++)
		size += text_size(*list);
	return size;
}

static char *
copy_text(struct room *room, const char *text)
{
	size_t size = text_size(text);
	char *copy = size > 0 ? memcpy(room->texts, text, size) : NULL;

	room->texts += size;
	return copy;
}

static char **
copy_list(struct room *room, char *const *list)
{
	char **copy = room->lists;

	for (; *list != NULL; list++)
		*room->lists++ = copy_text(room, *list);
	*room->lists++ = NULL;
	return copy;
}

static struct spawn_job *
make(const struct spawn_request *request)
{
	size_t list_count = strv_count(request->argv) + strv_count(request->env) + 2;
	size_t groups_size = request->group_count * sizeof(gid_t);
	size_t size = texts_size(request->argv) + texts_size(request->env) +
		      text_size(request->directory);
	struct spawn_job *job =
		xcalloc(1, sizeof(*job) + list_count * sizeof(char *) + groups_size + size);
	struct room room = {.lists = (char **)(job + 1)};

	room.groups = (gid_t *)(room.lists + list_count);
	room.texts = (char *)(room.groups + request->group_count);
	job->request = *request;
	job->request.argv = copy_list(&room, request->argv);
	job->request.env = copy_list(&room, request->env);
	job->request.directory = copy_text(&room, request->directory);
	job->request.groups = room.groups;
	if (groups_size > 0)
		memcpy(room.groups, request->groups, groups_size);
	return job;
}

static void
duplicate_fd(struct spawn_job *job, int *fd)
{
	if (*fd < 0)
		return;
	*fd = fcntl(*fd, F_DUPFD_CLOEXEC, 0);
	if (*fd < 0)
		spawn_report_error("fcntl", errno, &job->result);
}

static void
duplicate_fds(struct spawn_job *job)
{
	duplicate_fd(job, &job->request.stdin_fd);
	duplicate_fd(job, &job->request.stdout_fd);
	duplicate_fd(job, &job->request.stderr_fd);
	duplicate_fd(job, &job->request.extra_fd);
}

static void
close_fd(int *fd)
{
	util_closep(fd);
	*fd = -1;
}

struct spawn_job *
spawn_job_new(const struct spawn_request *request, const struct spawn_setting *setting,
	spawn_done_fn done, void *arg)
{
	struct spawn_job *job = make(request);

	pthread_mutex_init(&job->mutex, NULL);
	job->setting = *setting;
	if (!request->owns_fds)
		duplicate_fds(job);
	job->done = done;
	job->arg = arg;
	return job;
}

void
spawn_job_close(struct spawn_job *job)
{
	close_fd(&job->request.stdin_fd);
	close_fd(&job->request.stdout_fd);
	close_fd(&job->request.stderr_fd);
	close_fd(&job->request.extra_fd);
}

void
spawn_job_free(struct spawn_job *job)
{
	if (job == NULL)
		return;
	spawn_job_close(job);
	pthread_mutex_destroy(&job->mutex);
	free(job);
}
