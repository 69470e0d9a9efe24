/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a service manager hears, with a real socket in its place.
 */
#include "readiness.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "util.h"

static struct {
	int fd;
	struct event_base *base;
	struct readiness *readiness;
} fixture;

/* A name of the abstract kind, which the process's number makes its own. */
static void
bind_socket(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	CLEANUP_FREE char *name = xasprintf("@checkd-test-readiness-%d", (int)getpid());
	size_t len = strlen(name);

	fixture.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	memcpy(address.sun_path, name, len);
	address.sun_path[0] = '\0';
	assert_return_code(bind(fixture.fd, (struct sockaddr *)&address,
				   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
		errno);
	setenv("NOTIFY_SOCKET", name, 1);
}

static int
begin(void **state)
{
	(void)state;
	bind_socket();
	fixture.base = event_base_new();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	readiness_free(STEAL(fixture.readiness));
	event_base_free(fixture.base);
	close(fixture.fd);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return 0;
}

/* The next message; "" where there is none. */
static const char *
heard(void)
{
	static char text[1024];
	ssize_t len = recv(fixture.fd, text, sizeof(text) - 1, 0);

	text[len > 0 ? len : 0] = '\0';
	return text;
}

static unsigned
heard_beats(void)
{
	unsigned count = 0;

	while (strcmp(heard(), "WATCHDOG=1") == 0)
		count++;
	return count;
}

static void
turn_loop(long ms)
{
	const struct timeval duration = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	event_base_loopexit(fixture.base, &duration);
	event_base_dispatch(fixture.base);
}

static void
without_a_manager_nothing_happens(void **state)
{
	(void)state;
	unsetenv("NOTIFY_SOCKET");
	fixture.readiness = readiness_new(fixture.base);
	assert_null(fixture.readiness);
	readiness_ready(fixture.readiness);
	readiness_status(fixture.readiness, "s");
}

static void
each_phase_is_told_when_it_begins(void **state)
{
	(void)state;
	fixture.readiness = readiness_new(fixture.base);
	readiness_ready(fixture.readiness);
	assert_string_equal(heard(), "READY=1");
	readiness_reloading(fixture.readiness);
	assert_memory_equal(heard(), "RELOADING=1\nMONOTONIC_USEC=", 27);
	readiness_stopping(fixture.readiness);
	assert_string_equal(heard(), "STOPPING=1");
	assert_string_equal(heard(), "");
}

static void
a_status_is_told_when_it_is_another(void **state)
{
	(void)state;
	fixture.readiness = readiness_new(fixture.base);
	readiness_status(fixture.readiness, "1 of 1 checks ok");
	assert_string_equal(heard(), "STATUS=1 of 1 checks ok");
	readiness_status(fixture.readiness, "1 of 1 checks ok");
	assert_string_equal(heard(), "");
	readiness_status(fixture.readiness, "0 of 1 checks ok");
	assert_string_equal(heard(), "STATUS=0 of 1 checks ok");
}

/* Were it to wait for the manager, this test would never end. */
static void
a_manager_that_hangs_hears_it_when_it_goes_on(void **state)
{
	char text[32];
	const char *last = "";

	(void)state;
	fixture.readiness = readiness_new(fixture.base);
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "%d", i);
		readiness_status(fixture.readiness, text);
	}
	readiness_ready(fixture.readiness);
	while (strcmp(last, "") == 0 || strncmp(last, "STATUS=", 7) == 0) {
		last = heard();
		if (last[0] == '\0')
			break;
	}
	assert_string_equal(last, "");
	readiness_status(fixture.readiness, "999");
	assert_string_equal(heard(), "READY=1");
	assert_string_equal(heard(), "STATUS=999");
}

static void
the_watchdog_is_fed_while_the_loop_turns_and_not_otherwise(void **state)
{
	(void)state;
	setenv("WATCHDOG_USEC", "100000", 1);
	fixture.readiness = readiness_new(fixture.base);
	turn_loop(600);
	assert_in_range(heard_beats(), 2, 12);
	usleep(300000);
	assert_int_equal(heard_beats(), 0);
}

static void
a_watchdog_that_nobody_asks_for_is_not_fed(void **state)
{
	(void)state;
	fixture.readiness = readiness_new(fixture.base);
	turn_loop(200);
	assert_int_equal(heard_beats(), 0);
}

static void
the_watchdog_of_another_process_is_not_fed(void **state)
{
	(void)state;
	setenv("WATCHDOG_USEC", "100000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	fixture.readiness = readiness_new(fixture.base);
	turn_loop(200);
	assert_int_equal(heard_beats(), 0);
}

#define readiness_test(function) cmocka_unit_test_setup_teardown(function, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		readiness_test(without_a_manager_nothing_happens),
		readiness_test(each_phase_is_told_when_it_begins),
		readiness_test(a_status_is_told_when_it_is_another),
		readiness_test(a_manager_that_hangs_hears_it_when_it_goes_on),
		readiness_test(the_watchdog_is_fed_while_the_loop_turns_and_not_otherwise),
		readiness_test(a_watchdog_that_nobody_asks_for_is_not_fed),
		readiness_test(the_watchdog_of_another_process_is_not_fed),
	};

	return cmocka_run_group_tests_name("readiness", tests, NULL, NULL);
}
