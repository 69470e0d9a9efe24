/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any file whatever, taken for one of keepalived, NRPE or snmpd, becomes a configuration that
 * checkd takes. The file is in a folder of its own, so that what it includes is itself.
 */
#include "fuzz.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "import_keepalived.h"
#include "import_nrpe.h"
#include "import_snmpd.h"
#include "util.h"

static char folder[] = "/tmp/checkd-fuzz-XXXXXX";
static char *path, *output_path;
static FILE *nowhere;

static void
remove_folder(void)
{
	unlink(path);
	unlink(output_path);
	rmdir(folder);
	free(path);
	free(output_path);
	fclose(nowhere);
}

static void
make_folder(void)
{
	if (path != NULL)
		return;
	MUST(mkdtemp(folder) != NULL);
	path = xasprintf("%s/file.conf", folder);
	output_path = xasprintf("%s/checkd.yaml", folder);
	nowhere = fopen("/dev/null", "we");
	MUST(nowhere != NULL);
	atexit(remove_folder);
}

/* The machine's own files are not to be read: of what includes, only this folder's. */
static bool
includes_elsewhere(const uint8_t *data, size_t size)
{
	return memmem(data, size, "nclude", strlen("nclude")) != NULL &&
	       (memchr(data, '/', size) != NULL || memmem(data, size, "..", 2) != NULL ||
		       memchr(data, '$', size) != NULL || memchr(data, '~', size) != NULL);
}

/* One sequence is enough: of each there may be many lines. */
static bool
has_sequences(const uint8_t *data, size_t size)
{
	const uint8_t *first = memchr(data, '~', size);

	return first != NULL &&
	       memchr(first + 1, '~', size - (size_t)(first + 1 - data)) != NULL;
}

static int
from_keepalived(struct import_report *report, const char *file)
{
	return import_keepalived(report, file, "main");
}

static void
write_whole(const char *file, const void *text, size_t len)
{
	FILE *stream = fopen(file, "we");

	MUST(stream != NULL && fwrite(text, 1, len, stream) == len && fclose(stream) == 0);
}

/* Whom checks run as is for root to say. */
static void
expect_valid(void)
{
	struct config_report report;
	struct config *config = NULL;
	int error = config_load(output_path, &report, &config);

	MUST(error == 0 || geteuid() != 0);
	config_report_deinit(&report);
	if (config != NULL)
		config_free(config);
}

static void
try_import(int (*import)(struct import_report *report, const char *file))
{
	struct import_report report;
	FILE *stream = fopen(output_path, "we");

	MUST(stream != NULL);
	import_report_init(&report, nowhere);
	int error = import(&report, path);

	MUST((error == 0) || report.problem_count > 0);
	MUST(import_report_write(&report, stream) == 0 && fclose(stream) == 0);
	import_report_deinit(&report);
	expect_valid();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (includes_elsewhere(data, size) || has_sequences(data, size))
		return 0;
	make_folder();
	write_whole(path, data, size);
	try_import(from_keepalived);
	try_import(import_nrpe);
	try_import(import_snmpd);
	return 0;
}
