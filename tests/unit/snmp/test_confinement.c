/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a confined process can do, and what not: each of these is tried by a child of the test.
 * The kernel of whoever runs this has seccomp and Landlock.
 */
#include "confinement.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "util.h"

/* Each returns true where the kernel let it. */
typedef bool (*attempt_fn)(void);

static int
forbid_privileges(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static int
enter_all(void)
{
	return (int)confinement_enter();
}

static int
enter_files(void)
{
	return forbid_privileges() == 0 ? confinement_enter_files() : -1;
}

static int
enter_calls(void)
{
	return forbid_privileges() == 0 ? confinement_enter_calls() : -1;
}

/* Whether the attempt succeeds in a process that has entered. */
static bool
succeeds(int (*enter)(void), attempt_fn attempt)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(enter() != 0 ? 2 : attempt() ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_in_range(WEXITSTATUS(status), 0, 1);
	return WEXITSTATUS(status) == 0;
}

static bool
do_nothing(void)
{
	return true;
}

static bool
run_program(void)
{
	char path[] = "/bin/true";
	char *argv[] = {path, NULL}, *env[] = {NULL};

	execve(path, argv, env);
	return false;
}

static bool
run_program_by_descriptor(void)
{
	char name[] = "true";
	char *argv[] = {name, NULL}, *env[] = {NULL};

	fexecve(open("/bin/true", O_RDONLY), argv, env);
	return false;
}

static bool
make_file(void)
{
	return open("/tmp/checkd-test-confinement", O_WRONLY | O_CREAT | O_EXCL, 0600) >= 0;
}

static bool
make_hidden_file(void)
{
	return open("/tmp", O_WRONLY | O_TMPFILE, 0600) >= 0;
}

static bool
write_file(void)
{
	return open("/dev/null", O_WRONLY) >= 0;
}

static bool
make_folder(void)
{
	return mkdir("/tmp/checkd-test-confinement.d", 0700) == 0;
}

static bool
read_file(void)
{
	char octet;
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	return fd >= 0 && read(fd, &octet, 1) == 1;
}

static bool
open_udp(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static bool
open_packet_socket(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0) >= 0;
}

/* As for an address in /etc/hosts.allow, which may load modules of the name service. */
static bool
look_up_name(void)
{
	struct addrinfo *found = NULL;

	return getaddrinfo("localhost", "161", NULL, &found) == 0;
}

static bool
run_written_memory(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0) != MAP_FAILED;
}

static bool
make_memory_executable(void)
{
	void *memory =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory != MAP_FAILED && mprotect(memory, 4096, PROT_READ | PROT_EXEC) == 0;
}

static bool
enter_user_namespace(void)
{
	return unshare(CLONE_NEWUSER) == 0;
}

static bool
mount_something(void)
{
	return mount("none", "/tmp", "tmpfs", MS_RDONLY, NULL) == 0;
}

static bool
signal_parent(void)
{
	return kill(getppid(), 0) == 0;
}

static bool
read_other_memory(void)
{
	return syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0) == 0;
}

static bool
use_keyring(void)
{
	return syscall(SYS_keyctl, 0, -1, 0) >= 0;
}

static bool
use_bpf(void)
{
	return syscall(SYS_bpf, 0, NULL, 0) >= 0 || errno != ENOSYS;
}

static bool
use_io_uring(void)
{
	return syscall(SYS_io_uring_setup, 1, NULL) >= 0 || errno != ENOSYS;
}

static bool
dump_core(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max > 0;
}

static void
what_it_needs_still_works(void **state)
{
	(void)state;
	assert_true(succeeds(enter_all, do_nothing));
	assert_true(succeeds(enter_all, read_file));
	assert_true(succeeds(enter_all, open_udp));
	assert_true(succeeds(enter_all, look_up_name));
}

static void
no_program_is_run(void **state)
{
	(void)state;
	assert_true(succeeds(forbid_privileges, run_program));
	assert_false(succeeds(enter_all, run_program));
	assert_false(succeeds(enter_files, run_program));
	assert_false(succeeds(enter_calls, run_program));
	assert_false(succeeds(enter_files, run_program_by_descriptor));
	assert_false(succeeds(enter_calls, run_program_by_descriptor));
}

static void
no_file_is_written(void **state)
{
	static const attempt_fn attempts[] = {
		make_file, make_hidden_file, write_file, make_folder};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(attempts); i++) {
		assert_false(succeeds(enter_all, attempts[i]));
		assert_false(succeeds(enter_files, attempts[i]));
		assert_false(succeeds(enter_calls, attempts[i]));
	}
}

static void
no_memory_becomes_a_program(void **state)
{
	(void)state;
	assert_true(succeeds(forbid_privileges, run_written_memory));
	assert_false(succeeds(enter_calls, run_written_memory));
	assert_true(succeeds(forbid_privileges, make_memory_executable));
	assert_false(succeeds(enter_calls, make_memory_executable));
}

static void
nothing_else_is_asked_of_the_kernel(void **state)
{
	static const attempt_fn attempts[] = {open_packet_socket, enter_user_namespace,
		mount_something, signal_parent, read_other_memory, use_keyring, use_bpf,
		use_io_uring};

	(void)state;
	assert_true(succeeds(forbid_privileges, signal_parent));
	for (size_t i = 0; i < ARRAY_LEN(attempts); i++)
		assert_false(succeeds(enter_calls, attempts[i]));
}

static void
it_leaves_no_core(void **state)
{
	(void)state;
	assert_false(succeeds(enter_all, dump_core));
}

static void
it_can_abort(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		if (confinement_enter() == 0)
			abort();
		_exit(2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_needs_still_works),
		cmocka_unit_test(no_program_is_run),
		cmocka_unit_test(no_file_is_written),
		cmocka_unit_test(no_memory_becomes_a_program),
		cmocka_unit_test(nothing_else_is_asked_of_the_kernel),
		cmocka_unit_test(it_leaves_no_core),
		cmocka_unit_test(it_can_abort),
	};

	return cmocka_run_group_tests_name("confinement", tests, NULL, NULL);
}
