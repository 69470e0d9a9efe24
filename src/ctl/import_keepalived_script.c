/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keepalived runs scripts without a shell, but for one that only redirects.
 */
#include "import_keepalived.h"

#include <pwd.h>
#include <string.h>

#include "definition.h"
#include "import_keepalived_words.h"
#include "util.h"

#define DEFAULT_USER       "keepalived_script"
#define SCRIPT_INTERVAL_MS 1000
#define CONFIRM_MAX        1000

/* "< /path" is no program: whether the file can be opened is what the shell tells. */
static bool
is_redirection(char *const *argv)
{
	const char *first = argv[0];

	return first[0] == '<' && first[1 + strspn(first + 1, " \t")] == '/';
}

static void
note_readings(struct import_check *check, const struct keepalived_statement *script,
	const struct import_words *old)
{
	CLEANUP(import_words_deinit) struct import_words new = {0};

	keepalived_words_split_script(script->line, KEEPALIVED_READING_NEW, &new);
	if (new.count == old->count && (new.count == 0 || strv_equal(new.list, old->list)))
		return;
	CLEANUP_FREE char *line =
		new.count > 0 ? strv_join(new.list, "> <") : xstrdup("nothing");

	import_check_note(check, script->place,
		"this is as keepalived up to 2.3.1 reads the escapes; from 2.3.2 on it reads "
		"<%s>",
		line);
}

static void
set_program(struct import_check *check, const struct keepalived_statement *script)
{
	CLEANUP(import_words_deinit) struct import_words argv = {0};

	if (!keepalived_words_split_script(script->line, KEEPALIVED_READING_OLD, &argv)) {
		import_check_refuse(
			check, "keepalived reads no script in it: %s", script->line);
		return;
	}
	note_readings(check, script, &argv);
	if (keepalived_words_count(script->line) > 2)
		import_check_note(check, script->place,
			"keepalived takes only the first word of it, quotes are missing: %s",
			script->line);
	if (!is_redirection(argv.list)) {
		import_check_set_argv(check, argv.list);
		return;
	}
	CLEANUP_FREE char *line = strv_join(argv.list, " ");

	import_check_set_script(check, line);
}

static void
set_user(const struct keepalived *keepalived, struct import_check *check,
	const struct keepalived_statement *user)
{
	const char *name = user != NULL ? keepalived_word(user, 1) : keepalived->script_user;
	const char *group = user != NULL ? keepalived_word(user, 2) : "";

	if (name == NULL && getpwnam(DEFAULT_USER) != NULL)
		name = DEFAULT_USER;
	if (name != NULL)
		import_check_set_user(check, name);
	if (group[0] != '\0')
		import_check_note(check, user->place,
			"no counterpart: group %s, since a check has the groups of its user",
			group);
}

void
keepalived_set_script(struct keepalived *keepalived, struct import_check *check,
	const struct keepalived_statement *script, const struct keepalived_statement *user)
{
	keepalived->has_script = true;
	if (script == NULL)
		import_check_refuse(check, "it has no script");
	else
		set_program(check, script);
	set_user(keepalived, check, user);
}

static bool
is_among(const char *keyword, const char *const *list)
{
	while (*list != NULL && strcmp(*list, keyword) != 0)
		list++;
	return *list != NULL;
}

void
keepalived_note_others(struct import_check *check, const struct keepalived_statement *block,
	const char *const *known)
{
	static const char *const long_ones[] = {
		"script", "misc_path", "user", "status_code", "url", NULL};

	for (size_t i = 0; i < block->child_count; i++) {
		const struct keepalived_statement *child = block->children[i];
		const char *keyword = keepalived_word(child, 0);

		if (!is_among(keyword, known))
			import_check_note(
				check, child->place, "no counterpart: %s", child->line);
		else if (child->words.count > 2 && !is_among(keyword, long_ones))
			import_check_note(check, child->place,
				"keepalived takes only the word behind %s: %s", keyword,
				child->line);
	}
}

static bool
is_tracked(const struct keepalived *keepalived, const char *name)
{
	for (size_t i = 0; i < keepalived->tracked.count; i++) {
		if (strcmp(keepalived->tracked.list[i], name) == 0)
			return true;
	}
	return !keepalived->has_instance;
}

/* A time of 0 is 1 s to keepalived. */
static uint64_t
script_timer(
	const struct keepalived_statement *block, const char *keyword, uint64_t fallback_ms)
{
	const struct keepalived_scope scope = {.checker = block};
	uint64_t time_ms = keepalived_find_timer(&scope, keyword, fallback_ms);

	return time_ms > 0 ? time_ms : SCRIPT_INTERVAL_MS;
}

static void
set_confirm(struct import_check *check, const struct keepalived_statement *block)
{
	const struct keepalived_scope scope = {.checker = block};
	uint64_t rise = keepalived_find_number(&scope, "rise", 1);
	uint64_t fall = keepalived_find_number(&scope, "fall", 1);

	if (rise != fall)
		import_check_note(check, block->place,
			"rise %llu, fall %llu: checkd has one number, confirm, which is fall",
			(unsigned long long)rise, (unsigned long long)fall);
	if (fall > CONFIRM_MAX)
		import_check_note(check, block->place, "fall is more than %d", CONFIRM_MAX);
	if (fall > 1)
		import_check_set_number(
			check, "confirm", fall < CONFIRM_MAX ? fall : CONFIRM_MAX);
}

void
keepalived_import_vrrp_script(
	struct keepalived *keepalived, const struct keepalived_statement *block)
{
	static const char *const known[] = {
		"script", "interval", "timeout", "rise", "fall", "user", NULL};
	const char *script_name = keepalived_word(block, 1);
	CLEANUP_FREE char *name = xasprintf("vrrp/%s", script_name);
	struct import_check *check =
		import_check_new(keepalived->report, block->place, block->line);
	uint64_t interval_ms = script_timer(block, "interval", SCRIPT_INTERVAL_MS);

	import_check_set_name(check, name);
	import_check_set_group(check, "vrrp");
	keepalived_set_script(keepalived, check, keepalived_find(block, "script"),
		keepalived_find(block, "user"));
	import_check_set_duration(check, "interval", interval_ms);
	import_check_set_duration(
		check, "timeout", script_timer(block, "timeout", interval_ms));
	set_confirm(check, block);
	import_check_set(check, "codes", "success");
	keepalived_note_others(check, block, known);
	if (!is_tracked(keepalived, script_name))
		import_check_disable(check,
			"disabled: no track_script has it, so keepalived did not run it");
	import_check_end(check);
}
