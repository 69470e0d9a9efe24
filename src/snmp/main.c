/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * checkd-snmp: the publisher of checkd, which starts it and tells it all it needs over a
 * socket. See checkd-snmp(8).
 */
#include <event2/event.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent.h"
#include "confinement.h"
#include "log.h"
#include "wire.h"

#define EXIT_USAGE 2

static const char usage[] = "usage: checkd-snmp [-h | -V]\n"
			    "checkd starts it; there is nothing to be given to it.\n";

static bool
is_engine_socket(int fd)
{
	int type;
	socklen_t len = sizeof(type);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_SEQPACKET;
}

/* Returns -1 where the program is to go on, else the exit status. */
static int
handle_options(int argc, char **argv)
{
	int option = getopt(argc, argv, "hV");

	if (option == 'V') {
		puts("checkd-snmp " CHECKD_VERSION);
		return 0;
	}
	if (option == 'h') {
		fputs(usage, stdout);
		return 0;
	}
	if (option == -1 && optind == argc && is_engine_socket(WIRE_PUBLISHER_FD))
		return -1;
	fputs(usage, stderr);
	return EXIT_USAGE;
}

static void
agent_on_signal(evutil_socket_t signal_number, short what, void *arg)
{
	(void)signal_number;
	(void)what;
	agent_stop(arg);
}

static void
confine(void)
{
	if (confinement_enter() == 0)
		log_info("confined: it runs no program and writes no file");
}

static int
run(void)
{
	struct event_base *base = event_base_new();
	struct agent *agent = agent_new(base, WIRE_PUBLISHER_FD, confine);
	struct event *terminated = evsignal_new(base, SIGTERM, agent_on_signal, agent);
	struct event *interrupted = evsignal_new(base, SIGINT, agent_on_signal, agent);

	event_add(terminated, NULL);
	event_add(interrupted, NULL);

	int exit_status = agent_run(agent);

	event_free(terminated);
	event_free(interrupted);
	agent_free(agent);
	event_base_free(base);
	return exit_status;
}

int
main(int argc, char **argv)
{
	int exit_status = handle_options(argc, argv);

	if (exit_status >= 0)
		return exit_status;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	log_open("checkd-snmp", LOG_TARGET_STDERR, LOG_LEVEL_NOTICE);
	exit_status = run();
	log_close();
	return exit_status;
}
