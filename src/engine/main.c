/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * checkd(8): its command line, and the order in which it starts.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "daemon.h"
#include "engine.h"
#include "loader.h"
#include "log.h"
#include "privileges.h"
#include "util.h"

enum mode {
	MODE_RUN,
	MODE_TEST,
	MODE_PRINT,
	MODE_VERSION,
	MODE_HELP,
};

struct options {
	enum mode mode;
	const char *file;
	const char *pid_file; /* NULL: none in the foreground, the default otherwise */
	bool is_foreground;
	enum log_level level;
};

static const char usage[] =
	"usage: checkd [-f] [-c FILE] [-p PIDFILE] [-v | -d]\n"
	"       checkd -t FILE | -T FILE | -V | -h\n"
	"\n"
	"Runs health checks on a schedule and publishes them by SNMP.\n"
	"\n"
	"  -f          stay in the foreground and log to stderr\n"
	"  -c FILE     the configuration (default " CHECKD_CONFIG ")\n"
	"  -p PIDFILE  write and lock this file (default " CHECKD_PIDFILE ", none with -f)\n"
	"  -v, -d      log more: information, everything\n"
	"  -t FILE     test the configuration and exit\n"
	"  -T FILE     test it, print it in canonical form and exit\n"
	"  -V          print the version and exit\n"
	"  -h          print this help and exit\n";

/* Returns 0, or -EINVAL where the line is not as usage says. */
static int
parse_options(int argc, char **argv, struct options *ret_options)
{
	struct options options = {.file = CHECKD_CONFIG, .level = LOG_LEVEL_NOTICE};
	int option;

	while ((option = getopt(argc, argv, "fc:p:vdt:T:Vh")) != -1) {
		switch (option) {
		case 'f':
			options.is_foreground = true;
			break;
		case 'c':
			options.file = optarg;
			break;
		case 'p':
			options.pid_file = optarg;
			break;
		case 'v':
			options.level = LOG_LEVEL_INFO;
			break;
		case 'd':
			options.level = LOG_LEVEL_DEBUG;
			break;
		case 't':
		case 'T':
			options.mode = option == 't' ? MODE_TEST : MODE_PRINT;
			options.file = optarg;
			break;
		case 'V':
			options.mode = MODE_VERSION;
			break;
		case 'h':
			options.mode = MODE_HELP;
			break;
		default:
			return -EINVAL;
		}
	}
	if (optind < argc)
		return -EINVAL;
	*ret_options = options;
	return 0;
}

/* Prints what is wrong with a configuration; returns how many warnings there were. */
static size_t
print_report(const struct config_report *report)
{
	size_t warnings = 0;

	for (size_t i = 0; i < report->count; i++) {
		bool is_error = report->problems[i].severity == CONFIG_ERROR;

		fprintf(stderr, "%s: %s\n", is_error ? "error" : "warning",
			report->problems[i].text);
		warnings += !is_error;
	}
	if (report->dropped_count > 0)
		fprintf(stderr, "and %zu more\n", report->dropped_count);
	return warnings;
}

static int
test(const struct options *options)
{
	struct config_report report;
	struct config *config = NULL;
	int error = options->mode == MODE_TEST ? config_test(options->file, &report, &config)
					       : config_load(options->file, &report, &config);
	size_t warnings = print_report(&report);

	if (error == 0 && options->mode == MODE_PRINT)
		error = config_print(config, stdout);
	else if (error == 0)
		printf("%s: %zu checks, %zu warnings\n", options->file, config->check_count,
			warnings);
	if (fflush(stdout) != 0)
		error = -EIO;
	config_free(config);
	config_report_deinit(&report);
	return error == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* checkd-snmp is where it was installed, or where the environment says. */
static char *
publisher_program(void)
{
	const char *dir = getenv("CHECKD_LIBEXECDIR");

	return xasprintf("%s/checkd-snmp", dir != NULL ? dir : CHECKD_LIBEXECDIR);
}

/* On the terminal, which a daemon has not left yet, and in the log. */
static void
tell_fatal(const struct options *options, const char *reason)
{
	log_error("%s", reason);
	if (!options->is_foreground)
		fprintf(stderr, "checkd: %s\n", reason);
}

static int
run_engine(const struct options *options, const char *file, struct loaded *loaded)
{
	CLEANUP_FREE char *program = publisher_program();

	log_open("checkd", options->is_foreground ? LOG_TARGET_STDERR : LOG_TARGET_SYSLOG,
		options->level);
	log_notice("checkd " CHECKD_VERSION " starts with %s", file);

	struct engine *engine = engine_new(file, program);

	if (engine == NULL) {
		loaded_free(loaded);
		return EXIT_FAILURE;
	}
	CLEANUP_FREE char *reason = NULL;

	if (engine_open_store(engine, loaded->config, &reason) < 0) {
		tell_fatal(options, reason);
		engine_free(engine);
		loaded_free(loaded);
		return EXIT_FAILURE;
	}
	daemon_ready(); /* before anything starts that would keep the terminal open */
	engine_apply(engine, loaded);
	engine_run(engine);
	engine_free(engine);
	log_close();
	return EXIT_SUCCESS;
}

static int
lock(const char *pid_file, int *ret_fd)
{
	int other = 0, error = daemon_lock(pid_file, ret_fd, &other);

	if (error == -EWOULDBLOCK)
		fprintf(stderr, "checkd: already running (pid %d holds %s)\n", other, pid_file);
	else if (error < 0)
		fprintf(stderr,
			"checkd: %s: %s; name another by -p, or stay in the foreground by -f\n",
			pid_file, strerror(-error));
	return error;
}

/* The daemon's folder is another, so a path must not depend on it. */
static char *
absolute(const char *path)
{
	CLEANUP_FREE char *folder = path[0] == '/' ? NULL : getcwd(NULL, 0);

	return folder != NULL ? xasprintf("%s/%s", folder, path) : xstrdup(path);
}

/* What is wrong with it, where it is there; else what a newcomer is to do. */
static void
tell_unusable(const char *file, const struct config_report *report)
{
	if (access(file, R_OK) < 0)
		fprintf(stderr,
			"checkd: %s: %s; let uid %u read such a file, or name another by -c\n",
			file, strerror(errno), geteuid());
	else
		print_report(report);
}

/* Everything that can be wrong is told on stderr before the terminal is given back. */
static int
run(const struct options *options)
{
	CLEANUP_FREE char *file = absolute(options->file);
	CLEANUP_FREE char *pid_file = NULL;
	struct loaded *loaded = loaded_new(file);
	int pid_fd = -1, error = 0;

	if (options->pid_file != NULL)
		pid_file = absolute(options->pid_file);
	else if (!options->is_foreground)
		pid_file = xstrdup(CHECKD_PIDFILE);
	if (loaded->config != NULL)
		print_report(&loaded->report);
	else
		tell_unusable(file, &loaded->report);
	if (loaded->config == NULL)
		error = -EINVAL;
	else if (!options->is_foreground && (error = daemon_enter()) < 0)
		fprintf(stderr, "checkd: cannot become a daemon: %s\n", strerror(-error));
	else if (pid_file != NULL)
		error = lock(pid_file, &pid_fd);
	if (error < 0) {
		loaded_free(loaded);
		return EXIT_FAILURE;
	}
	umask(S_IRWXG | S_IRWXO); /* what is kept from now on is nobody else's */

	int status = run_engine(options, file, loaded);

	if (pid_fd >= 0)
		daemon_unlock(pid_file, pid_fd);
	return status;
}

/* Before anything is read, and before there are threads. */
static int
give_up_privileges(void)
{
	int error = privileges_reduce();

	if (error < 0)
		fprintf(stderr, "checkd: cannot give up capabilities: %s\n", strerror(-error));
	return error;
}

int
main(int argc, char **argv)
{
	struct options options;

	if (parse_options(argc, argv, &options) < 0) {
		fputs(usage, stderr);
		return EXIT_FAILURE;
	}
	switch (options.mode) {
	case MODE_HELP:
		fputs(usage, stdout);
		return EXIT_SUCCESS;
	case MODE_VERSION:
		puts("checkd " CHECKD_VERSION);
		return EXIT_SUCCESS;
	case MODE_TEST:
	case MODE_PRINT:
		return test(&options);
	case MODE_RUN:
		break;
	}
	tzset(); /* windows of maintenance are local time */
	if (daemon_keep_standard_fds() < 0 || give_up_privileges() < 0)
		return EXIT_FAILURE;
	return run(&options);
}
