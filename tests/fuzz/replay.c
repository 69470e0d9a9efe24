/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A main() for a fuzzer without libFuzzer: tries each file that is given and all in the
 * folders that are, so that what was found once is tried in each run of the unit tests.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "util.h"

static int
try_file(const char *path)
{
	FILE *file = fopen(path, "re");
	CLEANUP_FREE uint8_t *data = NULL;
	struct stat status;

	if (file == NULL || fstat(fileno(file), &status) < 0) {
		perror(path);
		return 1;
	}

	/* Of its very size, so that a sanitizer sees a read beyond. */
	size_t size = (size_t)status.st_size;

	data = xcalloc(size, 1);

	size_t got = fread(data, 1, size, file);

	fclose(file);
	printf("%s\n", path);
	fflush(stdout);
	return got == size ? LLVMFuzzerTestOneInput(data, size) : 1;
}

static int
is_file(const struct dirent *entry)
{
	return entry->d_type == DT_REG;
}

static int
try_folder(const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_file, alphasort), failures = count < 0;

	for (int i = 0; i < count; i++) {
		CLEANUP_FREE char *file = xasprintf("%s/%s", path, entries[i]->d_name);

		failures += try_file(file);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return failures;
}

static int
try(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0) {
		perror(path);
		return 1;
	}
	return S_ISDIR(status.st_mode) ? try_folder(path) : try_file(path);
}

int
main(int argc, char **argv)
{
	int failures = 0;

	for (int i = 1; i < argc; i++)
		failures += try(argv[i]);
	return failures > 0;
}
