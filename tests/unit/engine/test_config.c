/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the golden tests cannot show: the fields themselves, and that the canonical form
 * loads to what it was written from, not just to the same text.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config_former.h"
#include "config_keys.h"
#include "probe.h"
#include "util.h"

static const char text[] =
	"state: /srv/x.db\n"
	"durability: normal\n"
	"limits: {parallel: 7, processes: 8, output: 9K, history: 123, backlog: 1234}\n"
	"snmp: {mode: standalone, master: /run/x, text: ascii, notify_rate: 9, busy_poll: 7,\n"
	"  listen: [\"udp:127.0.0.1:10161\", \"udp6:[::1]:161\"], config: /etc/x.conf}\n"
	"defaults: {interval: 30s, env: {A: b}}\n"
	"codes: [{name: mine, map: [0 ok fine, \"* critical\"]}]\n"
	"checks:\n"
	"- name: first\n"
	"  description: 'a: b'\n"
	"  group: web\n"
	"  command: /bin/echo 'a b' c\n"
	"  timeout: 5s\n"
	"  grace: 1s\n"
	"  confirm: 3\n"
	"  retry: 2s\n"
	"  codes: mine\n"
	"  on_timeout: ok\n"
	"  on_signal: warning\n"
	"  on_start_failure: critical\n"
	"  notify: none\n"
	"  fresh: 10m\n"
	"  enabled: false\n"
	"  directory: /tmp\n"
	"  nice: -5\n"
	"  memory: 1G\n"
	"  cpu: 1m\n"
	"  insecure: true\n"
	"- {name: second, command: \"exit 1\\n\", shell: true, codes: [0 ok], env: {}}\n"
	"- {name: third, argv: [/bin/sh, -c, \"a\\tb\\n\", \"\"]}\n";

static const char probes_text[] =
	"defaults: {codes: success, grace: 7s, env: {A: b}, on_timeout: ok}\n"
	"checks:\n"
	"- {name: tcp, type: tcp, host: a, port: 993, family: ipv6, tls: true, verify: false,\n"
	"   ca_file: /a, server_name: b, warning_certificate: 2d, critical_certificate: 1d,\n"
	"   send: \"a\\r\\n\\x01\\u2028\", expect: x, pattern: 'x+', warning_time: 1s,\n"
	"   critical_time: 2s}\n"
	"- {name: http, type: http, url: 'http://a/', method: PUT, headers: {A: b}, redirects: "
	"3,\n"
	"   status: [200, 404]}\n"
	"- {name: dns, type: dns, host: a, record: MX, answers: 10 b, server: '::1'}\n"
	"- {name: ping, type: ping, host: a, count: 5, spacing: 1s, warning_loss: 1,\n"
	"   critical_loss: 2}\n"
	"- {name: file, type: file, path: /a, lines: 3, warning_age: 1s, critical_age: 2s,\n"
	"   warning_size: 1K-, critical_size: '1'}\n"
	"- {name: process, type: process, process: a, owner: root, pid_file: /b,\n"
	"   warning_count: '1', critical_count: 1-5}\n";

/* Loads a configuration that has no errors. */
static struct config *
load(const char *yaml)
{
	char path[] = "/tmp/checkd-config-XXXXXX";
	struct config_report report;
	struct config *config = NULL;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, yaml, strlen(yaml)), strlen(yaml));
	close(fd);
	assert_int_equal(config_load(path, &report, &config), 0);
	assert_int_equal(report.error_count, 0);
	config_report_deinit(&report);
	unlink(path);
	return config;
}

/* The expected list ends in NULL. */
static void
assert_list(char *const *list, const char *const *expected)
{
	for (; *expected != NULL; list++, expected++) {
		assert_non_null(*list);
		assert_string_equal(*list, *expected);
	}
	assert_null(*list);
}

#define ASSERT_LIST(list, ...) assert_list(list, (const char *const[]){__VA_ARGS__, NULL})

static void
every_value_reaches_its_field(void **state)
{
	struct config *config = load(text);
	const struct definition *first = config->checks[0];

	(void)state;
	assert_string_equal(config->store.path, "/srv/x.db");
	assert_false(config->store.is_full);
	assert_int_equal(config->limits.parallel, 7);
	assert_int_equal(config->limits.processes, 8);
	assert_int_equal(config->limits.output, 9 * 1024);
	assert_int_equal(config->limits.history, 123);
	assert_int_equal(config->limits.backlog, 1234);
	assert_true(config->snmp.is_standalone);
	assert_string_equal(config->snmp.master, "unix:/run/x");
	ASSERT_LIST(config->snmp.listen, "udp:127.0.0.1:10161", "udp6:[::1]:161");
	assert_string_equal(config->snmp.config, "/etc/x.conf");
	assert_true(config->snmp.is_ascii);
	assert_int_equal(config->snmp.notify_rate, 9);
	assert_int_equal(config->snmp.busy_poll_us, 7);
	assert_int_equal(config->check_count, 3);
	assert_string_equal(first->name, "first");
	assert_string_equal(first->description, "a: b");
	assert_string_equal(first->group, "web");
	assert_int_equal(first->type, CHECK_TYPE_COMMAND);
	assert_false(first->is_enabled);
	assert_string_equal(first->command->directory, "/tmp");
	assert_null(first->command->user);
	assert_int_equal(first->command->nice, -5);
	assert_int_equal(first->command->memory_limit, 1 << 30);
	assert_int_equal(first->command->cpu_limit_s, 60);
	assert_true(first->command->is_insecure);
	assert_int_equal(first->interval_ms, 30000);
	assert_int_equal(first->timeout_ms, 5000);
	assert_int_equal(first->command->grace_ms, 1000);
	assert_int_equal(first->retry_ms, 2000);
	assert_int_equal(first->fresh_ms, 600000);
	config_free(config);
}

static void
a_file_that_says_nothing_gets_the_defaults(void **state)
{
	const char *fallback = config_keys_find(CONFIG_SECTION_FILE, "state")->fallback;
	struct config *config = load("checks: []\n");

	(void)state;
	assert_string_equal(config->store.path, fallback);
	assert_true(config->store.is_full);
	assert_int_equal(config->limits.history, 10000);
	assert_int_equal(config->limits.backlog, 100000);
	assert_false(config->snmp.is_standalone);
	assert_string_equal(config->snmp.master, "unix:/var/agentx/master");
	ASSERT_LIST(config->snmp.listen, "udp:161");
	assert_null(config->snmp.config);
	config_free(config);
}

static void
the_policy_is_the_check_s(void **state)
{
	struct config *config = load(text);
	const struct check_policy *policy = &config->checks[0]->policy;

	(void)state;
	assert_int_equal(policy->confirm, 3);
	assert_int_equal(policy->on_timeout, CHECK_STATE_OK);
	assert_int_equal(policy->on_signal, CHECK_STATE_WARNING);
	assert_int_equal(policy->on_start_failure, CHECK_STATE_CRITICAL);
	assert_ptr_equal(policy->codes, config->checks[0]->policy.codes);
	assert_ptr_equal(policy->codes, config->codes[0]);
	assert_int_equal(config->checks[0]->notify, CHECK_NOTIFY_NONE);
	assert_ptr_equal(config->checks[2]->policy.codes, codes_builtin("plugin"));
	config_free(config);
}

static void
commands_become_lists_of_arguments(void **state)
{
	struct config *config = load(text);

	(void)state;
	ASSERT_LIST(config->checks[0]->command->argv, "/bin/echo", "a b", "c");
	assert_string_equal(config->checks[0]->command->line, "/bin/echo 'a b' c");
	ASSERT_LIST(config->checks[1]->command->argv, "/bin/sh", "-c", "exit 1\n");
	ASSERT_LIST(config->checks[2]->command->argv, "/bin/sh", "-c", "a\tb\n", "");
	assert_null(config->checks[2]->command->line);
	config_free(config);
}

static void
the_defaults_reach_what_says_nothing(void **state)
{
	struct config *config = load(text);

	(void)state;
	ASSERT_LIST(config->checks[0]->command->env, "A=b");
	assert_null(config->checks[1]->command->env[0]);
	assert_int_equal(config->checks[1]->interval_ms, 30000);
	assert_int_equal(config->checks[1]->timeout_ms, 10000);
	assert_int_equal(config->checks[1]->retry_ms, 30000);
	assert_int_equal(config->checks[1]->fresh_ms, 100000);
	assert_true(config->checks[1]->is_enabled);
	assert_string_equal(config->checks[1]->group, "default");
	assert_string_equal(config->checks[1]->description, "");
	config_free(config);
}

static void
the_canonical_form_loads_to_an_equal_configuration(void **state)
{
	struct config *config = load(text);
	char *canonical = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&canonical, &size);

	(void)state;
	assert_int_equal(config_print(config, stream), 0);
	fclose(stream);
	struct config *again = load(canonical);
	assert_string_equal(again->store.path, config->store.path);
	assert_int_equal(again->store.is_full, config->store.is_full);
	assert_memory_equal(&again->limits, &config->limits, sizeof(again->limits));
	assert_int_equal(again->snmp.is_standalone, config->snmp.is_standalone);
	assert_string_equal(again->snmp.master, config->snmp.master);
	assert_true(strv_equal(again->snmp.listen, config->snmp.listen));
	assert_string_equal(again->snmp.config, config->snmp.config);
	assert_int_equal(again->snmp.is_ascii, config->snmp.is_ascii);
	assert_int_equal(again->snmp.notify_rate, config->snmp.notify_rate);
	assert_int_equal(again->snmp.busy_poll_us, config->snmp.busy_poll_us);
	assert_int_equal(again->code_count, config->code_count);
	assert_true(codes_equal(again->codes[0], config->codes[0]));
	assert_int_equal(again->check_count, config->check_count);
	for (size_t i = 0; i < config->check_count; i++)
		assert_true(definition_equal(again->checks[i], config->checks[i]));
	free(canonical);
	config_free(config);
	config_free(again);
}

static void
every_value_of_a_probe_reaches_its_field(void **state)
{
	struct config *config = load(probes_text);
	const struct probe *tcp = config->checks[0]->probe;
	const struct probe *http = config->checks[1]->probe;
	const struct probe *dns = config->checks[2]->probe;
	const struct probe *ping = config->checks[3]->probe;

	(void)state;
	assert_int_equal(config->checks[0]->type, CHECK_TYPE_TCP);
	assert_string_equal(tcp->host, "a");
	assert_int_equal(tcp->port, 993);
	assert_int_equal(tcp->family, PROBE_FAMILY_IPV6);
	assert_true(tcp->is_tls);
	assert_false(tcp->is_verified);
	assert_string_equal(tcp->ca_file, "/a");
	assert_string_equal(tcp->server_name, "b");
	assert_int_equal(tcp->warning_certificate_ms, 2 * 86400 * 1000);
	assert_int_equal(tcp->critical_certificate_ms, 86400 * 1000);
	assert_string_equal(tcp->send, "a\r\n\x01\xe2\x80\xa8");
	assert_string_equal(tcp->expect, "x");
	assert_non_null(tcp->regex);
	assert_int_equal(tcp->warning_time_ms, 1000);
	assert_int_equal(tcp->critical_time_ms, 2000);
	assert_string_equal(http->url, "http://a/");
	assert_int_equal(http->method, PROBE_METHOD_PUT);
	ASSERT_LIST(http->headers, "A=b");
	ASSERT_LIST(http->statuses, "200", "404");
	assert_int_equal(http->redirects, 3);
	assert_int_equal(dns->record, PROBE_RECORD_MX);
	ASSERT_LIST(dns->answers, "10 b");
	assert_string_equal(dns->server, "::1");
	assert_int_equal(dns->port, 53);
	assert_int_equal(ping->count, 5);
	assert_int_equal(ping->spacing_ms, 1000);
	assert_int_equal(ping->warning_loss, 1);
	assert_int_equal(ping->critical_loss, 2);
	config_free(config);
}

static void
every_value_of_a_local_probe_reaches_its_field(void **state)
{
	struct config *config = load(probes_text);
	const struct probe *file = config->checks[4]->probe;
	const struct probe *process = config->checks[5]->probe;

	(void)state;
	assert_string_equal(file->path, "/a");
	assert_int_equal(file->lines, 3);
	assert_int_equal(file->warning_age_ms, 1000);
	assert_int_equal(file->critical_age_ms, 2000);
	assert_string_equal(file->warning_size, "1K-");
	assert_string_equal(file->critical_size, "1");
	assert_string_equal(process->process, "a");
	assert_string_equal(process->owner, "root");
	assert_int_equal(process->owner_uid, 0);
	assert_string_equal(process->pid_file, "/b");
	assert_string_equal(process->warning_count, "1");
	assert_string_equal(process->critical_count, "1-5");
	config_free(config);
}

static void
what_is_for_commands_does_not_reach_a_probe(void **state)
{
	struct config *config = load(probes_text);

	(void)state;
	for (size_t i = 0; i < config->check_count; i++) {
		assert_ptr_equal(config->checks[i]->policy.codes, codes_builtin("probe"));
		assert_null(config->checks[i]->command);
	}
	config_free(config);
}

static void
the_canonical_form_of_probes_loads_to_equal_probes(void **state)
{
	struct config *config = load(probes_text);
	char *canonical = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&canonical, &size);

	(void)state;
	assert_int_equal(config_print(config, stream), 0);
	fclose(stream);
	struct config *again = load(canonical);
	assert_int_equal(again->check_count, config->check_count);
	for (size_t i = 0; i < config->check_count; i++)
		assert_true(definition_equal(again->checks[i], config->checks[i]));
	free(canonical);
	config_free(config);
	config_free(again);
}

static void
a_stream_that_takes_nothing_is_an_error(void **state)
{
	struct config *config = load(text);
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(config_print(config, full), -EIO);
	fclose(full);
	config_free(config);
}

static void
a_check_outlives_its_configuration(void **state)
{
	struct config *config = load(text);
	struct definition *first = definition_ref(config->checks[0]);
	const char *meaning = NULL;

	(void)state;
	config_free(config);
	assert_int_equal(codes_lookup(first->policy.codes, 0, &meaning), CHECK_STATE_OK);
	assert_string_equal(meaning, "fine");
	definition_unref(first);
}

static void
what_is_as_it_was_is_the_very_same_again(void **state)
{
	struct config *former = load("checks:\n"
				     "- {name: same, command: a}\n"
				     "- {name: other, command: a}\n"
				     "- {name: case, command: a}\n"
				     "- {name: gone, command: a}\n");
	struct config *config = load("checks:\n"
				     "- {name: CASE, command: a}\n"
				     "- {name: new, command: a}\n"
				     "- {name: other, command: b}\n"
				     "- {name: same, command: a}\n");

	(void)state;
	config_former_share(config, former);
	assert_string_equal(config->checks[0]->name, "CASE");
	assert_string_equal(config->checks[1]->name, "new");
	assert_string_equal(config->checks[2]->command->line, "b");
	assert_ptr_equal(config->checks[3], former->checks[0]);
	config_free(former);
	assert_string_equal(config->checks[3]->name, "same");
	config_free(config);
}

static void
what_is_in_maintenance_has_that_of_its_own_configuration(void **state)
{
	static const char yaml[] = "maintenance: [{when: 01:00-02:00, checks: 'a*'}]\n"
				   "checks: [{name: aa, command: a}, {name: bb, command: a}]\n";
	struct config *former = load(yaml), *config = load(yaml);

	(void)state;
	config_former_share(config, former);
	assert_ptr_equal(config->checks[0]->maintenance[0], config->maintenance[0]);
	assert_ptr_equal(config->checks[1], former->checks[1]);
	config_free(former);
	config_free(config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_reaches_its_field),
		cmocka_unit_test(a_file_that_says_nothing_gets_the_defaults),
		cmocka_unit_test(the_policy_is_the_check_s),
		cmocka_unit_test(commands_become_lists_of_arguments),
		cmocka_unit_test(the_defaults_reach_what_says_nothing),
		cmocka_unit_test(the_canonical_form_loads_to_an_equal_configuration),
		cmocka_unit_test(every_value_of_a_probe_reaches_its_field),
		cmocka_unit_test(every_value_of_a_local_probe_reaches_its_field),
		cmocka_unit_test(what_is_for_commands_does_not_reach_a_probe),
		cmocka_unit_test(the_canonical_form_of_probes_loads_to_equal_probes),
		cmocka_unit_test(a_stream_that_takes_nothing_is_an_error),
		cmocka_unit_test(a_check_outlives_its_configuration),
		cmocka_unit_test(what_is_as_it_was_is_the_very_same_again),
		cmocka_unit_test(what_is_in_maintenance_has_that_of_its_own_configuration),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
