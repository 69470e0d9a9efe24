/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keepalived's own checkers become checkd's own probes where these look at the same.
 */
#include "import_keepalived.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "definition.h"
#include "util.h"

#define CONNECT_TIMEOUT_MS 5000

#define COMMON                                                                                 \
	"delay_loop", "retry", "delay_before_retry", "connect_timeout", "connect_ip",          \
		"connect_port"

/* The last word of the keyword in the innermost block that has it, or the fallback. */
static const char *
find_text(const struct keepalived_scope *scope, const char *keyword, const char *fallback)
{
	const struct keepalived_statement *const blocks[] = {
		scope->checker, scope->real_server, scope->virtual_server};

	for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
		const struct keepalived_statement *statement =
			blocks[i] != NULL ? keepalived_find(blocks[i], keyword) : NULL;

		if (statement != NULL)
			return keepalived_word(statement, 1);
	}
	return fallback;
}

static const char *
find_address(const struct keepalived_scope *scope)
{
	const struct keepalived_scope checker = {.checker = scope->checker};

	return find_text(&checker, "connect_ip", keepalived_word(scope->real_server, 1));
}

/* connect_port, else the real server's, else the virtual server's; "" without any. */
static const char *
find_port(const struct keepalived_scope *scope)
{
	const struct keepalived_scope checker = {.checker = scope->checker};
	const char *kind = keepalived_word(scope->virtual_server, 1);
	bool is_address = strcmp(kind, "fwmark") != 0 && strcmp(kind, "group") != 0;
	const char *port = keepalived_word(scope->real_server, 2);

	if (port[0] == '\0' && is_address)
		port = keepalived_word(scope->virtual_server, 2);
	return find_text(&checker, "connect_port", port);
}

static struct import_check *
begin(struct keepalived *keepalived, const struct keepalived_scope *scope, const char *group,
	const char *name, const char *type)
{
	CLEANUP_FREE char *origin = keepalived_describe(scope);
	CLEANUP_FREE char *full_name = xasprintf("%s/%s", name, type);
	struct import_check *check =
		import_check_new(keepalived->report, scope->checker->place, origin);

	import_check_set_name(check, full_name);
	import_check_set_group(check, group);
	import_check_set(check, "type", type);
	return check;
}

/* Of what keepalived bounds by steps, checkd bounds the whole. */
static void
end(struct import_check *check, const struct keepalived_scope *scope,
	struct keepalived_pace pace)
{
	keepalived_set_pace(check, scope, pace);
	import_check_set_duration(check, "timeout",
		keepalived_find_timer(scope, "connect_timeout", CONNECT_TIMEOUT_MS));
	import_check_end(check);
}

static bool
is_host(const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		if (!isascii((unsigned char)*at) ||
			(!isalnum((unsigned char)*at) && strchr("._-:%", *at) == NULL))
			return false;
	}
	return text[0] != '\0' && strlen(text) <= 253;
}

static void
set_host(struct import_check *check, const char *host)
{
	if (!is_host(host))
		import_check_refuse(check, "its address is none: %s", host);
	import_check_set(check, "host", host);
}

static bool
is_port(const char *text)
{
	size_t len = strspn(text, "0123456789");
	unsigned long port = len > 0 && len <= 5 ? strtoul(text, NULL, 10) : 0;

	return text[len] == '\0' && port > 0 && port <= 65535;
}

static void
set_port(struct import_check *check, const char *port)
{
	if (!is_port(port)) {
		import_check_refuse(check, "it has no port");
		return;
	}
	import_check_set_number(check, "port", strtoul(port, NULL, 10));
}

static void
import_tcp(struct keepalived *keepalived, const struct keepalived_scope *scope,
	const char *group, const char *name)
{
	static const char *const known[] = {COMMON, NULL};
	struct import_check *check = begin(keepalived, scope, group, name, "tcp");

	set_host(check, find_address(scope));
	set_port(check, find_port(scope));
	keepalived_note_others(check, scope->checker, known);
	end(check, scope, (struct keepalived_pace){1, 1000});
}

static void
import_ping(struct keepalived *keepalived, const struct keepalived_scope *scope,
	const char *group, const char *name)
{
	static const char *const known[] = {COMMON, NULL};
	struct import_check *check = begin(keepalived, scope, group, name, "ping");

	set_host(check, find_address(scope));
	import_check_set_number(check, "count", 1);
	keepalived_note_others(check, scope->checker, known);
	end(check, scope, (struct keepalived_pace){1, 1000});
}

static bool
is_record(const char *text)
{
	static const char *const records[] = {"A", "NS", "CNAME", "SOA", "MX", "TXT", "AAAA"};

	for (size_t i = 0; i < ARRAY_LEN(records); i++) {
		if (strcmp(records[i], text) == 0)
			return true;
	}
	return false;
}

static bool
is_address(const char *text)
{
	struct in6_addr address;

	return inet_pton(AF_INET, text, &address) == 1 ||
	       inet_pton(AF_INET6, text, &address) == 1;
}

/* keepalived is content with any answer that is no error, without records too. */
static void
import_dns(struct keepalived *keepalived, const struct keepalived_scope *scope,
	const char *group, const char *name)
{
	static const char *const known[] = {COMMON, "type", "name", NULL};
	struct import_check *check = begin(keepalived, scope, group, name, "dns");
	const struct keepalived_scope checker = {.checker = scope->checker};
	const char *record = find_text(&checker, "type", "SOA"), *port = find_port(scope);
	const char *server = find_address(scope);

	set_host(check, find_text(&checker, "name", "."));
	if (!is_record(record))
		import_check_refuse(check, "it asks for records that are none: %s", record);
	import_check_set(check, "record", record);
	if (!is_address(server))
		import_check_refuse(check, "it asks what is no address: %s", server);
	import_check_set(check, "server", server);
	set_port(check, port[0] != '\0' ? port : "53");
	import_check_set_yaml(
		check, "codes", "[0 ok, 24 ok no such record, 27-28 unknown, \"* critical\"]");
	keepalived_note_others(check, scope->checker, known);
	end(check, scope, (struct keepalived_pace){3, 0});
}

static bool
is_path(const char *path)
{
	for (const char *at = path; *at != '\0'; at++) {
		if (!isascii((unsigned char)*at) ||
			(!isalnum((unsigned char)*at) &&
				strchr("/._~%?&=+:@$,;-", *at) == NULL))
			return false;
	}
	return path[0] == '/' && strlen(path) < 1500;
}

/* keepalived names the host in the request as virtualhost says, whatever it connects to. */
static void
set_virtualhost(struct import_check *check, const struct keepalived_scope *scope,
	const struct keepalived_statement *url)
{
	const struct keepalived_statement *own = keepalived_find(url, "virtualhost");
	const char *host =
		own != NULL ? keepalived_word(own, 1) : find_text(scope, "virtualhost", "");

	if (host[0] == '\0')
		return;
	if (is_host(host))
		import_check_set_yaml(check, "headers", "{Host: \"%s\"}", host);
	else
		import_check_refuse(check, "virtualhost is no name: %s", host);
}

/* As checkd has it, too: 204, or 200-299. */
static bool
is_status(const char *text)
{
	if (strspn(text, "0123456789-") != strlen(text) || strcspn(text, "-") != 3)
		return false;
	char *end;
	unsigned long first = strtoul(text, &end, 10);
	unsigned long last = *end == '-' ? strtoul(end + 1, &end, 10) : first;

	return *end == '\0' && first >= 100 && first <= last && last <= 999;
}

static void
set_statuses(struct import_check *check, const struct keepalived_statement *url)
{
	const struct keepalived_statement *statement = keepalived_find(url, "status_code");

	if (statement == NULL || statement->words.count < 2)
		return;
	for (size_t i = 1; i < statement->words.count; i++) {
		if (!is_status(keepalived_word(statement, i))) {
			import_check_refuse(
				check, "its statuses are none: %s", statement->line);
			return;
		}
	}
	CLEANUP_FREE char *list = strv_join(statement->words.list + 1, ", ");

	import_check_set_yaml(check, "status", "[%s]", list);
}

static void
import_url(struct keepalived *keepalived, const struct keepalived_scope *scope,
	const struct keepalived_statement *url, const char *group, const char *name)
{
	static const char *const known[] = {
		COMMON, "url", "virtualhost", "fast_recovery", "nb_get_retry", NULL};
	static const char *const known_of_url[] = {"path", "status_code", "virtualhost", NULL};
	bool is_tls = strcmp(keepalived_word(scope->checker, 0), "SSL_GET") == 0;
	const struct keepalived_scope of_url = {.checker = url};
	const char *path = find_text(&of_url, "path", "/"), *host = find_address(scope);
	const char *port = find_port(scope);
	bool has_colon = strchr(host, ':') != NULL;
	struct import_check *check = begin(keepalived, scope, group, name, "http");
	CLEANUP_FREE char *text =
		xasprintf("%s://%s%s%s%s%s%s", is_tls ? "https" : "http", has_colon ? "[" : "",
			host, has_colon ? "]" : "", port[0] != '\0' ? ":" : "", port, path);

	if (!is_address(host) || (port[0] != '\0' && !is_port(port)) || !is_path(path))
		import_check_refuse(check, "its address, port or path is none");
	import_check_set(check, "url", text);
	set_virtualhost(check, scope, url);
	if (is_tls)
		import_check_set_yaml(check, "verify", "false");
	set_statuses(check, url);
	keepalived_note_others(check, scope->checker, known);
	keepalived_note_others(check, url, known_of_url);
	end(check, scope, (struct keepalived_pace){1, 3000});
}

static void
import_http(struct keepalived *keepalived, const struct keepalived_scope *scope,
	const char *group, const char *name)
{
	const struct keepalived_statement *checker = scope->checker;

	for (size_t i = 0; i < checker->child_count; i++) {
		if (strcmp(keepalived_word(checker->children[i], 0), "url") == 0)
			import_url(keepalived, scope, checker->children[i], group, name);
	}
	if (keepalived_find(checker, "url") == NULL)
		import_report_note(
			keepalived->report, checker->place, "not imported: it has no url");
}

bool
keepalived_import_probe(struct keepalived *keepalived, const struct keepalived_scope *scope,
	const char *group, const char *name)
{
	static const struct {
		const char *keyword;
		void (*import)(struct keepalived *keepalived,
			const struct keepalived_scope *scope, const char *group,
			const char *name);
	} probes[] = {
		{"TCP_CHECK", import_tcp},
		{"HTTP_GET", import_http},
		{"SSL_GET", import_http},
		{"PING_CHECK", import_ping},
		{"DNS_CHECK", import_dns},
	};

	for (size_t i = 0; i < ARRAY_LEN(probes); i++) {
		if (strcmp(probes[i].keyword, keepalived_word(scope->checker, 0)) == 0) {
			probes[i].import(keepalived, scope, group, name);
			return true;
		}
	}
	return false;
}
