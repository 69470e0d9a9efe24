/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files are read twice: what holds for all checks may stand behind them.
 */
#include "import_keepalived.h"

#include <string.h>
#include <sys/utsname.h>

#include "util.h"

static void
keepalived_deinit(struct keepalived *keepalived)
{
	import_words_deinit(&keepalived->tracked);
	free(keepalived->script_user);
}

static void
survey_globals(struct keepalived *keepalived, const struct keepalived_statement *block)
{
	const struct keepalived_statement *user = keepalived_find(block, "script_user");

	if (user != NULL && user->words.count > 1) {
		free(keepalived->script_user);
		keepalived->script_user = xstrdup(keepalived_word(user, 1));
	}
	keepalived->is_secure |= keepalived_find(block, "enable_script_security") != NULL;
}

static void
survey_tracked(struct keepalived *keepalived, const struct keepalived_statement *block)
{
	const struct keepalived_statement *list = keepalived_find(block, "track_script");

	for (size_t i = 0; list != NULL && i < list->child_count; i++)
		import_words_add(
			&keepalived->tracked, xstrdup(keepalived_word(list->children[i], 0)));
}

/* The first reading. */
static void
survey(void *context, const struct keepalived_statement *statement)
{
	struct keepalived *keepalived = context;
	const char *keyword = keepalived_word(statement, 0);

	if (strcmp(keyword, "global_defs") == 0)
		survey_globals(keepalived, statement);
	keepalived->has_instance |= strcmp(keyword, "vrrp_instance") == 0;
	if (strcmp(keyword, "vrrp_instance") == 0 || strcmp(keyword, "vrrp_sync_group") == 0)
		survey_tracked(keepalived, statement);
}

static void
note_globals(struct keepalived *keepalived, const struct keepalived_statement *block)
{
	for (size_t i = 0; i < block->child_count; i++) {
		const struct keepalived_statement *child = block->children[i];
		const char *keyword = keepalived_word(child, 0);

		if (strcmp(keyword, "script_user") != 0 || child->words.count > 2)
			import_report_note(keepalived->report, child->place,
				"no counterpart: global_defs: %s", child->line);
	}
}

/* The second reading. */
static void
import_statement(void *context, const struct keepalived_statement *statement)
{
	struct keepalived *keepalived = context;
	const char *keyword = keepalived_word(statement, 0);

	if (strcmp(keyword, "virtual_server") == 0)
		keepalived_import_servers(keepalived, statement);
	else if (strcmp(keyword, "vrrp_script") == 0)
		keepalived_import_vrrp_script(keepalived, statement);
	else if (strcmp(keyword, "global_defs") == 0)
		note_globals(keepalived, statement);
	else
		import_report_note(keepalived->report, statement->place, "no counterpart: %s%s",
			statement->line, statement->has_block ? " { ... }" : "");
}

static void
write_head(struct keepalived *keepalived)
{
	struct import_report *report = keepalived->report;

	if (keepalived->has_script && !keepalived->is_secure)
		import_report_head(report,
			"Without enable_script_security keepalived runs, as root, programs "
			"that "
			"others than root can change. checkd does not, unless a check says "
			"\"insecure: true\".");
	if (keepalived->has_script)
		import_report_head(report, "Scripts have the environment that checkd gives "
					   "them (env), not that of "
					   "keepalived.");
	if (keepalived->has_dynamic)
		fputs("codes:\n"
		      "  # misc_dynamic: 1 is a failure, all else a weight.\n"
		      "  - name: keepalived-misc-dynamic\n"
		      "    map: [0 ok, 1 critical, \"2-255 ok weight\"]\n",
			report->head);
}

static int
read_twice(struct keepalived *keepalived, const char *path, const char *config_id)
{
	CLEANUP(import_files_deinit) struct import_files first = {0}, second = {0};

	import_files_init(&first, keepalived->report);
	import_files_init(&second, keepalived->report);
	keepalived->report->is_muted = true;
	keepalived_tree_read(&first, path, config_id, survey, keepalived);
	keepalived->report->is_muted = false;
	return keepalived_tree_read(&second, path, config_id, import_statement, keepalived);
}

int
import_keepalived(struct import_report *report, const char *path, const char *config_id)
{
	CLEANUP(keepalived_deinit) struct keepalived keepalived = {.report = report};
	struct utsname host;

	if (config_id == NULL && uname(&host) == 0) {
		host.nodename[strcspn(host.nodename, ".")] = '\0';
		config_id = host.nodename;
	}
	int error = read_twice(&keepalived, path, config_id != NULL ? config_id : "");

	write_head(&keepalived);
	return error;
}
