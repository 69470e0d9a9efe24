/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Definitions: how long they live, and which of them say the same. A reload leaves a check
 * alone whose definition is equal, so every field must count.
 */
#include "definition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "aggregate.h"
#include "codes.h"
#include "maintenance.h"
#include "shared_text.h"
#include "util.h"

/* The list is copied; it ends in NULL. */
static char **
copy_of(const char *const *list)
{
	size_t count = 0;

	while (list[count] != NULL)
		count++;
	char **copy = xcalloc(count + 1, sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy[i] = xstrdup(list[i]);
	return copy;
}

#define LIST(...) copy_of((const char *const[]){__VA_ARGS__, NULL})

static struct definition *
sample(void)
{
	struct definition *definition = definition_new();

	definition->name = xstrdup("name");
	definition->description = xstrdup("description");
	definition->group = shared_text_new("group");
	definition->type = CHECK_TYPE_COMMAND;
	definition->is_enabled = true;
	definition->command = command_new();
	definition->command->line = xstrdup("/bin/echo a");
	definition->command->argv = LIST("/bin/echo", "a");
	definition->command->env = LIST("A=b");
	definition->command->directory = xstrdup("/");
	definition->command->user = xstrdup("user");
	definition->command->uid = 1;
	definition->command->gid = 2;
	definition->command->groups = xcalloc(2, sizeof(gid_t));
	definition->command->group_count = 2;
	definition->interval_ms = 1000;
	definition->policy =
		(struct check_policy){.confirm = 1, .codes = codes_builtin("plugin")};
	definition->depends = LIST("parent");
	definition->aggregate = xcalloc(1, sizeof(*definition->aggregate));
	definition->aggregate->selectors = LIST("a*");
	definition->aggregate->members = LIST("a1", "a2");
	return definition;
}

static void
add_maintenance(struct definition *definition, const char *reason)
{
	char *const when[] = {(char[]){"02:00-04:00"}, NULL};
	char *const selectors[] = {(char[]){"*"}, NULL};
	const char *error = NULL;
	size_t index = 0;

	definition->maintenance_count = 1;
	definition->maintenance = xcalloc(1, sizeof(struct maintenance *));
	assert_int_equal(maintenance_new(when, selectors, reason, &definition->maintenance[0],
				 &index, &error),
		0);
}

static void
set_text(char **field, const char *text)
{
	free(*field);
	*field = text != NULL ? xstrdup(text) : NULL;
}

static void
set_list(char ***field, char **list)
{
	strv_free(*field);
	*field = list;
}

/* Whether a definition that differs from the sample in one field is told from it. */
#define ASSERT_COUNTS(change)                                                                  \
	do {                                                                                   \
		struct definition *one = sample();                                             \
		struct definition *other = sample();                                           \
		assert_true(definition_equal(one, other));                                     \
		change;                                                                        \
		assert_false(definition_equal(one, other));                                    \
		assert_false(definition_equal(other, one));                                    \
		definition_unref(one);                                                         \
		definition_unref(other);                                                       \
	} while (0)

static void
every_text_counts(void **state)
{
	(void)state;
	ASSERT_COUNTS(set_text(&other->name, "Name"));
	ASSERT_COUNTS(set_text(&other->description, ""));
	ASSERT_COUNTS(
		(shared_text_unref(other->group), other->group = shared_text_new("other")));
	ASSERT_COUNTS(set_text(&other->command->line, NULL));
	ASSERT_COUNTS(set_text(&other->command->directory, NULL));
	ASSERT_COUNTS(set_text(&other->command->user, NULL));
	ASSERT_COUNTS(set_list(&other->command->argv, LIST("/bin/echo")));
	ASSERT_COUNTS(set_list(&other->command->argv, LIST("/bin/echo", "a", "b")));
	ASSERT_COUNTS(set_list(&other->command->env, NULL));
	ASSERT_COUNTS(set_list(&other->command->env, LIST("A=c")));
	ASSERT_COUNTS(set_list(&other->depends, LIST("parent", "other")));
	ASSERT_COUNTS(set_list(&other->depends, NULL));
}

static void
every_number_counts(void **state)
{
	(void)state;
	ASSERT_COUNTS(other->type = 0);
	ASSERT_COUNTS(other->is_enabled = false);
	ASSERT_COUNTS(other->command->is_shell = true);
	ASSERT_COUNTS(other->command->nice = 1);
	ASSERT_COUNTS(other->command->memory_limit = 1);
	ASSERT_COUNTS(other->command->cpu_limit_s = 1);
	ASSERT_COUNTS(other->command->is_insecure = true);
	ASSERT_COUNTS(other->interval_ms = 1);
	ASSERT_COUNTS(other->timeout_ms = 1);
	ASSERT_COUNTS(other->command->grace_ms = 1);
	ASSERT_COUNTS(other->retry_ms = 1);
	ASSERT_COUNTS(other->fresh_ms = 1);
	ASSERT_COUNTS(other->notify = CHECK_NOTIFY_NONE);
}

static void
having_a_command_counts(void **state)
{
	struct definition *one = definition_new();
	struct definition *other = definition_new();

	(void)state;
	assert_true(definition_equal(one, other));
	other->command = command_new();
	assert_false(definition_equal(one, other));
	assert_false(definition_equal(other, one));
	definition_unref(one);
	definition_unref(other);
}

static void
the_policy_counts(void **state)
{
	(void)state;
	ASSERT_COUNTS(other->policy.confirm = 2);
	ASSERT_COUNTS(other->policy.on_timeout = CHECK_STATE_OK);
	ASSERT_COUNTS(other->policy.on_signal = CHECK_STATE_OK);
	ASSERT_COUNTS(other->policy.on_start_failure = CHECK_STATE_OK);
	ASSERT_COUNTS(other->policy.flapping_start = 50);
	ASSERT_COUNTS(other->policy.flapping_stop = 25);
	ASSERT_COUNTS(other->policy.codes = codes_builtin("success"));
}

static void
what_an_aggregate_is_counts(void **state)
{
	(void)state;
	ASSERT_COUNTS(other->aggregate->rule = AGGREGATE_RULE_ANY);
	ASSERT_COUNTS(other->aggregate->at_least = 1);
	ASSERT_COUNTS(set_list(&other->aggregate->selectors, LIST("b*")));
	ASSERT_COUNTS(set_list(&other->aggregate->members, LIST("a1")));
	ASSERT_COUNTS((aggregate_free(other->aggregate), other->aggregate = NULL));
}

static void
maintenance_counts_by_what_it_says(void **state)
{
	(void)state;
	ASSERT_COUNTS(add_maintenance(other, "why"));
	ASSERT_COUNTS((add_maintenance(one, "why"), add_maintenance(other, "why not")));

	struct definition *a = sample();
	struct definition *b = sample();

	add_maintenance(a, "why");
	add_maintenance(b, "why");
	assert_true(definition_equal(a, b));
	definition_unref(a);
	definition_unref(b);
}

static void
the_user_counts_as_the_kernel_knows_him(void **state)
{
	(void)state;
	ASSERT_COUNTS(other->command->uid = 3);
	ASSERT_COUNTS(other->command->gid = 3);
	ASSERT_COUNTS(other->command->groups[1] = 3);
	ASSERT_COUNTS(other->command->group_count = 1);
}

static void
maps_of_equal_rules_are_equal(void **state)
{
	const char *const rules[] = {"0 ok"};
	struct definition *one = sample();
	struct definition *other = sample();
	const char *error = NULL;
	size_t index = 0;

	(void)state;
	assert_int_equal(codes_new("map", rules, 1, &index, &error, &one->policy.codes), 0);
	assert_int_equal(codes_new("map", rules, 1, &index, &error, &other->policy.codes), 0);
	assert_true(definition_equal(one, other));
	definition_unref(one);
	definition_unref(other);
}

static void
a_definition_lives_as_long_as_a_reference(void **state)
{
	struct definition *definition = sample();

	(void)state;
	assert_ptr_equal(definition_ref(definition), definition);
	definition_unref(definition);
	assert_string_equal(definition->name, "name");
	definition_unref(definition);
	definition_unref(NULL);
}

static void
no_list_is_an_empty_list(void **state)
{
	char *empty[] = {NULL};

	(void)state;
	assert_true(strv_equal(NULL, NULL));
	assert_true(strv_equal(NULL, empty));
	assert_true(strv_equal(empty, NULL));
	strv_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_text_counts),
		cmocka_unit_test(every_number_counts),
		cmocka_unit_test(having_a_command_counts),
		cmocka_unit_test(the_policy_counts),
		cmocka_unit_test(what_an_aggregate_is_counts),
		cmocka_unit_test(maintenance_counts_by_what_it_says),
		cmocka_unit_test(the_user_counts_as_the_kernel_knows_him),
		cmocka_unit_test(maps_of_equal_rules_are_equal),
		cmocka_unit_test(a_definition_lives_as_long_as_a_reference),
		cmocka_unit_test(no_list_is_an_empty_list),
	};

	return cmocka_run_group_tests_name("definition", tests, NULL, NULL);
}
