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

static char **
copy_list(char *const *list)
{
	size_t count = 0;

	while (list[count] != NULL)
		count++;
	char **copy = xcalloc(count + 1, sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy[i] = xstrdup(list[i]);
	return copy;
}

static gid_t *
copy_groups(const gid_t *groups, size_t count)
{
	gid_t *copy = xcalloc(count, sizeof(*copy));

	if (count > 0)
		memcpy(copy, groups, count * sizeof(*copy));
	return copy;
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
	struct spawn_job *job = xcalloc(1, sizeof(*job));

	pthread_mutex_init(&job->mutex, NULL);
	job->setting = *setting;
	job->request = *request;
	job->request.argv = copy_list(request->argv);
	job->request.env = copy_list(request->env);
	if (request->directory != NULL)
		job->request.directory = xstrdup(request->directory);
	job->request.groups = copy_groups(request->groups, request->group_count);
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
	strv_free((char **)job->request.argv);
	strv_free((char **)job->request.env);
	free((char *)job->request.directory);
	free((gid_t *)job->request.groups);
	pthread_mutex_destroy(&job->mutex);
	free(job);
}
