/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any file whatever is a configuration whose canonical form loads to itself, or is refused
 * with the reasons. The file is in a folder of its own, so that what it includes, be it
 * "*", is itself.
 */
#include "fuzz.h"
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

static char folder[] = "/tmp/checkd-fuzz-XXXXXX";
static char *path;

static void
remove_folder(void)
{
	unlink(path);
	rmdir(folder);
	free(path);
}

static void
make_folder(void)
{
	if (path != NULL)
		return;
	MUST(mkdtemp(folder) != NULL);
	path = xasprintf("%s/checkd.yaml", folder);
	atexit(remove_folder);
}

/* The machine's own files are not to be read: a path there, or one written with escapes. */
static bool
includes_elsewhere(const uint8_t *data, size_t size)
{
	return memmem(data, size, "include", strlen("include")) != NULL &&
	       (memchr(data, '/', size) != NULL || memchr(data, '\\', size) != NULL);
}

/* Returns NULL for a file with errors. */
static struct config *
load(const void *text, size_t len)
{
	struct config_report report;
	struct config *config = NULL;
	FILE *file = fopen(path, "we");

	MUST(file != NULL && fwrite(text, 1, len, file) == len && fclose(file) == 0);

	int error = config_load(path, &report, &config);

	MUST(error == 0 || error == -EINVAL);
	MUST((error < 0) == (report.error_count > 0));
	config_report_deinit(&report);
	return config;
}

static char *
print(const struct config *config)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	MUST(stream != NULL && config_print(config, stream) == 0 && fclose(stream) == 0);
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (includes_elsewhere(data, size))
		return 0;
	make_folder();

	struct config *config = load(data, size);

	if (config == NULL)
		return 0;

	CLEANUP_FREE char *canonical = print(config);
	struct config *again = load(canonical, strlen(canonical));

	MUST(again != NULL);

	CLEANUP_FREE char *canonical_again = print(again);

	MUST(strcmp(canonical, canonical_again) == 0);
	config_free(again);
	config_free(config);
	return 0;
}
