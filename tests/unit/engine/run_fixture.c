/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run_fixture.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "daemon.h"
#include "util.h"

#define TICK_US 5000

static void
observed_on_done(void *arg, const struct run_result *result)
{
	struct observed *observed = arg;

	observed->done_count++;
	observed->is_gone_last = false;
	observed->result = *result;
	snprintf(observed->output, sizeof(observed->output), "%s", result->output);
	observed->result.output = observed->output;
	snprintf(observed->perfdata, sizeof(observed->perfdata), "%s",
		result->perfdata != NULL ? result->perfdata : "");
	observed->result.perfdata = observed->perfdata;
}

static void
observed_on_gone(void *arg)
{
	struct observed *observed = arg;

	observed->gone_count++;
	observed->is_gone_last = true;
}

const struct run_callbacks observing = {.done = observed_on_done, .gone = observed_on_gone};

struct fixture *
fixture_new(void)
{
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));

	snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/checkd-test-XXXXXX");
	if (mkdtemp(fixture->folder) == NULL || chmod(fixture->folder, 0755) != 0)
		abort();
	fixture->base = event_base_new();
	fixture->spawner = spawner_new(fixture->base);
	daemon_raise_file_limit();
	fixture->runner = runner_new(fixture->base, fixture->spawner, OUTPUT_LIMIT);
	fixture->prober = prober_new(fixture->base);
	if (fixture->spawner == NULL || fixture->prober == NULL)
		abort();
	return fixture;
}

static int
remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

void
fixture_free(struct fixture *fixture)
{
	runner_free(fixture->runner);
	prober_free(fixture->prober);
	spawner_free(fixture->spawner);
	event_base_free(fixture->base);
	nftw(fixture->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	free(fixture);
}

int
fixture_set_up(void **state)
{
	*state = fixture_new();
	return 0;
}

int
fixture_tear_down(void **state)
{
	fixture_free(*state);
	return 0;
}

void
need_root(void)
{
	if (geteuid() != 0)
		skip();
}

static void
tick_on_timeout(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

bool
fixture_wait(struct fixture *fixture, bool (*condition)(void *arg), void *arg)
{
	const struct timeval interval = {.tv_usec = TICK_US};
	int64_t deadline = monotime_now().ns + DEADLINE_MS * NS_PER_MS;
	struct event *tick = event_new(fixture->base, -1, EV_PERSIST, tick_on_timeout, NULL);

	bool is_met;

	event_add(tick, &interval);
	while (!(is_met = condition(arg)) && monotime_now().ns < deadline)
		event_base_loop(fixture->base, EVLOOP_ONCE);
	event_free(tick);
	return is_met;
}

struct definition *
check_of_argv(const char *const *argv)
{
	struct definition *definition = definition_new();
	size_t count = 0;

	while (argv[count] != NULL)
		count++;
	definition->name = xstrdup("a-check");
	definition->type = CHECK_TYPE_COMMAND;
	definition->command = command_new();
	definition->command->argv = xcalloc(count + 1, sizeof(*definition->command->argv));
	for (size_t i = 0; i < count; i++)
		definition->command->argv[i] = xstrdup(argv[i]);
	definition->timeout_ms = 20000;
	definition->command->grace_ms = 10000;
	return definition;
}

struct definition *
check_of_script(const char *script)
{
	return check_of_argv((const char *const[]){"/bin/sh", "-c", script, NULL});
}

static bool
is_gone(void *arg)
{
	const struct observed *observed = arg;

	return observed->gone_count > 0;
}

void
fixture_run(
	struct fixture *fixture, struct definition *definition, struct observed *ret_observed)
{
	memset(ret_observed, 0, sizeof(*ret_observed));
	if (definition->type == CHECK_TYPE_COMMAND)
		runner_start(fixture->runner, definition, &observing, ret_observed);
	else
		prober_start(fixture->prober, definition, &observing, ret_observed);
	definition_unref(definition);
	assert_int_equal(ret_observed->done_count + ret_observed->gone_count, 0);
	assert_true(fixture_wait(fixture, is_gone, ret_observed));
	assert_int_equal(ret_observed->gone_count, 1);
	assert_true(ret_observed->is_gone_last);
}

void
fixture_run_script(struct fixture *fixture, const char *script, struct observed *ret_observed)
{
	fixture_run(fixture, check_of_script(script), ret_observed);
	assert_int_equal(ret_observed->done_count, 1);
}

char *
fixture_path(const struct fixture *fixture, const char *name)
{
	return xasprintf("%s/%s", fixture->folder, name);
}

char *
fixture_write(struct fixture *fixture, const char *name, const char *content, mode_t mode)
{
	char *path = fixture_path(fixture, name);
	CLEANUP_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	assert_int_equal(fchmod(fd, mode), 0);
	return path;
}

pid_t
read_pid(const char *path)
{
	FILE *file = fopen(path, "re");
	int pid = 0;

	if (file == NULL)
		return 0;
	if (fscanf(file, "%d\n", &pid) != 1)
		pid = 0;
	fclose(file);
	return pid;
}

bool
is_alive(pid_t pid)
{
	char path[64], state = 'X';

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return false;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 'X';
	fclose(file);
	return state != 'Z' && state != 'X';
}

struct held_program
hold_program(struct fixture *fixture)
{
	struct held_program held = {.fanotify_fd = -1};

	if (geteuid() == 0)
		held.fanotify_fd = fanotify_init(
			FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY | O_CLOEXEC);
	if (held.fanotify_fd < 0) {
		print_message("# to make an exec hang takes root and fanotify permissions\n");
		skip();
	}
	held.path = fixture_write(fixture, "held", "#!/bin/sh\nexit 3\n", 0755);
	assert_int_equal(fanotify_mark(held.fanotify_fd, FAN_MARK_ADD, FAN_OPEN_EXEC_PERM,
				 AT_FDCWD, held.path),
		0);
	return held;
}

bool
is_exec_held(void *held)
{
	struct fanotify_event_metadata event;
	int fd = ((const struct held_program *)held)->fanotify_fd;

	if (read(fd, &event, sizeof(event)) <= 0)
		return false;
	close(event.fd);
	return true;
}

/* Closing it answers all questions with yes. */
void
let_go(struct held_program *held)
{
	close(held->fanotify_fd);
	free(held->path);
}

void
run_in_child(void (*function)(int fd), char *buf, size_t size)
{
	int fds[2];
	size_t used = 0;
	ssize_t len;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(fds[0]);
		function(fds[1]);
		_exit(0);
	}
	close(fds[1]);
	while ((len = read(fds[0], buf + used, size - 1 - used)) > 0)
		used += (size_t)len;
	buf[used] = '\0';
	close(fds[0]);
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}
