/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run is born into, and that one which is not born has failed, for a reason that a
 * person understands.
 */
#include "runner.h"

#include "run_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "errands.h"
#include "util.h"

static bool
is_done(void *arg)
{
	return ((const struct observed *)arg)->done_count > 0;
}

static bool
is_gone(void *arg)
{
	return ((const struct observed *)arg)->gone_count > 0;
}

static void
assert_output(struct fixture *fixture, struct definition *definition, const char *wanted)
{
	struct observed observed;

	fixture_run(fixture, definition, &observed);
	assert_string_equal(observed.output, wanted);
	assert_int_equal(observed.result.outcome, CHECK_OUTCOME_EXITED);
}

static void
assert_start_fails(struct fixture *fixture, struct definition *definition, const char *wanted)
{
	struct observed observed;

	fixture_run(fixture, definition, &observed);
	assert_int_equal(observed.done_count, 1);
	assert_int_equal(observed.result.outcome, CHECK_OUTCOME_START_FAILED);
	assert_int_equal(observed.result.status, CHECK_STATUS_NONE);
	assert_int_equal(observed.result.signal, 0);
	assert_string_equal(observed.output, wanted);
}

static struct definition *
check_of_program(const char *path)
{
	return check_of_argv((const char *const[]){path, NULL});
}

static void
set_list(char ***list, const char *first, const char *second)
{
	*list = xcalloc(3, sizeof(**list));
	(*list)[0] = xstrdup(first);
	(*list)[1] = second != NULL ? xstrdup(second) : NULL;
}

static void
a_missing_program_is_named(void **state)
{
	assert_start_fails(*state, check_of_program("/nowhere/x"),
		geteuid() == 0 ? "/nowhere: No such file or directory"
			       : "execve /nowhere/x: No such file or directory");
}

static void
a_program_that_is_not_in_path_is_named(void **state)
{
	assert_start_fails(*state, check_of_program("no-such-program"),
		"no-such-program: not found in PATH");
}

static void
a_program_that_is_not_executable_is_named(void **state)
{
	CLEANUP_FREE char *path = fixture_write(*state, "x", "#!/bin/sh\n", 0644);
	CLEANUP_FREE char *wanted = xasprintf("%s is not executable; chmod +x it", path);

	assert_start_fails(*state, check_of_program(path), wanted);
}

static void
a_missing_interpreter_is_named(void **state)
{
	CLEANUP_FREE char *path =
		fixture_write(*state, "x", "#! /nowhere/interpreter -x\n", 0755);
	CLEANUP_FREE char *wanted = xasprintf("%s: interpreter /nowhere/interpreter not found; "
					      "correct its first line, or install it",
		path);

	assert_start_fails(*state, check_of_program(path), wanted);
}

static void
a_dos_line_end_after_the_interpreter_can_be_seen(void **state)
{
	CLEANUP_FREE char *path = fixture_write(*state, "x", "#!/bin/sh\r\nexit 0\r\n", 0755);
	CLEANUP_FREE char *wanted =
		xasprintf("%s: interpreter /bin/sh^M not found: its lines end in CR LF; remove "
			  "each CR, as by sed -i 's/\\r$//'",
			path);

	assert_start_fails(*state, check_of_program(path), wanted);
}

static void
a_text_without_an_interpreter_is_named(void **state)
{
	CLEANUP_FREE char *path = fixture_write(*state, "x", "just text\n", 0755);
	CLEANUP_FREE char *wanted =
		xasprintf("%s has no #! line; begin it with one, such as #!/bin/sh", path);

	assert_start_fails(*state, check_of_program(path), wanted);
}

static void
a_binary_of_another_machine_is_named(void **state)
{
	CLEANUP_FREE char *path = fixture_write(*state, "x", "\177ELF\1", 0755);
	CLEANUP_FREE char *wanted = xasprintf("execve %s: Exec format error", path);

	assert_start_fails(*state, check_of_program(path), wanted);
}

static void
a_folder_is_no_program(void **state)
{
	assert_start_fails(*state, check_of_program("/usr"), "/usr is a folder, not a program");
}

static void
a_missing_directory_is_named(void **state)
{
	struct definition *definition = check_of_script(":");

	definition->directory = xstrdup("/nowhere");
	assert_start_fails(*state, definition, "chdir /nowhere: No such file or directory");
}

static void
a_lack_of_descriptors_fails_the_start(void **state)
{
	struct fixture *fixture = *state;
	struct observed observed = {0};
	struct definition *definition = check_of_script(":");
	struct rlimit old, none;

	getrlimit(RLIMIT_NOFILE, &old);
	none = (struct rlimit){.rlim_cur = 3, .rlim_max = old.rlim_max};
	setrlimit(RLIMIT_NOFILE, &none);
	runner_start(fixture->runner, definition, &observing, &observed);
	setrlimit(RLIMIT_NOFILE, &old);
	definition_unref(definition);
	assert_int_equal(observed.done_count, 0);
	assert_true(fixture_wait(fixture, is_gone, &observed));
	assert_int_equal(observed.result.outcome, CHECK_OUTCOME_START_FAILED);
	assert_string_equal(observed.output, "pipe: Too many open files");
}

/* As one who may have no more processes than the threads he has already. */
static void
start_without_processes(int fd)
{
	const struct rlimit limit = {
		.rlim_cur = 1 + ERRANDS_THREADS_MIN, .rlim_max = 1 + ERRANDS_THREADS_MIN};
	struct observed observed = {0};

	if (setgid(STRANGER_GID) != 0 || setuid(STRANGER_UID) != 0)
		return;
	struct fixture *fixture = fixture_new();
	setrlimit(RLIMIT_NPROC, &limit);
	runner_start(fixture->runner, check_of_script(":"), &observing, &observed);
	fixture_wait(fixture, is_gone, &observed);
	dprintf(fd, "%d %s", observed.result.outcome, observed.output);
	fixture_free(fixture);
}

static void
a_lack_of_processes_fails_the_start(void **state)
{
	char text[128];

	(void)state;
	need_root();
	run_in_child(start_without_processes, text, sizeof(text));
	assert_string_equal(text, "5 fork: Resource temporarily unavailable");
}

static void
an_exec_that_hangs_times_out(void **state)
{
	struct fixture *fixture = *state;
	struct held_program held = hold_program(fixture);
	struct observed observed = {0}, other;
	struct definition *definition = check_of_program(held.path);

	definition->timeout_ms = 1500;
	runner_start(fixture->runner, definition, &observing, &observed);
	definition_unref(definition);
	assert_true(fixture_wait(fixture, is_exec_held, &held));
	for (int i = 0; i < 10; i++) {
		fixture_run_script(fixture, "exit 4", &other);
		assert_int_equal(other.result.status, 4);
		assert_in_range(other.result.duration_ms, 0, 1000);
	}
	assert_int_equal(observed.done_count, 0);
	assert_true(fixture_wait(fixture, is_done, &observed));
	assert_int_equal(observed.result.outcome, CHECK_OUTCOME_TIMED_OUT);
	assert_int_equal(observed.result.status, CHECK_STATUS_NONE);
	assert_string_equal(observed.output, "still starting after 1.5 s");
	assert_true(fixture_wait(fixture, is_gone, &observed));
	assert_int_equal(observed.done_count, 1);
	let_go(&held);
}

static bool
are_all_gone(void *runner)
{
	return runner_count(runner) == 0;
}

static void
execs_that_hang_give_their_threads_back_when_their_time_is_over(void **state)
{
	struct fixture *fixture = *state;
	struct held_program held = hold_program(fixture);
	static struct observed observed[ERRANDS_THREADS_MAX + 4];
	struct observed other;

	memset(observed, 0, sizeof(observed));
	for (size_t i = 0; i < ARRAY_LEN(observed); i++) {
		struct definition *definition = check_of_program(held.path);
		definition->timeout_ms = 500;
		runner_start(fixture->runner, definition, &observing, &observed[i]);
		definition_unref(definition);
	}
	assert_true(fixture_wait(fixture, are_all_gone, fixture->runner));
	for (size_t i = 0; i < ARRAY_LEN(observed); i++)
		assert_int_equal(observed[i].result.outcome, CHECK_OUTCOME_TIMED_OUT);
	fixture_run_script(fixture, "exit 4", &other);
	assert_int_equal(other.result.status, 4);
	let_go(&held);
}

static void
an_exec_that_hangs_can_be_stopped(void **state)
{
	struct fixture *fixture = *state;
	struct held_program held = hold_program(fixture);
	struct observed observed = {0};
	struct definition *definition = check_of_program(held.path);
	struct run *run = runner_start(fixture->runner, definition, &observing, &observed);

	definition_unref(definition);
	assert_true(fixture_wait(fixture, is_exec_held, &held));
	run_stop(run);
	assert_true(fixture_wait(fixture, is_gone, &observed));
	assert_int_equal(observed.done_count, 0);
	let_go(&held);
}

static void
a_run_has_three_descriptors_and_no_other(void **state)
{
	struct definition *definition = check_of_script("ls /proc/self/fd | tr '\\n' ' '");

	/* ls itself has the folder open, under the lowest number that is free. */
	assert_int_equal(dup2(STDERR_FILENO, 77), 77);
	assert_output(*state, definition, "0 1 2 3");
	close(77);
}

static void
standard_input_is_empty(void **state)
{
	assert_output(
		*state, check_of_script("cat; echo $(readlink /proc/$$/fd/0)"), "/dev/null");
}

static void
the_environment_is_clean(void **state)
{
	setenv("CHECKD_TEST_SECRET", "x", 1);
	assert_output(*state, check_of_argv((const char *const[]){"/usr/bin/env", "-0", NULL}),
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
		" LANG=C.UTF-8 CHECKD_NAME=a-check");
}

static void
the_definition_adds_to_the_environment_and_overrides_it(void **state)
{
	struct definition *definition =
		check_of_argv((const char *const[]){"/usr/bin/env", "-0", NULL});

	set_list(&definition->env, "LANG=de_DE", "LANGUAGE=de");
	assert_output(*state, definition,
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
		" CHECKD_NAME=a-check LANG=de_DE LANGUAGE=de");
}

static void
the_name_of_the_check_cannot_be_overridden(void **state)
{
	struct definition *definition = check_of_script("echo $CHECKD_NAME");

	set_list(&definition->env, "CHECKD_NAME=another", NULL);
	assert_output(*state, definition, "a-check");
}

static void
a_program_is_looked_up_in_the_path_of_the_definition(void **state)
{
	struct fixture *fixture = *state;
	CLEANUP_FREE char *path = xasprintf("PATH=%s", fixture->folder);
	struct definition *definition = check_of_program("my-program");

	free(fixture_write(fixture, "my-program", "#!/bin/sh\necho found\n", 0755));
	set_list(&definition->env, path, NULL);
	assert_output(fixture, definition, "found");
}

static void
the_directory_is_the_root_or_the_definitions(void **state)
{
	struct definition *definition = check_of_script("pwd");

	assert_output(*state, check_of_script("pwd"), "/");
	definition->directory = xstrdup("/usr/bin");
	assert_output(*state, definition, "/usr/bin");
}

static void
the_umask_is_022(void **state)
{
	mode_t old = umask(0);

	assert_output(*state, check_of_script("umask"), "0022");
	umask(old);
}

static void
the_niceness_is_the_definitions(void **state)
{
	struct definition *definition = check_of_script("nice");

	definition->nice = 11;
	assert_output(*state, definition, "11");
}

static void
the_memory_is_limited(void **state)
{
	struct definition *definition =
		check_of_script("ulimit -v; dd if=/dev/zero of=/dev/null bs=200M count=1 "
				"2>/dev/null && exit 1");

	definition->memory_limit = 64 << 20;
	assert_output(*state, definition, "65536");
}

static void
the_processor_time_is_limited(void **state)
{
	struct definition *definition = check_of_script("ulimit -c 0; while :; do :; done");
	struct observed observed;

	definition->cpu_limit_s = 1;
	fixture_run(*state, definition, &observed);
	assert_int_equal(observed.result.outcome, CHECK_OUTCOME_SIGNALED);
	assert_int_equal(observed.result.signal, SIGXCPU);
}

static struct definition *
check_as_stranger(const char *script)
{
	struct definition *definition = check_of_script(script);

	definition->user = xstrdup("stranger");
	definition->uid = STRANGER_UID;
	definition->gid = STRANGER_GID;
	definition->group_count = 2;
	definition->groups = xcalloc(2, sizeof(*definition->groups));
	definition->groups[0] = STRANGER_GID;
	definition->groups[1] = STRANGER_GID + 1;
	return definition;
}

static void
the_user_and_his_groups_are_the_definitions(void **state)
{
	need_root();
	assert_output(*state, check_as_stranger("echo $(id -u; id -ru; id -g; id -rg; id -G)"),
		"54321 54321 54322 54322 54322 54323");
	assert_output(*state, check_as_stranger("grep CapEff /proc/self/status | tr -d '\\t'"),
		"CapEff:0000000000000000");
}

static void
the_directory_is_entered_with_the_permissions_of_the_user(void **state)
{
	need_root();

	struct fixture *fixture = *state;
	struct definition *definition = check_as_stranger("pwd");
	CLEANUP_FREE char *wanted = xasprintf("chdir %s: Permission denied", fixture->folder);

	definition->directory = xstrdup(fixture->folder);
	chmod(fixture->folder, 0700);
	assert_start_fails(fixture, definition, wanted);
}

static void
a_run_leads_a_group_of_its_own(void **state)
{
	assert_output(*state,
		check_of_script("set -- $(cat /proc/$$/stat); test $$ = $5 -a $$ = $6;"
				" echo $?"),
		"0");
}

static void
root_refuses_a_program_that_others_can_write(void **state)
{
	need_root();

	CLEANUP_FREE char *path = fixture_write(*state, "x", "#!/bin/sh\necho ran\n", 0757);
	CLEANUP_FREE char *wanted = xasprintf("%s is writable by others", path);

	assert_start_fails(*state, check_of_program(path), wanted);
}

static void
what_root_refuses_is_looked_at_for_each_run(void **state)
{
	need_root();

	CLEANUP_FREE char *path = fixture_write(*state, "x", "#!/bin/sh\necho ran\n", 0755);
	CLEANUP_FREE char *wanted = xasprintf("%s is owned by uid 54321", path);

	assert_output(*state, check_of_program(path), "ran");
	assert_int_equal(chown(path, STRANGER_UID, 0), 0);
	assert_start_fails(*state, check_of_program(path), wanted);
	assert_int_equal(chown(path, 0, 0), 0);
	assert_output(*state, check_of_program(path), "ran");
}

static void
an_insecure_check_runs_what_others_can_write(void **state)
{
	CLEANUP_FREE char *path = fixture_write(*state, "x", "#!/bin/sh\necho ran\n", 0757);
	struct definition *definition = check_of_program(path);

	definition->is_insecure = true;
	assert_output(*state, definition, "ran");
}

static void
a_user_may_own_what_he_runs(void **state)
{
	need_root();

	CLEANUP_FREE char *path = fixture_write(*state, "x", "#!/bin/sh\nid -u\n", 0700);
	struct definition *definition = check_as_stranger("");

	assert_int_equal(chown(path, STRANGER_UID, 0), 0);
	strv_free(definition->argv);
	set_list(&definition->argv, path, NULL);
	assert_output(*state, definition, "54321");
}

#define CASE(function)                                                                         \
	cmocka_unit_test_setup_teardown(function, fixture_set_up, fixture_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_missing_program_is_named),
		CASE(a_program_that_is_not_in_path_is_named),
		CASE(a_program_that_is_not_executable_is_named),
		CASE(a_missing_interpreter_is_named),
		CASE(a_dos_line_end_after_the_interpreter_can_be_seen),
		CASE(a_text_without_an_interpreter_is_named),
		CASE(a_binary_of_another_machine_is_named),
		CASE(a_folder_is_no_program),
		CASE(a_missing_directory_is_named),
		CASE(a_lack_of_descriptors_fails_the_start),
		cmocka_unit_test(a_lack_of_processes_fails_the_start), /* forks */
		CASE(an_exec_that_hangs_times_out),
		CASE(execs_that_hang_give_their_threads_back_when_their_time_is_over),
		CASE(an_exec_that_hangs_can_be_stopped),
		CASE(a_run_has_three_descriptors_and_no_other),
		CASE(standard_input_is_empty),
		CASE(the_environment_is_clean),
		CASE(the_definition_adds_to_the_environment_and_overrides_it),
		CASE(the_name_of_the_check_cannot_be_overridden),
		CASE(a_program_is_looked_up_in_the_path_of_the_definition),
		CASE(the_directory_is_the_root_or_the_definitions),
		CASE(the_umask_is_022),
		CASE(the_niceness_is_the_definitions),
		CASE(the_memory_is_limited),
		CASE(the_processor_time_is_limited),
		CASE(the_user_and_his_groups_are_the_definitions),
		CASE(the_directory_is_entered_with_the_permissions_of_the_user),
		CASE(a_run_leads_a_group_of_its_own),
		CASE(root_refuses_a_program_that_others_can_write),
		CASE(what_root_refuses_is_looked_at_for_each_run),
		CASE(an_insecure_check_runs_what_others_can_write),
		CASE(a_user_may_own_what_he_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
