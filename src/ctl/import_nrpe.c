/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines are NAME=VALUE. What holds for all commands may stand behind them, so that they are
 * gathered first, with all that is none in its place among them.
 */
#include "import_nrpe.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "import_check.h"
#include "import_files.h"
#include "import_words.h"
#include "util.h"

#define SUFFIX           ".cfg"
#define TIMEOUT_S        60 /* NRPE's default */
#define TIMEOUT_S_MAX    (30 * 24 * 3600)
#define FOLDER_DEPTH_MAX 16

/* A line, in the order in which NRPE reads them. */
struct entry {
	struct import_place place;
	char *name;  /* of the command; NULL: something else */
	char *value; /* its line, or the whole of what else it is */
};

struct nrpe {
	struct import_files files;
	struct entry *entries;
	size_t count;
	char *prefix; /* command_prefix; NULL: none */
	char *user;   /* nrpe_user; NULL: none */
	unsigned long timeout_s;
};

static int read_file(struct nrpe *nrpe, const char *path, struct import_file *includer);

static void
nrpe_deinit(struct nrpe *nrpe)
{
	for (size_t i = 0; i < nrpe->count; i++) {
		free(nrpe->entries[i].name);
		free(nrpe->entries[i].value);
	}
	free(nrpe->entries);
	free(nrpe->prefix);
	free(nrpe->user);
	import_files_deinit(&nrpe->files);
}

/* Takes both texts. */
static void
add_entry(struct nrpe *nrpe, struct import_place place, char *name, char *value)
{
	/* Two more, then four, eight ... */
	if ((nrpe->count & (nrpe->count + 1)) == 0)
		nrpe->entries = xreallocarray(
			nrpe->entries, (nrpe->count + 1) * 2, sizeof(*nrpe->entries));
	nrpe->entries[nrpe->count++] = (struct entry){place, name, value};
}

static bool
has_suffix(const char *name)
{
	size_t len = strlen(name);

	return len > strlen(SUFFIX) && strcmp(name + len - strlen(SUFFIX), SUFFIX) == 0;
}

/* Files of a folder, and folders in it, sorted by the octets of their names. */
static void
read_folder(struct nrpe *nrpe, const char *path, struct import_file *includer, unsigned depth)
{
	struct dirent **found;
	int count = scandir(path, &found, NULL, alphasort);

	if (count < 0 || depth > FOLDER_DEPTH_MAX)
		import_report_problem(nrpe->files.report, includer->place, "include_dir %s: %s",
			path, count < 0 ? strerror(errno) : "folders are nested too deep");
	for (int i = 0; i < count; i++) {
		CLEANUP_FREE struct dirent *entry = found[i];
		CLEANUP_FREE char *inner = xasprintf("%s/%s", path, entry->d_name);
		struct stat status;

		if (depth > FOLDER_DEPTH_MAX || stat(inner, &status) < 0)
			continue;
		if (S_ISREG(status.st_mode) && has_suffix(entry->d_name))
			read_file(nrpe, inner, includer);
		else if (S_ISDIR(status.st_mode) && entry->d_name[0] != '.')
			read_folder(nrpe, inner, includer, depth + 1);
	}
	if (count >= 0)
		free(found);
}

static void
include_folder(struct nrpe *nrpe, const char *path, struct import_file *includer)
{
	CLEANUP_FREE char *folder = xstrdup(path);
	size_t len = strlen(folder);

	if (len > 0 && folder[len - 1] == '/')
		folder[len - 1] = '\0';
	read_folder(nrpe, folder, includer, 0);
}

static void
set_timeout(struct nrpe *nrpe, struct import_place place, const char *value)
{
	unsigned long timeout_s = strtoul(value, NULL, 10);

	if (timeout_s < 1 || timeout_s > TIMEOUT_S_MAX)
		import_report_problem(
			nrpe->files.report, place, "command_timeout is no time: %s", value);
	else
		nrpe->timeout_s = timeout_s;
}

/* As NRPE looks for it: anywhere in the name, up to the next bracket. NULL: no command. */
static char *
find_command(const char *name)
{
	const char *begin = strstr(name, "command[") != NULL ? strchr(name, '[') + 1 : NULL;

	return begin != NULL ? xstrndup(begin, strcspn(begin, "]")) : NULL;
}

static void
set_text(char **text, const char *value)
{
	free(*text);
	*text = xstrdup(value);
}

static void
take_setting(struct nrpe *nrpe, struct import_file *file, const char *name, const char *value)
{
	CLEANUP_FREE char *command = find_command(name);

	if (strcmp(name, "include_dir") == 0)
		include_folder(nrpe, value, file);
	else if (strcmp(name, "include") == 0 || strcmp(name, "include_file") == 0)
		read_file(nrpe, value, file);
	else if (strcmp(name, "command_prefix") == 0)
		set_text(&nrpe->prefix, value);
	else if (strcmp(name, "nrpe_user") == 0)
		set_text(&nrpe->user, value);
	else if (strcmp(name, "command_timeout") == 0)
		set_timeout(nrpe, file->place, value);
	else if (command != NULL && command[0] == '\0')
		import_report_problem(
			nrpe->files.report, file->place, "the command has no name");
	else if (command != NULL)
		add_entry(nrpe, file->place, STEAL(command), xstrdup(value));
	else
		add_entry(nrpe, file->place, NULL, xasprintf("%s=%s", name, value));
}

/* Blanks around the line go, those around the "=" do not. */
static void
take_line(struct nrpe *nrpe, struct import_file *file, char *line)
{
	while (isspace((unsigned char)*line))
		line++;
	for (size_t len = strlen(line); len > 0 && isspace((unsigned char)line[len - 1]); len--)
		line[len - 1] = '\0';
	if (line[0] == '#' || line[0] == '\0')
		return;
	char *name = line + strspn(line, "="), *equals = strchr(name, '=');

	if (equals == NULL || equals[1] == '\0') {
		import_report_problem(nrpe->files.report, file->place,
			"is not NAME=VALUE, and NRPE reads no further: %s", line);
		return;
	}
	*equals = '\0';
	take_setting(nrpe, file, name, equals + 1);
}

static int
read_file(struct nrpe *nrpe, const char *path, struct import_file *includer)
{
	struct import_file file;
	int error = import_file_open(&nrpe->files, path, includer, &file);

	if (error < 0)
		return error;
	for (char *line; (line = import_file_line(&file)) != NULL;)
		take_line(nrpe, &file, line);
	import_file_close(&file);
	return 0;
}

/*
 * What NRPE makes of a line without arguments: $$ is a $, other texts between two of them stay
 * with both, and one that is left open is closed. Returns false where there is $ARGn$.
 */
static bool
expand_macros(const char *line, char **ret_expanded)
{
	CLEANUP_FREE char *expanded = xcalloc(strlen(line) + 2, 1);
	char *to = expanded;

	for (bool is_macro = false;; is_macro = !is_macro) {
		size_t len = strcspn(line, "$");

		if (is_macro && strncmp(line, "ARG", strlen("ARG")) == 0)
			return false;
		if (is_macro)
			*to++ = '$';
		to = mempcpy(to, line, len);
		if (is_macro && len > 0)
			*to++ = '$';
		if (line[len] == '\0')
			break;
		line += len + 1;
	}
	*to = '\0';
	*ret_expanded = STEAL(expanded);
	return true;
}

static void
set_command(const struct nrpe *nrpe, struct import_check *check, const char *value)
{
	CLEANUP_FREE char *line = NULL;
	CLEANUP_FREE char *prefixed = NULL;

	if (!expand_macros(value, &line)) {
		import_check_refuse(check, "it takes arguments from who asks; put them in");
		line = xstrdup(value);
	}
	prefixed =
		nrpe->prefix != NULL ? xasprintf("%s %s", nrpe->prefix, line) : xstrdup(line);
	if (import_words_need_shell(prefixed))
		import_check_set_script(check, prefixed);
	else
		import_check_set_command(check, prefixed + strspn(prefixed, " \t"));
}

/* NRPE takes the last of those with one name. */
static bool
is_replaced(const struct nrpe *nrpe, size_t index)
{
	for (size_t i = index + 1; i < nrpe->count; i++) {
		if (nrpe->entries[i].name != NULL &&
			strcmp(nrpe->entries[i].name, nrpe->entries[index].name) == 0)
			return true;
	}
	return false;
}

static void
import_command(const struct nrpe *nrpe, size_t index)
{
	const struct entry *entry = &nrpe->entries[index];
	CLEANUP_FREE char *origin = xasprintf("command[%s]", entry->name);
	struct import_check *check = import_check_new(nrpe->files.report, entry->place, origin);

	import_check_set_name(check, entry->name);
	import_check_set_group(check, "nrpe");
	set_command(nrpe, check, entry->value);
	import_check_set_duration(check, "timeout", (uint64_t)nrpe->timeout_s * 1000);
	if (is_replaced(nrpe, index))
		import_check_refuse(check, "a later command has the same name, and counts");
	if (nrpe->user != NULL)
		import_check_set_user(check, nrpe->user);
	import_check_end(check);
}

int
import_nrpe(struct import_report *report, const char *path)
{
	CLEANUP(nrpe_deinit) struct nrpe nrpe = {.timeout_s = TIMEOUT_S};

	import_files_init(&nrpe.files, report);
	int error = read_file(&nrpe, path, NULL);

	for (size_t i = 0; i < nrpe.count; i++) {
		if (nrpe.entries[i].name != NULL)
			import_command(&nrpe, i);
		else
			import_report_note(report, nrpe.entries[i].place, "no counterpart: %s",
				nrpe.entries[i].value);
	}
	import_report_head(report, "NRPE runs a command when it is asked; checkd by itself, "
				   "every interval, which is "
				   "60s where it is not said.");
	return error;
}
