/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line is a token and what its handler makes of the rest. The files are read twice, since
 * agentUser may stand behind what runs as that user.
 */
#include "import_snmpd.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "import_check.h"
#include "import_files.h"
#include "import_snmpd_words.h"
#include "util.h"

#define SUFFIX      ".conf"
#define COMMAND_MAX 511     /* octets that snmpd has for a command and its arguments */
#define INTERVAL_S  60      /* checkd's default */
#define CACHE_S_MAX 2592000 /* 30 days: checkd's longest interval */

struct snmpd {
	struct import_files files;
	char *user; /* agentUser; NULL: none */
	bool is_survey;
};

static int read_file(
	struct snmpd *snmpd, const char *path, struct import_file *includer, bool is_ours);

static void
snmpd_deinit(struct snmpd *snmpd)
{
	free(snmpd->user);
	import_files_deinit(&snmpd->files);
}

/* What the options of extend say. */
struct extension {
	char *name;
	char *program;
	const char *arguments; /* borrowed; NULL: none */
	long cache_s;          /* 0: not said */
	bool is_shell;
	bool has_oid;
};

static void
extension_deinit(struct extension *extension)
{
	free(extension->name);
	free(extension->program);
}

/* The next word, "" where there is none. */
static char *
take(const char **rest)
{
	return *rest != NULL ? snmpd_words_take(*rest, rest) : xstrdup("");
}

/* -cacheTime and -execType in this order, an OID, and then the name. */
static void
read_extension(const char *token, const char *rest, struct extension *ret_extension)
{
	struct extension extension = {.name = take(&rest)};

	if (strcmp(extension.name, "-cacheTime") == 0) {
		CLEANUP_FREE char *time = take(&rest);

		extension.cache_s = strtol(time, NULL, 10);
		free(extension.name);
		extension.name = take(&rest);
	}
	if (strcmp(extension.name, "-execType") == 0) {
		CLEANUP_FREE char *type = take(&rest);

		extension.is_shell = strcmp(type, "sh") == 0;
		free(extension.name);
		extension.name = take(&rest);
	}
	extension.has_oid = extension.name[0] == '.';
	if (extension.has_oid) {
		free(extension.name);
		extension.name = take(&rest);
	}
	/* The case of these counts, though that of tokens does not. */
	extension.is_shell |= strcmp(token, "sh") == 0 || strcmp(token, "sh2") == 0 ||
			      strcmp(token, "extend-sh") == 0;
	extension.program = take(&rest);
	extension.arguments = rest;
	*ret_extension = extension;
}

static void
set_program(struct import_check *check, const struct extension *extension)
{
	bool has_arguments = extension->arguments != NULL;
	CLEANUP_FREE char *line = xasprintf("%s%s%s", extension->program,
		has_arguments ? " " : "", has_arguments ? extension->arguments : "");
	CLEANUP(import_words_deinit) struct import_words argv = {0};

	if (strlen(line) > COMMAND_MAX)
		import_check_refuse(
			check, "it is longer than snmpd runs, %d octets", COMMAND_MAX);
	if (extension->is_shell) {
		import_check_set_script(check, line);
		return;
	}
	snmpd_words_split(line, &argv);
	if (argv.count > 0 && strchr(argv.list[0], '/') == NULL)
		import_check_refuse(
			check, "snmpd looks for no program in PATH, so that it never ran");
	import_check_set_argv(check, argv.list);
}

/* How long snmpd keeps a result is how often it runs at most. */
static void
set_interval(struct import_check *check, struct import_place place,
	const struct extension *extension)
{
	if (extension->cache_s == 0)
		return;
	if (extension->cache_s > INTERVAL_S && extension->cache_s <= CACHE_S_MAX)
		import_check_set_yaml(check, "interval",
			"%lds # -cacheTime: snmpd ran it no more often", extension->cache_s);
	else
		import_check_note(
			check, place, "no counterpart: -cacheTime %ld", extension->cache_s);
}

/* A program that is called as plugins are has their exit codes; of others 0 is all we know. */
static bool
is_plugin(const char *program)
{
	const char *slash = strrchr(program, '/');

	return strncmp(slash != NULL ? slash + 1 : program, "check_", strlen("check_")) == 0;
}

static void
import_extension(
	struct snmpd *snmpd, struct import_place place, const char *token, const char *rest)
{
	CLEANUP(extension_deinit) struct extension extension;

	read_extension(token, rest, &extension);
	CLEANUP_FREE char *origin = xasprintf("%s %s", token, extension.name);
	struct import_check *check = import_check_new(snmpd->files.report, place, origin);

	import_check_set_name(check, extension.name);
	import_check_set_group(check, "snmpd");
	set_program(check, &extension);
	set_interval(check, place, &extension);
	import_check_set(check, "codes", is_plugin(extension.program) ? "plugin" : "success");
	if (snmpd->user != NULL)
		import_check_set_user(check, snmpd->user);
	if (extension.has_oid && strncasecmp(token, "extend", strlen("extend")) == 0)
		import_check_note(check, place, "no counterpart: an OID of its own");
	else if (extension.has_oid)
		import_check_refuse(check, "snmpd refuses %s with an OID", token);
	import_check_end(check);
}

static bool
is_extension(const char *token)
{
	static const char *const tokens[] = {
		"extend", "extend-sh", "exec", "exec2", "sh", "sh2"};

	for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
		if (strcasecmp(tokens[i], token) == 0)
			return true;
	}
	return false;
}

static bool
has_suffix(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > strlen(SUFFIX) &&
	       strcmp(name + len - strlen(SUFFIX), SUFFIX) == 0;
}

/* snmpd reads them in the order of the folder; sorted they are the same each time. */
static void
include_folder(struct snmpd *snmpd, const char *path, struct import_file *file, bool is_ours)
{
	struct dirent **found;
	int count = scandir(path, &found, NULL, alphasort);

	if (count < 0) {
		import_report_problem(snmpd->files.report, file->place, "includeDir %s: %s",
			path, strerror(errno));
		return;
	}
	for (int i = 0; i < count; i++) {
		CLEANUP_FREE struct dirent *entry = found[i];
		CLEANUP_FREE char *inner = xasprintf("%s/%s", path, entry->d_name);

		if (has_suffix(entry->d_name))
			read_file(snmpd, inner, file, is_ours);
	}
	free(found);
}

static void
include_file(struct snmpd *snmpd, const char *path, struct import_file *file, bool is_ours)
{
	CLEANUP_FREE char *beside = import_file_beside(file, path);

	read_file(snmpd, beside, file, is_ours);
}

/*
 * What snmpd watches or runs otherwise is told with its arguments. The rest is its own
 * configuration, of which communities and passphrases are nobody's business.
 */
static void
note_token(struct snmpd *snmpd, struct import_place place, const char *token, const char *rest)
{
	static const char *const shown[] = {"disk", "dlmod", "execfix", "execfix2", "extendfix",
		"file", "includealldisks", "load", "logmatch", "monitor", "pass",
		"pass_persist", "perl", "proc", "procfix", "swap"};

	for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
		if (strcasecmp(shown[i], token) == 0) {
			import_report_note(snmpd->files.report, place, "no counterpart: %s %s",
				token, rest);
			return;
		}
	}
	import_report_note(
		snmpd->files.report, place, "no counterpart: %s, with what it says", token);
}

static void
take_token(struct snmpd *snmpd, struct import_place place, const char *token, const char *rest)
{
	if (snmpd->is_survey) {
		if (strcasecmp(token, "agentuser") == 0) {
			free(snmpd->user);
			snmpd->user = snmpd_words_take(rest, &rest);
		}
	} else if (is_extension(token)) {
		import_extension(snmpd, place, token, rest);
	} else if (strcasecmp(token, "agentuser") != 0) {
		note_token(snmpd, place, token, rest);
	}
}

static void
take_include(struct snmpd *snmpd, struct import_file *file, const char *token, const char *rest,
	bool is_ours)
{
	CLEANUP_FREE char *path = xstrdup(rest);

	for (size_t len = strlen(path); len > 0 && isspace((unsigned char)path[len - 1]); len--)
		path[len - 1] = '\0';
	if (strcasecmp(token, "includedir") == 0)
		include_folder(snmpd, path, file, is_ours);
	else if (strcasecmp(token, "includefile") == 0)
		include_file(snmpd, path, file, is_ours);
	else
		import_report_problem(snmpd->files.report, file->place,
			"%s %s: is not looked for; name the file by includeFile", token, path);
}

static bool
is_include(const char *token)
{
	return strncasecmp(token, "include", strlen("include")) == 0;
}

/*
 * "[TYPE]" alone is for the lines that follow, before a token for that line; others than
 * snmpd's are not ours. Returns whether the line's own token, if any, is.
 */
static bool
read_type(struct snmpd *snmpd, struct import_place place, const char *type, bool *is_ours,
	const char *rest)
{
	size_t len = strlen(type);
	bool is_snmpd = strcasecmp(type, "[snmpd]") == 0;

	if (type[len - 1] != ']')
		import_report_problem(snmpd->files.report, place, "has no ]: %s", type);
	else if (rest == NULL)
		*is_ours = is_snmpd;
	return is_snmpd;
}

static void
take_line(struct snmpd *snmpd, struct import_file *file, const char *line, bool *is_ours)
{
	bool is_line_ours = *is_ours;
	const char *rest = snmpd_words_skip(line);

	if (rest == NULL)
		return;
	CLEANUP_FREE char *token = snmpd_words_take(rest, &rest);

	if (token[0] == '[') {
		is_line_ours = read_type(snmpd, file->place, token, is_ours, rest);
		if (rest == NULL)
			return;
		free(token);
		token = snmpd_words_take(rest, &rest);
	} else if (is_include(token) && rest != NULL) {
		take_include(snmpd, file, token, rest, is_line_ours);
		return;
	}
	if (rest == NULL)
		import_report_problem(
			snmpd->files.report, file->place, "%s: nothing follows it", token);
	else if (is_line_ours)
		take_token(snmpd, file->place, token, rest);
	else
		import_report_note(snmpd->files.report, file->place,
			"no counterpart: %s, which is not for snmpd", token);
}

static int
read_file(struct snmpd *snmpd, const char *path, struct import_file *includer, bool is_ours)
{
	struct import_file file;
	int error = import_file_open(&snmpd->files, path, includer, &file);

	if (error < 0)
		return error;
	for (char *line; (line = import_file_line(&file)) != NULL;)
		take_line(snmpd, &file, line, &is_ours);
	import_file_close(&file);
	return 0;
}

int
import_snmpd(struct import_report *report, const char *path)
{
	CLEANUP(snmpd_deinit) struct snmpd survey = {.is_survey = true}, snmpd = {0};

	import_files_init(&survey.files, report);
	import_files_init(&snmpd.files, report);
	report->is_muted = true;
	read_file(&survey, path, NULL, true);
	report->is_muted = false;
	snmpd.user = STEAL(survey.user);
	import_report_head(report, "snmpd runs a command when it is polled; checkd by itself, "
				   "every interval, which "
				   "is 60s where it is not said.");
	if (snmpd.user == NULL)
		import_report_head(report, "Whom snmpd runs as is in no file: these checks run "
					   "as checkd does, unless "
					   "they have a user.");
	return read_file(&snmpd, path, NULL, true);
}
