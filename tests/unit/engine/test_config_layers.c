/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ties checks to each other, as the definitions have it: whom a selector selects, what
 * a check is in, and what a type without runs has instead of their times.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "aggregate.h"
#include "maintenance.h"
#include "util.h"

static const char text[] =
	"defaults: {timeout: 7s, retry: 3s, confirm: 4, grace: 9s, on_start_failure: ok}\n"
	"maintenance:\n"
	"- {when: 02:00-04:00, checks: ['web/*', db], reason: Updates}\n"
	"- {when: [01:00-02:00, sat 12:00-13:00], checks: [group=data, web/b, db]}\n"
	"checks:\n"
	"- {name: web/b, command: /bin/true, depends: db, flapping_start: 33}\n"
	"- {name: web/a, command: /bin/true, depends: [db, silent], flapping_start: 50,\n"
	"   flapping_stop: 10}\n"
	"- {name: db, group: data, command: /bin/true, enabled: false}\n"
	"- {name: silent, group: Data, type: passive, interval: 1m}\n"
	"- {name: all, type: aggregate, all: [silent, 'web/?', 'w*', web/a, group=data]}\n"
	"- {name: any, type: aggregate, any: '*'}\n"
	"- {name: some, type: aggregate, at_least: 2, of: 'group=[dD]ata', depends: db}\n"
	"- {name: worst, type: aggregate, worst: 'w[!o]*', interval: 5m}\n";

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
	assert_int_equal(report.count, 0);
	config_report_deinit(&report);
	unlink(path);
	return config;
}

static const struct definition *
find(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->check_count; i++) {
		if (strcmp(config->checks[i]->name, name) == 0)
			return config->checks[i];
	}
	fail_msg("no check %s", name);
	return NULL;
}

static void
assert_joined(char *const *list, const char *expected)
{
	CLEANUP_FREE char *joined = strv_join(list, " ");

	assert_string_equal(joined, expected);
}

static void
members_are_each_once_in_the_order_of_the_checks(void **state)
{
	struct config *config = load(text);

	(void)state;
	assert_joined(find(config, "all")->aggregate->members, "web/b web/a db silent worst");
	assert_joined(
		find(config, "all")->aggregate->selectors, "silent web/? w* web/a group=data");
	assert_joined(find(config, "any")->aggregate->members,
		"web/b web/a db silent all some worst");
	assert_joined(find(config, "some")->aggregate->members, "db silent");
	assert_joined(find(config, "worst")->aggregate->members, "web/b web/a");
	config_free(config);
}

static void
an_aggregate_has_the_rule_of_its_key(void **state)
{
	struct config *config = load(text);

	(void)state;
	assert_int_equal(find(config, "all")->aggregate->rule, AGGREGATE_RULE_ALL);
	assert_int_equal(find(config, "any")->aggregate->rule, AGGREGATE_RULE_ANY);
	assert_int_equal(find(config, "some")->aggregate->rule, AGGREGATE_RULE_AT_LEAST);
	assert_int_equal(find(config, "some")->aggregate->at_least, 2);
	assert_int_equal(find(config, "worst")->aggregate->rule, AGGREGATE_RULE_WORST);
	assert_null(find(config, "db")->aggregate);
	config_free(config);
}

static void
parents_are_as_written(void **state)
{
	struct config *config = load(text);

	(void)state;
	assert_joined(find(config, "web/a")->depends, "db silent");
	assert_joined(find(config, "some")->depends, "db");
	assert_null(find(config, "db")->depends);
	config_free(config);
}

static void
a_check_has_the_maintenance_that_selects_it(void **state)
{
	struct config *config = load(text);
	const struct definition *both = find(config, "db");

	(void)state;
	assert_int_equal(config->maintenance_count, 2);
	assert_string_equal(config->maintenance[0]->reason, "Updates");
	assert_joined(config->maintenance[1]->when, "01:00-02:00 sat 12:00-13:00");
	assert_int_equal(both->maintenance_count, 2);
	assert_ptr_equal(both->maintenance[0], config->maintenance[0]);
	assert_ptr_equal(both->maintenance[1], config->maintenance[1]);
	assert_int_equal(find(config, "web/b")->maintenance_count, 2);
	assert_int_equal(find(config, "web/a")->maintenance_count, 1);
	assert_int_equal(find(config, "silent")->maintenance_count, 0);
	config_free(config);
}

static void
a_definition_keeps_its_maintenance(void **state)
{
	struct config *config = load(text);
	struct definition *definition = definition_ref(config->checks[0]);

	(void)state;
	config_free(config);
	assert_string_equal(definition->maintenance[0]->reason, "Updates");
	definition_unref(definition);
}

static void
a_passive_check_has_no_times_of_runs(void **state)
{
	struct config *config = load(text);
	const struct definition *passive = find(config, "silent");

	(void)state;
	assert_int_equal(passive->type, CHECK_TYPE_PASSIVE);
	assert_int_equal(passive->interval_ms, 60000);
	assert_int_equal(passive->timeout_ms, 0);
	assert_int_equal(passive->retry_ms, 60000);
	assert_int_equal(passive->fresh_ms, 180000);
	assert_int_equal(passive->policy.confirm, 4);
	assert_int_equal(passive->policy.on_start_failure, CHECK_STATE_UNKNOWN);
	assert_ptr_equal(passive->policy.codes, codes_builtin("plugin"));
	assert_null(passive->probe);
	assert_null(passive->command);
	config_free(config);
}

static void
an_aggregate_confirms_nothing_and_is_not_stale_by_itself(void **state)
{
	struct config *config = load(text);
	const struct definition *aggregate = find(config, "worst");

	(void)state;
	assert_int_equal(aggregate->type, CHECK_TYPE_AGGREGATE);
	assert_int_equal(aggregate->interval_ms, 300000);
	assert_int_equal(aggregate->timeout_ms, 0);
	assert_int_equal(aggregate->fresh_ms, 0);
	assert_int_equal(aggregate->policy.confirm, 1);
	assert_ptr_equal(aggregate->policy.codes, codes_builtin("plugin"));
	assert_null(aggregate->probe);
	config_free(config);
}

static void
flapping_stops_at_half_of_where_it_starts(void **state)
{
	struct config *config = load(text);

	(void)state;
	assert_int_equal(find(config, "web/b")->policy.flapping_start, 33);
	assert_int_equal(find(config, "web/b")->policy.flapping_stop, 17);
	assert_int_equal(find(config, "web/a")->policy.flapping_stop, 10);
	assert_int_equal(find(config, "db")->policy.flapping_start, 0);
	assert_int_equal(find(config, "db")->policy.flapping_stop, 0);
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

	assert_int_equal(again->check_count, config->check_count);
	for (size_t i = 0; i < config->check_count; i++)
		assert_true(definition_equal(again->checks[i], config->checks[i]));
	assert_int_equal(again->maintenance_count, config->maintenance_count);
	for (size_t i = 0; i < config->maintenance_count; i++)
		assert_true(maintenance_equal(again->maintenance[i], config->maintenance[i]));
	free(canonical);
	config_free(config);
	config_free(again);
}

/* A reload has to tell that there is a member more. */
static void
another_member_makes_another_aggregate(void **state)
{
	CLEANUP_FREE char *more = xasprintf("%s- {name: web/c, command: /bin/true}\n", text);
	struct config *config = load(text);
	struct config *again = load(more);

	(void)state;
	assert_false(definition_equal(find(config, "worst"), find(again, "worst")));
	assert_true(definition_equal(find(config, "some"), find(again, "some")));
	config_free(config);
	config_free(again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_each_once_in_the_order_of_the_checks),
		cmocka_unit_test(an_aggregate_has_the_rule_of_its_key),
		cmocka_unit_test(parents_are_as_written),
		cmocka_unit_test(a_check_has_the_maintenance_that_selects_it),
		cmocka_unit_test(a_definition_keeps_its_maintenance),
		cmocka_unit_test(a_passive_check_has_no_times_of_runs),
		cmocka_unit_test(an_aggregate_confirms_nothing_and_is_not_stale_by_itself),
		cmocka_unit_test(flapping_stops_at_half_of_where_it_starts),
		cmocka_unit_test(the_canonical_form_loads_to_an_equal_configuration),
		cmocka_unit_test(another_member_makes_another_aggregate),
	};

	return cmocka_run_group_tests_name("config_layers", tests, NULL, NULL);
}
