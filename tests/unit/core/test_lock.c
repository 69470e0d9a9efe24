/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locks that a child of the test shares, as a program does that is about to be started.
 */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/test_lock.XXXXXX";

static int
open_file(void)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static int
make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	close(fd);
	return fd < 0 ? -1 : 0;
}

static int
remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void
a_lock_that_another_holds_is_refused(void **state)
{
	int held = open_file(), wanted = open_file();

	(void)state;
	assert_int_equal(lock_take(held), 0);
	assert_int_equal(lock_take(wanted), -EWOULDBLOCK);
	close(held);
	assert_int_equal(lock_take(wanted), 0);
	close(wanted);
}

static void
a_lock_is_taken_that_a_child_shares_for_a_moment_more(void **state)
{
	int held = open_file(), wanted = open_file(), status;
	pid_t child;

	(void)state;
	assert_int_equal(lock_take(held), 0);
	child = fork();
	if (child == 0) {
		usleep(50000);
		_exit(0);
	}
	close(held);
	assert_int_equal(lock_take(wanted), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(wanted);
}

static void
what_cannot_be_locked_is_told(void **state)
{
	(void)state;
	assert_int_equal(lock_take(-1), -EBADF);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lock_that_another_holds_is_refused),
		cmocka_unit_test(a_lock_is_taken_that_a_child_shares_for_a_moment_more),
		cmocka_unit_test(what_cannot_be_locked_is_told),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
