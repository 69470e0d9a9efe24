/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of checkctl import, and where the configuration goes.
 */
#include "verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "import_keepalived.h"
#include "import_nrpe.h"
#include "import_report.h"
#include "import_snmpd.h"
#include "util.h"

#define FILE_MODE 0640

struct import_order {
	const char *kind;
	const char *path;
	const char *output;    /* NULL: stdout */
	const char *config_id; /* NULL: this host's */
	bool may_replace;
};

typedef int import_function(struct import_report *report, const struct import_order *order);

static int
run_keepalived(struct import_report *report, const struct import_order *order)
{
	return import_keepalived(report, order->path, order->config_id);
}

static int
run_nrpe(struct import_report *report, const struct import_order *order)
{
	return import_nrpe(report, order->path);
}

static int
run_snmpd(struct import_report *report, const struct import_order *order)
{
	return import_snmpd(report, order->path);
}

static const struct {
	const char *kind;
	import_function *run;
} kinds[] = {
	{"keepalived", run_keepalived},
	{"nrpe", run_nrpe},
	{"snmpd", run_snmpd},
};

static void
print_usage(void)
{
	fputs("usage: checkctl import [-f] [-i ID] [-o OUTPUT] keepalived|nrpe|snmpd FILE\n"
	      "\n"
	      "Makes a configuration of checkd of keepalived.conf, nrpe.cfg or snmpd.conf.\n"
	      "\n"
	      "  -f          overwrite OUTPUT\n"
	      "  -i ID       what lines of keepalived for one host (@ID) are for; else this "
	      "host\n"
	      "  -o OUTPUT   write it to this file instead of the standard output\n",
		stdout);
}

enum reading {
	READING_DONE,
	READING_HELP,
	READING_MISUSED,
};

static enum reading
read_order(int argc, char **argv, struct import_order *ret_order)
{
	struct import_order order = {0};
	int option;

	optind = 0; /* getopt begins anew: main() has used it */
	while ((option = getopt(argc, argv, "fhi:o:")) != -1) {
		switch (option) {
		case 'f':
			order.may_replace = true;
			break;
		case 'h':
			return READING_HELP;
		case 'i':
			order.config_id = optarg;
			break;
		case 'o':
			order.output = optarg;
			break;
		default:
			return READING_MISUSED;
		}
	}
	if (argc - optind != 2)
		return READING_MISUSED;
	order.kind = argv[optind];
	order.path = argv[optind + 1];
	*ret_order = order;
	return READING_DONE;
}

static import_function *
find_kind(const char *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].run;
	}
	return NULL;
}

static int
write_file(struct import_report *report, const struct import_order *order)
{
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (order->may_replace ? O_TRUNC : O_EXCL);
	int fd = open(order->output, flags, FILE_MODE);
	FILE *stream = fd >= 0 ? fdopen(fd, "w") : NULL;

	if (stream == NULL)
		return -errno;
	int error = import_report_write(report, stream);

	if (fclose(stream) != 0 && error == 0)
		error = -errno;
	return error;
}

static int
write_output(struct import_report *report, const struct import_order *order)
{
	int error = order->output != NULL ? write_file(report, order)
					  : import_report_write(report, stdout);
	const char *name = order->output != NULL ? order->output : "standard output";

	if (error == -EEXIST)
		fprintf(stderr, "error: %s is there already; -f overwrites it\n", name);
	else if (error < 0)
		fprintf(stderr, "error: %s: %s\n", name, strerror(-error));
	return error;
}

static void
tell_summary(const struct import_report *report)
{
	fprintf(stderr,
		"%zu checks imported, %zu things without a counterpart (see the comments)",
		report->check_count, report->note_count);
	if (report->problem_count > 0)
		fprintf(stderr, ", %zu could not be read", report->problem_count);
	fputc('\n', stderr);
}

static int
run(import_function *import, const struct import_order *order)
{
	CLEANUP(import_report_deinit) struct import_report report;

	import_report_init(&report, stderr);
	import_report_head(
		&report, "Imported by checkctl import %s, from %s.", order->kind, order->path);
	int error = import(&report, order);

	/* Without the file there is nothing to write. */
	if (error == 0)
		error = write_output(&report, order);
	if (error == 0)
		tell_summary(&report);
	return error == 0 && report.problem_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
verb_import(const struct options *options, int argc, char **argv)
{
	struct import_order order;

	(void)options; /* they are of the control socket, which an import has no use for */
	argv[-1] = program_invocation_short_name; /* in what getopt tells */
	switch (read_order(argc + 1, argv - 1, &order)) {
	case READING_HELP:
		print_usage();
		return EXIT_SUCCESS;
	case READING_MISUSED:
		return VERB_MISUSED;
	case READING_DONE:
		break;
	}
	import_function *import = find_kind(order.kind);

	if (import == NULL) {
		fprintf(stderr, "checkctl: \"%s\" is none of keepalived, nrpe, snmpd\n\n",
			order.kind);
		return VERB_MISUSED;
	}
	return run(import, &order);
}
