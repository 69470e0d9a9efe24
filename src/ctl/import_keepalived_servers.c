/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checkers of virtual and real servers. The virtual server is the group of its checks, and
 * their names are made of both servers and the kind of checker.
 */
#include "import_keepalived.h"

#include <string.h>

#include "util.h"

/* What a real server and a virtual server say for their checkers. */
static const char *const inherited[] = {
	"delay_loop", "retry", "delay_before_retry", "connect_timeout", "virtualhost", NULL};

/* An address and a port, with a ":" between, or a "." where the address has that. */
static char *
name_address(const char *address, const char *port)
{
	if (port[0] == '\0')
		return xstrdup(address);
	return xasprintf("%s%s%s", address, strchr(address, ':') != NULL ? "." : ":", port);
}

static char *
name_virtual_server(const struct keepalived_statement *virtual_server)
{
	const char *kind = keepalived_word(virtual_server, 1);
	const char *value = keepalived_word(virtual_server, 2);

	if (strcmp(kind, "fwmark") == 0)
		return xasprintf("fwmark-%s", value);
	if (strcmp(kind, "group") == 0)
		return xstrdup(value);
	return name_address(kind, value);
}

/* misc_timeout, else the virtual server's delay_loop, whatever that of the checker is. */
static uint64_t
misc_timeout_ms(const struct keepalived_scope *scope)
{
	const struct keepalived_scope checker = {.checker = scope->checker};
	const struct keepalived_scope outer = {.virtual_server = scope->virtual_server};
	uint64_t timeout_ms = keepalived_find_timer(&checker, "misc_timeout", 0);

	return timeout_ms > 0 ? timeout_ms : keepalived_delay_loop_ms(&outer);
}

static void
import_misc(struct keepalived *keepalived, const struct keepalived_scope *scope,
	const char *group, const char *name)
{
	static const char *const known[] = {"misc_path", "misc_timeout", "misc_dynamic", "user",
		"delay_loop", "retry", "delay_before_retry", NULL};
	static const struct keepalived_pace pace = {.retry = 0, .delay_before_retry_ms = 1000};
	bool is_dynamic = keepalived_find(scope->checker, "misc_dynamic") != NULL;
	CLEANUP_FREE char *origin = keepalived_describe(scope);
	struct import_check *check =
		import_check_new(keepalived->report, scope->checker->place, origin);

	import_check_set_name(check, name);
	import_check_set_group(check, group);
	keepalived_set_script(keepalived, check, keepalived_find(scope->checker, "misc_path"),
		keepalived_find(scope->checker, "user"));
	keepalived_set_pace(check, scope, pace);
	import_check_set_duration(check, "timeout", misc_timeout_ms(scope));
	import_check_set(check, "codes", is_dynamic ? "keepalived-misc-dynamic" : "success");
	keepalived->has_dynamic |= is_dynamic;
	keepalived_note_others(check, scope->checker, known);
	import_check_end(check);
}

/* Statements without a block, and blocks that are no checkers: each is told. */
static void
note_rest(struct keepalived *keepalived, const struct keepalived_statement *statement)
{
	if (statement->child_count == 0) {
		import_report_note(keepalived->report, statement->place, "no counterpart: %s",
			statement->line);
		return;
	}
	import_report_note(
		keepalived->report, statement->place, "no counterpart: %s {", statement->line);
	for (size_t i = 0; i < statement->child_count; i++)
		note_rest(keepalived, statement->children[i]);
}

static bool
is_inherited(const struct keepalived_statement *statement)
{
	for (const char *const *keyword = inherited; *keyword != NULL; keyword++) {
		if (strcmp(*keyword, keepalived_word(statement, 0)) == 0)
			return true;
	}
	return false;
}

/* What a server says beside its checkers. */
static void
note_setting(struct keepalived *keepalived, const struct keepalived_statement *statement)
{
	if (keepalived_lacks_number(statement))
		import_report_note(keepalived->report, statement->place,
			"this is no number, and means nothing to keepalived: %s",
			statement->line);
	else if (!is_inherited(statement))
		note_rest(keepalived, statement);
}

static void
import_checker(struct keepalived *keepalived, const struct keepalived_scope *scope,
	const char *group, const char *server)
{
	const struct keepalived_statement *checker = scope->checker;

	if (strcmp(keepalived_word(checker, 0), "MISC_CHECK") == 0) {
		CLEANUP_FREE char *name = xasprintf("%s/misc", server);

		import_misc(keepalived, scope, group, name);
	} else if (!keepalived_import_probe(keepalived, scope, group, server)) {
		note_setting(keepalived, checker);
	}
}

static void
import_real_server(
	struct keepalived *keepalived, struct keepalived_scope scope, const char *virtual_name)
{
	CLEANUP_FREE char *real_name = name_address(
		keepalived_word(scope.real_server, 1), keepalived_word(scope.real_server, 2));
	CLEANUP_FREE char *server = xasprintf("%s/%s", virtual_name, real_name);

	for (size_t i = 0; i < scope.real_server->child_count; i++) {
		scope.checker = scope.real_server->children[i];
		import_checker(keepalived, &scope, virtual_name, server);
	}
}

void
keepalived_import_servers(
	struct keepalived *keepalived, const struct keepalived_statement *virtual_server)
{
	struct keepalived_scope scope = {.virtual_server = virtual_server};
	CLEANUP_FREE char *name = name_virtual_server(virtual_server);

	for (size_t i = 0; i < virtual_server->child_count; i++) {
		const struct keepalived_statement *child = virtual_server->children[i];

		scope.real_server = child;
		if (strcmp(keepalived_word(child, 0), "real_server") == 0)
			import_real_server(keepalived, scope, name);
		else
			note_setting(keepalived, child);
	}
}
