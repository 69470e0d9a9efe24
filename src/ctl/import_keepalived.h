/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keepalived.conf(5): its scripts and health checkers become checks.
 */
#ifndef CTL_IMPORT_KEEPALIVED_H
#define CTL_IMPORT_KEEPALIVED_H

#include "import_check.h"
#include "import_keepalived_tree.h"

/* What is known of the whole file before its checks are written. */
struct keepalived {
	struct import_report *report; /* borrowed */
	char *script_user;            /* of global_defs; NULL: keepalived_script, or its own */
	bool is_secure;               /* enable_script_security */
	bool has_script;
	bool has_dynamic;            /* a check whose exit code is a weight */
	bool has_instance;           /* of VRRP; without any the file may be part of another */
	struct import_words tracked; /* the names of scripts that they track */
};

/* config_id is what lines for one host (@id) are compared with; NULL: this host's. */
int import_keepalived(struct import_report *report, const char *path, const char *config_id);

/* Where the checkers of a real server stand, the innermost first. */
struct keepalived_scope {
	const struct keepalived_statement *checker;
	const struct keepalived_statement *real_server;
	const struct keepalived_statement *virtual_server;
};

/* All checkers of a virtual server, and what of it is none. */
void keepalived_import_servers(
	struct keepalived *keepalived, const struct keepalived_statement *virtual_server);

/* TCP_CHECK and its like, which checkd does itself. Returns false for those it does not. */
bool keepalived_import_probe(struct keepalived *keepalived,
	const struct keepalived_scope *scope, const char *group, const char *name);

/* A vrrp_script. */
void keepalived_import_vrrp_script(
	struct keepalived *keepalived, const struct keepalived_statement *block);

/* The check of a script: its program and whom it runs as. user is NULL where it is not said. */
void keepalived_set_script(struct keepalived *keepalived, struct import_check *check,
	const struct keepalived_statement *script, const struct keepalived_statement *user);

/* Notes all statements of the block whose keywords are not among these. */
void keepalived_note_others(struct import_check *check,
	const struct keepalived_statement *block, const char *const *known);

/* Seconds, with decimals, of the word behind the keyword. Returns false where there is none. */
bool keepalived_read_timer(const struct keepalived_statement *statement, uint64_t *ret_ms);
bool keepalived_read_number(const struct keepalived_statement *statement, uint64_t *ret_number);

/* Where the statement should have a number and has none, so that keepalived ignores it. */
bool keepalived_lacks_number(const struct keepalived_statement *statement);

/* The same of the keyword, in the innermost block that has it. */
uint64_t keepalived_find_timer(
	const struct keepalived_scope *scope, const char *keyword, uint64_t fallback_ms);
uint64_t keepalived_find_number(
	const struct keepalived_scope *scope, const char *keyword, uint64_t fallback);

/* What checks of a real server have in common, with keepalived's defaults for their kind. */
struct keepalived_pace {
	uint64_t retry;
	uint64_t delay_before_retry_ms; /* 0: delay_loop */
};
void keepalived_set_pace(struct import_check *check, const struct keepalived_scope *scope,
	struct keepalived_pace fallback);
uint64_t keepalived_delay_loop_ms(const struct keepalived_scope *scope);

/* "virtual_server 10.0.0.1 80 / real_server 192.168.1.1 80 / MISC_CHECK"; to be freed. */
char *keepalived_describe(const struct keepalived_scope *scope);

#endif
