/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process is born with, what is said of one that is not born, and that one whose
 * exec hangs holds up nobody.
 */
#include "spawner.h"

#include "run_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "errands.h"
#include "util.h"

/* What a callback of the spawner said. */
struct answer {
	unsigned count;
	struct spawn_result result;
};

static const char *const environment[] = {"PATH=/usr/bin:/bin", NULL};

static void
answer_on_done(void *arg, const struct spawn_result *result)
{
	struct answer *answer = arg;

	answer->count++;
	answer->result = *result;
}

static bool
is_answered(void *arg)
{
	return ((const struct answer *)arg)->count > 0;
}

/* execve(2) says why its lists are not const all through, though it changes nothing. */
static struct spawn_request
request_of(const char *const *argv)
{
	return (struct spawn_request){
		.argv = (char *const *)argv,
		.env = (char *const *)environment,
		.stdin_fd = STDIN_FILENO,
		.stdout_fd = STDOUT_FILENO,
		.stderr_fd = STDERR_FILENO,
		.extra_fd = -1,
	};
}

static struct answer
spawn(struct fixture *fixture, const struct spawn_request *request)
{
	struct answer answer = {0};

	spawner_start(fixture->spawner, request, answer_on_done, &answer);
	assert_int_equal(answer.count, 0);
	assert_true(fixture_wait(fixture, is_answered, &answer));
	assert_int_equal(spawner_pending(fixture->spawner), 0);
	return answer;
}

/* Reaps the process of an answer and returns its exit code. */
static int
exit_code(const struct answer *answer)
{
	siginfo_t end;

	assert_int_equal(answer->result.error, 0);
	/* The pidfd is non-blocking, the pid is not. */
	assert_int_equal(waitid(P_PID, (id_t)answer->result.pid, &end, WEXITED), 0);
	close(answer->result.pidfd);
	return end.si_code == CLD_EXITED ? end.si_status : -end.si_status;
}

static void
a_process_is_started_and_can_be_waited_for(void **state)
{
	const char *argv[] = {"/bin/sh", "-c", "exit 7", NULL};
	struct spawn_request request = request_of(argv);
	struct answer answer = spawn(*state, &request);

	assert_true(answer.result.pid > 0);
	assert_int_equal(fcntl(answer.result.pidfd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(exit_code(&answer), 7);
}

/* As an answer that is counted twice: first its result, then its end. */
static void
answer_on_ended(void *arg)
{
	struct answer *answer = arg;

	assert_int_equal(answer->count, 1);
	answer->count++;
}

static bool
has_ended(void *arg)
{
	return ((const struct answer *)arg)->count == 2;
}

static void
the_end_of_a_process_is_told_once_and_after_its_answer(void **state)
{
	struct fixture *fixture = *state;
	const char *argv[] = {"/bin/true", NULL};
	struct spawn_request request = request_of(argv);

	request.ended = answer_on_ended;
	for (int i = 0; i < 50; i++) {
		struct answer answer = {0};
		struct spawn_job *job =
			spawner_start(fixture->spawner, &request, answer_on_done, &answer);

		assert_true(fixture_wait(fixture, has_ended, &answer));
		spawner_release(fixture->spawner, job);
		assert_int_equal(exit_code(&answer), 0);
	}
}

struct member {
	struct spawn_job *job;
	struct answer answer;
};

/* So many at once that ends gather, whatever the number of cores here. */
#define CROWD 300

struct crowd {
	struct member members[CROWD];
};

static bool
have_all_ended(void *arg)
{
	const struct crowd *crowd = arg;

	for (size_t i = 0; i < CROWD; i++) {
		if (crowd->members[i].answer.count < 2)
			return false;
	}
	return true;
}

static void
ends_that_come_fast_are_all_told(void **state)
{
	struct fixture *fixture = *state;
	const char *argv[] = {"/bin/true", NULL};
	struct spawn_request request = request_of(argv);

	request.ended = answer_on_ended;
	for (int round = 0; round < 2; round++) {
		CLEANUP_FREE struct crowd *crowd = xcalloc(1, sizeof(*crowd));

		for (size_t i = 0; i < CROWD; i++) {
			struct member *member = &crowd->members[i];

			member->job = spawner_start(
				fixture->spawner, &request, answer_on_done, &member->answer);
		}
		assert_true(fixture_wait(fixture, have_all_ended, crowd));
		for (size_t i = 0; i < CROWD; i++) {
			spawner_release(fixture->spawner, crowd->members[i].job);
			assert_int_equal(exit_code(&crowd->members[i].answer), 0);
		}
	}
}

static void
a_process_that_lasts_is_answered_before_it_ends(void **state)
{
	struct fixture *fixture = *state;
	const char *argv[] = {"/bin/sleep", "60", NULL};
	struct spawn_request request = request_of(argv);
	struct answer answer = {0};

	request.ended = answer_on_ended;
	struct spawn_job *job =
		spawner_start(fixture->spawner, &request, answer_on_done, &answer);
	assert_true(fixture_wait(fixture, is_answered, &answer));
	assert_int_equal(answer.count, 1);
	spawner_release(fixture->spawner, job);
	kill(answer.result.pid, SIGKILL);
	assert_int_equal(exit_code(&answer), -SIGKILL);
}

/* It would wake the event loop for nothing. */
static void
the_end_of_a_process_leaves_no_signal(void **state)
{
	const char *argv[] = {"/bin/true", NULL};
	struct spawn_request request = request_of(argv);
	sigset_t child, old, pending;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	pthread_sigmask(SIG_BLOCK, &child, &old);
	struct answer answer = spawn(*state, &request);
	assert_int_equal(exit_code(&answer), 0);
	sigpending(&pending);
	assert_false(sigismember(&pending, SIGCHLD));
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void
a_request_need_not_outlive_the_call(void **state)
{
	struct fixture *fixture = *state;
	struct answer answer = {0};
	char program[] = "/bin/sh", option[] = "-c", script[] = "exit 9";
	const char *argv[] = {program, option, script, NULL};
	struct spawn_request request = request_of(argv);

	request.stdout_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	spawner_start(fixture->spawner, &request, answer_on_done, &answer);
	close(request.stdout_fd);
	memset(program, 'x', sizeof(program) - 1);
	memset(script, 'x', sizeof(script) - 1);
	memset(argv, 0, sizeof(argv));
	memset(&request, 0xff, sizeof(request));
	assert_true(fixture_wait(fixture, is_answered, &answer));
	assert_int_equal(exit_code(&answer), 9);
}

/* Reading comes to its end only where both are closed. */
static void
descriptors_can_be_given_to_it_for_good(void **state)
{
	const char *argv[] = {"/bin/echo", "x", NULL};
	struct spawn_request request = request_of(argv);
	int fds[2];
	char text[8];

	assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	request.owns_fds = true;
	request.stdin_fd = -1;
	request.stdout_fd = fds[1];
	request.stderr_fd = fcntl(fds[1], F_DUPFD_CLOEXEC, 0);
	struct answer answer = spawn(*state, &request);
	assert_int_equal(exit_code(&answer), 0);
	assert_int_equal(read(fds[0], text, sizeof(text)), 2);
	assert_int_equal(read(fds[0], text, sizeof(text)), 0);
	close(fds[0]);
}

static void
standard_input_is_empty_where_none_is_given(void **state)
{
	const char *argv[] = {
		"/bin/sh", "-c", "test /dev/fd/0 -ef /dev/null && ! read x", NULL};
	struct spawn_request request = request_of(argv);

	request.stdin_fd = -1;
	struct answer answer = spawn(*state, &request);
	assert_int_equal(exit_code(&answer), 0);
}

static void
it_leads_a_session_of_its_own(void **state)
{
	const char *argv[] = {"/bin/sleep", "60", NULL};
	struct spawn_request request = request_of(argv);
	struct answer answer = spawn(*state, &request);

	assert_int_equal(getsid(answer.result.pid), answer.result.pid);
	assert_int_equal(getpgid(answer.result.pid), answer.result.pid);
	kill(answer.result.pid, SIGKILL);
	assert_int_equal(exit_code(&answer), -SIGKILL);
}

static void
a_failure_is_told_and_leaves_no_zombie(void **state)
{
	const char *argv[] = {"/nowhere/x", NULL};
	struct spawn_request request = request_of(argv);
	struct answer answer = spawn(*state, &request);

	assert_int_equal(answer.result.pid, 0);
	assert_int_equal(answer.result.pidfd, -1);
	assert_int_equal(answer.result.error, ENOENT);
	assert_string_equal(
		answer.result.reason, "execve /nowhere/x: No such file or directory");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void
a_relative_program_counts_from_the_directory(void **state)
{
	struct fixture *fixture = *state;
	CLEANUP_FREE char *path = fixture_write(
		fixture, "x", "#!/bin/sh\ntest \"$PWD/x\" = \"$0\" && exit 5", 0755);
	const char *argv[] = {"./x", NULL};
	struct spawn_request request = request_of(argv);

	request.directory = fixture->folder;
	/* The path that is executed keeps its dot. */
	struct answer answer = spawn(fixture, &request);
	assert_int_equal(exit_code(&answer), 1);
	argv[0] = path;
	answer = spawn(fixture, &request);
	assert_int_equal(exit_code(&answer), 5);
}

/* So that nothing of a fixture gets the numbers that the test is about. */
static void
occupy_descriptors_up_to(int last)
{
	while (open("/dev/null", O_RDWR | O_CLOEXEC) < last)
		;
}

/* What the child writes to 1, 2 and 3 comes out of these; the numbers are in each other's way.
 */
static void
start_with_swapped_descriptors(int fd)
{
	occupy_descriptors_up_to(3);

	struct fixture *fixture = fixture_new();
	const char *argv[] = {
		"/bin/sh", "-c", "cat; echo out; echo err >&2; echo extra >&3", NULL};
	struct spawn_request request = request_of(argv);
	int in[2], out[2];
	char text[64];

	fd = fcntl(fd, F_DUPFD, 50);
	if (pipe(in) != 0 || pipe(out) != 0 || write(in[1], "in\n", 3) != 3)
		return;
	int source = fcntl(in[0], F_DUPFD, 50), sink = fcntl(out[1], F_DUPFD, 50);
	int result = fcntl(out[0], F_DUPFD, 50);
	close(in[1]);
	dup2(source, 3);
	dup2(sink, 0);
	dup2(sink, 1);
	dup2(sink, 2);
	request.stdin_fd = 3;
	request.stdout_fd = 2;
	request.stderr_fd = 0;
	request.extra_fd = 1;
	struct answer answer = {0};
	spawner_start(fixture->spawner, &request, answer_on_done, &answer);
	fixture_wait(fixture, is_answered, &answer);
	waitid(P_PID, (id_t)answer.result.pid, &(siginfo_t){0}, WEXITED);
	ssize_t len = read(result, text, sizeof(text));
	dprintf(fd, "%.*s", (int)len, text);
	fixture_free(fixture);
}

static void
descriptors_reach_their_places_whatever_their_numbers(void **state)
{
	char text[64];

	(void)state;
	run_in_child(start_with_swapped_descriptors, text, sizeof(text));
	assert_string_equal(text, "in\nout\nerr\nextra\n");
}

/* Raises and restores the soft limit around a spawner made before. */
static void
the_limit_of_descriptors_is_that_of_the_spawners_birth(void **state)
{
	struct rlimit old, raised;
	const char *argv[] = {"/bin/sh", "-c", NULL, NULL};
	struct spawn_request request = request_of(argv);

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	CLEANUP_FREE char *script =
		xasprintf("test $(ulimit -Sn) = %ju && exit 5", (uintmax_t)old.rlim_cur);
	argv[2] = script;
	raised = old;
	raised.rlim_cur = old.rlim_cur - 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &raised), 0);
	struct answer answer = spawn(*state, &request);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(exit_code(&answer), 5);
}

static void
signals_are_as_a_program_expects_them(void **state)
{
	const char *argv[] = {"/bin/sh", "-c",
		"grep -qx 'SigBlk:\t0*' /proc/self/status &&"
		" grep -qx 'SigIgn:\t0*' /proc/self/status && exit 5",
		NULL};
	struct spawn_request request = request_of(argv);
	sigset_t blocked, old;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_BLOCK, &blocked, &old);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGRTMIN, SIG_IGN);
	struct answer answer = spawn(*state, &request);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGRTMIN, SIG_DFL);
	sigprocmask(SIG_SETMASK, &old, NULL);
	assert_int_equal(exit_code(&answer), 5);
}

/* Starts the held program and waits until its exec hangs. */
static struct spawn_job *
start_held(struct fixture *fixture, struct held_program *held, struct answer *answer)
{
	const char *argv[] = {held->path, NULL};
	struct spawn_request request = request_of(argv);
	struct spawn_job *job =
		spawner_start(fixture->spawner, &request, answer_on_done, answer);

	assert_true(fixture_wait(fixture, is_exec_held, held));
	assert_int_equal(answer->count, 0);
	return job;
}

static void
an_exec_that_hangs_delays_no_other(void **state)
{
	struct fixture *fixture = *state;
	struct held_program held = hold_program(fixture);
	struct answer held_answer = {0}, answer = {0};
	const char *argv[] = {"/bin/true", NULL};
	struct spawn_request request = request_of(argv);

	start_held(fixture, &held, &held_answer);
	for (int i = 0; i < 20; i++) {
		struct monotime begin = monotime_now();
		answer = (struct answer){0};
		spawner_start(fixture->spawner, &request, answer_on_done, &answer);
		assert_true(fixture_wait(fixture, is_answered, &answer));
		assert_true(monotime_now().ns - begin.ns < NS_PER_S);
		assert_int_equal(exit_code(&answer), 0);
	}
	assert_int_equal(held_answer.count, 0);
	assert_int_equal(spawner_pending(fixture->spawner), 1);
	let_go(&held);
	assert_true(fixture_wait(fixture, is_answered, &held_answer));
	assert_int_equal(exit_code(&held_answer), 3);
}

static void
threads_that_are_held_are_replaced(void **state)
{
	struct fixture *fixture = *state;
	struct held_program held = hold_program(fixture);
	struct answer held_answers[ERRANDS_THREADS_MIN + 1] = {0};
	const char *argv[] = {"/bin/true", NULL};
	struct spawn_request request = request_of(argv);

	for (size_t i = 0; i < ARRAY_LEN(held_answers); i++)
		start_held(fixture, &held, &held_answers[i]);
	struct answer answer = {0};
	spawner_start(fixture->spawner, &request, answer_on_done, &answer);
	assert_true(fixture_wait(fixture, is_answered, &answer));
	assert_int_equal(exit_code(&answer), 0);
	let_go(&held);
	for (size_t i = 0; i < ARRAY_LEN(held_answers); i++) {
		assert_true(fixture_wait(fixture, is_answered, &held_answers[i]));
		assert_int_equal(exit_code(&held_answers[i]), 3);
	}
}

static void
a_job_that_hangs_is_killed_by_cancelling_it(void **state)
{
	struct fixture *fixture = *state;
	struct held_program held = hold_program(fixture);
	struct answer answer = {0};

	spawner_cancel(fixture->spawner, start_held(fixture, &held, &answer));
	assert_true(fixture_wait(fixture, is_answered, &answer));
	assert_int_equal(exit_code(&answer), -SIGKILL);
	let_go(&held);
}

static void
a_job_that_has_not_begun_is_answered_by_cancelling_it(void **state)
{
	struct fixture *fixture = *state;
	struct held_program held = hold_program(fixture);
	struct answer held_answers[ERRANDS_THREADS_MIN] = {0}, answer = {0};
	const char *argv[] = {"/bin/true", NULL};
	struct spawn_request request = request_of(argv);

	for (size_t i = 0; i < ARRAY_LEN(held_answers); i++)
		start_held(fixture, &held, &held_answers[i]);
	struct spawn_job *job =
		spawner_start(fixture->spawner, &request, answer_on_done, &answer);
	spawner_cancel(fixture->spawner, job);
	assert_int_equal(answer.count, 0);
	assert_true(fixture_wait(fixture, is_answered, &answer));
	assert_int_equal(answer.result.error, ECANCELED);
	let_go(&held);
	for (size_t i = 0; i < ARRAY_LEN(held_answers); i++) {
		assert_true(fixture_wait(fixture, is_answered, &held_answers[i]));
		assert_int_equal(exit_code(&held_answers[i]), 3);
	}
}

static bool
has_nothing_pending(void *arg)
{
	return spawner_pending(arg) == 0;
}

static void
a_job_that_was_forgotten_is_ended_and_reaped(void **state)
{
	struct fixture *fixture = *state;
	struct answer answer = {0};
	const char *argv[] = {"/bin/sleep", "60", NULL};
	struct spawn_request request = request_of(argv);

	spawner_forget(fixture->spawner,
		spawner_start(fixture->spawner, &request, answer_on_done, &answer));
	assert_true(fixture_wait(fixture, has_nothing_pending, fixture->spawner));
	assert_int_equal(answer.count, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void
a_spawner_can_be_freed_while_an_exec_hangs(void **state)
{
	struct fixture *fixture = *state;
	struct held_program held = hold_program(fixture);
	struct answer answer = {0};

	start_held(fixture, &held, &answer);
	spawner_free(fixture->spawner);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	let_go(&held);
	assert_int_equal(answer.count, 0);
	fixture->spawner = NULL;
}

static void
its_processes_end_with_the_spawner(void **state)
{
	struct fixture *fixture = *state;
	const char *argv[] = {"/bin/sleep", "60", NULL};
	struct spawn_request request = request_of(argv);
	struct answer answer = spawn(fixture, &request);

	spawner_free(fixture->spawner);
	fixture->spawner = NULL;
	assert_int_equal(exit_code(&answer), -SIGKILL);
}

static void
its_processes_end_with_the_spawner_as_another_user_too(void **state)
{
	need_root();

	struct fixture *fixture = *state;
	const char *argv[] = {"/bin/sleep", "60", NULL};
	struct spawn_request request = request_of(argv);

	request.has_identity = true;
	request.uid = STRANGER_UID;
	request.gid = STRANGER_GID;
	struct answer answer = spawn(fixture, &request);
	spawner_free(fixture->spawner);
	fixture->spawner = NULL;
	assert_int_equal(exit_code(&answer), -SIGKILL);
}

#define CASE(function)                                                                         \
	cmocka_unit_test_setup_teardown(function, fixture_set_up, fixture_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_process_is_started_and_can_be_waited_for),
		CASE(the_end_of_a_process_is_told_once_and_after_its_answer),
		CASE(ends_that_come_fast_are_all_told),
		CASE(a_process_that_lasts_is_answered_before_it_ends),
		CASE(the_end_of_a_process_leaves_no_signal),
		CASE(a_request_need_not_outlive_the_call),
		CASE(descriptors_can_be_given_to_it_for_good),
		CASE(standard_input_is_empty_where_none_is_given),
		CASE(it_leads_a_session_of_its_own),
		CASE(a_failure_is_told_and_leaves_no_zombie),
		CASE(a_relative_program_counts_from_the_directory),
		cmocka_unit_test(
			descriptors_reach_their_places_whatever_their_numbers), /* forks */
		CASE(the_limit_of_descriptors_is_that_of_the_spawners_birth),
		CASE(signals_are_as_a_program_expects_them),
		CASE(an_exec_that_hangs_delays_no_other),
		CASE(threads_that_are_held_are_replaced),
		CASE(a_job_that_hangs_is_killed_by_cancelling_it),
		CASE(a_job_that_has_not_begun_is_answered_by_cancelling_it),
		CASE(a_job_that_was_forgotten_is_ended_and_reaped),
		CASE(a_spawner_can_be_freed_while_an_exec_hangs),
		CASE(its_processes_end_with_the_spawner),
		CASE(its_processes_end_with_the_spawner_as_another_user_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
