/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of a check are gathered and written at its end, when it is known whether it is to
 * be a comment.
 */
#include "import_check.h"

#include <ctype.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdarg.h>
#include <string.h>

#include "definition.h"
#include "text.h"
#include "util.h"
#include "yaml_text.h"

#define SECOND_MS       1000
#define DURATION_MIN_MS 100
#define DURATION_MAX_MS ((uint64_t)30 * 24 * 3600 * SECOND_MS)
#define ARGUMENT_MAX    (128 * 1024 - 1) /* octets, as checkd and the kernel have it */
#define ARGUMENTS_MAX   4096

struct import_check {
	struct import_report *report; /* borrowed */
	struct import_place place;
	FILE *notes;
	char *notes_text;
	size_t notes_len;
	FILE *keys;
	char *keys_text;
	size_t keys_len;
	char *name;
	size_t note_count;
	bool is_disabled;
	bool is_refused;
};

struct import_check *
import_check_new(struct import_report *report, struct import_place place, const char *origin)
{
	struct import_check *check = xcalloc(1, sizeof(*check));

	check->report = report;
	check->place = place;
	check->notes = open_memstream(&check->notes_text, &check->notes_len);
	check->keys = open_memstream(&check->keys_text, &check->keys_len);
	if (check->notes == NULL || check->keys == NULL)
		abort();
	CLEANUP_FREE char *text = xasprintf("%s:%u: %s", place.path, place.line, origin);

	import_report_comment(check->notes, "  # ", text);
	return check;
}

static void
note(struct import_check *check, struct import_place place, const char *text)
{
	CLEANUP_FREE char *line = xasprintf("%s:%u: %s", place.path, place.line, text);

	check->note_count++;
	import_report_comment(check->notes, "  # ", line);
}

void
import_check_note(
	struct import_check *check, struct import_place place, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	CLEANUP_FREE char *text = xvasprintf(format, arguments);
	va_end(arguments);
	note(check, place, text);
}

void
import_check_disable(struct import_check *check, const char *format, ...)
{
	va_list arguments;

	if (check->is_refused)
		return;
	va_start(arguments, format);
	CLEANUP_FREE char *text = xvasprintf(format, arguments);
	va_end(arguments);
	note(check, check->place, text);
	check->is_disabled = true;
}

void
import_check_refuse(struct import_check *check, const char *format, ...)
{
	va_list arguments;

	if (check->is_refused)
		return;
	va_start(arguments, format);
	CLEANUP_FREE char *text = xvasprintf(format, arguments);
	va_end(arguments);
	CLEANUP_FREE char *line = xasprintf("not imported: %s", text);

	note(check, check->place, line);
	check->is_refused = true;
}

void
import_check_set_name(struct import_check *check, const char *wanted)
{
	free(check->name);
	check->name = xstrdup(wanted);
}

void
import_check_set_group(struct import_check *check, const char *wanted)
{
	CLEANUP_FREE char *valid = import_report_valid_name(wanted);

	import_check_set(check, "group", valid);
}

/* Refuses the check where a text cannot be one of checkd's, and says so of the key. */
static bool
is_taken(struct import_check *check, const char *key, const char *text, bool is_multiline)
{
	if (strlen(text) > ARGUMENT_MAX)
		import_check_refuse(check, "%s is longer than 128 KiB", key);
	else if (!text_is_valid(text))
		import_check_refuse(check, "%s is not UTF-8", key);
	else if (yaml_text_has_control(text, is_multiline))
		import_check_refuse(check, "%s has control characters", key);
	else
		return true;
	return false;
}

static void
set_text(struct import_check *check, const char *key, const char *text, bool is_multiline)
{
	if (!is_taken(check, key, text, is_multiline)) {
		import_check_note(check, check->place, "%s: %s", key, text);
		return;
	}
	fprintf(check->keys, "    %s: ", key);
	yaml_text_write(text, check->keys);
	fputc('\n', check->keys);
}

void
import_check_set(struct import_check *check, const char *key, const char *text)
{
	set_text(check, key, text, false);
}

void
import_check_set_command(struct import_check *check, const char *line)
{
	set_text(check, "command", line, true);
}

void
import_check_set_number(struct import_check *check, const char *key, uint64_t number)
{
	fprintf(check->keys, "    %s: %" PRIu64 "\n", key, number);
}

void
import_check_set_yaml(struct import_check *check, const char *key, const char *format, ...)
{
	va_list arguments;

	fprintf(check->keys, "    %s: ", key);
	va_start(arguments, format);
	vfprintf(check->keys, format, arguments);
	va_end(arguments);
	fputc('\n', check->keys);
}

void
import_check_set_duration(struct import_check *check, const char *key, uint64_t time_ms)
{
	uint64_t taken_ms = time_ms < DURATION_MIN_MS   ? DURATION_MIN_MS
			    : time_ms > DURATION_MAX_MS ? DURATION_MAX_MS
							: time_ms;

	if (taken_ms != time_ms)
		import_check_note(check, check->place,
			"%s would be %" PRIu64 "ms: checkd has from 100ms to 30d", key,
			time_ms);
	if (taken_ms % SECOND_MS == 0)
		import_check_set_yaml(check, key, "%" PRIu64 "s", taken_ms / SECOND_MS);
	else
		import_check_set_yaml(check, key, "%" PRIu64 "ms", taken_ms);
}

/* Whether a word means itself in a command line. */
static bool
is_plain(const char *word)
{
	for (const char *at = word; *at != '\0'; at++) {
		if (!isascii((unsigned char)*at) ||
			(!isalnum((unsigned char)*at) && strchr("_/.,:=+%@-", *at) == NULL))
			return false;
	}
	return word[0] != '\0';
}

static bool
are_plain(char *const *argv)
{
	while (*argv != NULL && is_plain(*argv))
		argv++;
	return *argv == NULL;
}

static void
write_list(struct import_check *check, char *const *argv)
{
	fputs("    argv:\n", check->keys);
	for (; *argv != NULL; argv++) {
		fputs("      - ", check->keys);
		if (is_taken(check, "an argument", *argv, true))
			yaml_text_write(*argv, check->keys);
		else
			fputs(*argv, check->keys);
		fputc('\n', check->keys);
	}
}

void
import_check_set_argv(struct import_check *check, char *const *argv)
{
	CLEANUP_FREE char *line = strv_join(argv, " ");

	if (argv[0] == NULL || argv[0][0] == '\0')
		import_check_refuse(check, "there is no program");
	if (strv_count(argv) > ARGUMENTS_MAX)
		import_check_refuse(check, "there are more than %d arguments", ARGUMENTS_MAX);
	if (are_plain(argv))
		import_check_set_command(check, line);
	else
		write_list(check, argv);
}

void
import_check_set_script(struct import_check *check, const char *script)
{
	if (script[strspn(script, " \t\n")] == '\0')
		import_check_refuse(check, "there is no command");
	import_check_set_yaml(check, "shell", "true");
	import_check_set_command(check, script);
}

static const struct passwd *
find_user(const char *user)
{
	const struct passwd *known = getpwnam(user);
	const char *digits = user[0] == '#' ? user + 1 : user;

	if (known != NULL || digits[0] == '\0' || strlen(digits) > 9 ||
		digits[strspn(digits, "0123456789")] != '\0')
		return known;
	return getpwuid((uid_t)strtoul(digits, NULL, 10));
}

void
import_check_set_user(struct import_check *check, const char *user)
{
	const struct passwd *known = find_user(user);

	if (known != NULL)
		import_check_set(check, "user", known->pw_name);
	else
		import_check_disable(check,
			"disabled: it ran as user %s, whom this host does not know", user);
}

/* Each line of the check in a comment. */
static void
write_refused(struct import_check *check)
{
	CLEANUP_FREE char *name = import_report_valid_name(check->name);
	FILE *body = check->report->body;
	char *save = NULL;

	fprintf(body, "  # - name: %s\n", name);
	for (char *line = strtok_r(check->keys_text, "\n", &save); line != NULL;
		line = strtok_r(NULL, "\n", &save)) {
		bool is_deeper = strncmp(line, "      ", 6) == 0;

		import_report_comment(body, is_deeper ? "  #     " : "  #   ", line);
	}
}

static void
write_check(struct import_check *check)
{
	CLEANUP_FREE char *name = import_report_name(check->report, check->name);
	FILE *body = check->report->body;

	fputs("  - name: ", body);
	yaml_text_write(name, body);
	fprintf(body, "\n%s", check->keys_text);
	if (check->is_disabled)
		fputs("    enabled: false\n", body);
	check->report->check_count++;
}

void
import_check_end(struct import_check *check)
{
	fclose(check->notes);
	fclose(check->keys);
	if (!check->report->is_muted && import_report_has_room(check->report, check->place)) {
		fputs(check->notes_text, check->report->body);
		check->report->note_count += check->note_count;
		if (check->is_refused)
			write_refused(check);
		else
			write_check(check);
	}
	free(check->notes_text);
	free(check->keys_text);
	free(check->name);
	free(check);
}
