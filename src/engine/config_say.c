/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config_say.h"

#include <string.h>

#include "aggregate.h"
#include "config_aggregate.h"
#include "config_bind.h"
#include "probe.h"
#include "util.h"

/* A rule as codes_new reads it. */
static char *
format_rule(const struct codes_rule *rule)
{
	const char *space = rule->meaning[0] != '\0' ? " " : "";
	const char *state = check_state_name(rule->state);

	if (rule->first == 0 && rule->last == 255)
		return xasprintf("* %s%s%s", state, space, rule->meaning);
	if (rule->first == rule->last)
		return xasprintf("%d %s%s%s", rule->first, state, space, rule->meaning);
	return xasprintf("%d-%d %s%s%s", rule->first, rule->last, state, space, rule->meaning);
}

void
config_say_rules(
	const struct config_listener *listener, const char *name, const struct codes *codes)
{
	size_t count = codes_rule_count(codes);
	char **rules = xcalloc(count + 1, sizeof(char *));

	for (size_t i = 0; i < count; i++)
		rules[i] = format_rule(codes_rule_at(codes, i));
	listener->list(listener->arg, name, rules);
	strv_free(rules);
}

/* A map by its name; one that stands with its check only has none. */
static void
say_codes(const struct config_listener *listener, const char *name, const struct codes *codes)
{
	if (codes_name(codes)[0] != '\0')
		listener->text(listener->arg, name, codes_name(codes));
	else
		config_say_rules(listener, name, codes);
}

static bool
is_default_number(const struct config_key *key, const void *fields, const void *standard)
{
	int64_t number = config_keys_load(key, fields);

	if (key->derive != NULL)
		return (uint64_t)number == key->derive(fields);
	return number == config_keys_load(key, standard);
}

static bool
is_default_text(const char *text, const char *standard)
{
	if (text == NULL || standard == NULL)
		return text == standard;
	return strcmp(text, standard) == 0;
}

static bool
is_list(const struct config_key *key)
{
	return key->type == CONFIG_TYPE_LISTEN || key->type == CONFIG_TYPE_STATUSES ||
	       key->type == CONFIG_TYPE_ANSWERS;
}

void
config_say_key(const struct config_listener *listener, const struct config_key *key,
	void *fields, void *standard)
{
	if (config_keys_is_number(key)) {
		if (key->is_always_said || !is_default_number(key, fields, standard))
			listener->number(listener->arg, key, config_keys_load(key, fields));
	} else if (is_list(key)) {
		char **list = *config_keys_list(key, fields);

		if (!strv_equal(list, *config_keys_list(key, standard)))
			listener->list(listener->arg, key->name, list);
	} else {
		const char *text = *config_keys_text(key, fields);

		if (key->is_always_said ||
			!is_default_text(text, *config_keys_text(key, standard)))
			listener->text(listener->arg, key->name, text);
	}
}

static void
say_rule(const struct config_listener *listener, const struct config_key *key,
	struct aggregate *aggregate)
{
	if (!config_aggregate_has_key(key, aggregate->rule))
		return;
	if (config_keys_is_number(key))
		listener->number(listener->arg, key, config_keys_load(key, aggregate));
	else
		listener->list(listener->arg, key->name, aggregate->selectors);
}

static void
say_where_given(void (*say)(void *arg, const char *name, char *const *list), void *arg,
	const char *name, char *const *list)
{
	if (strv_count(list) > 0)
		say(arg, name, list);
}

/* They have tabs between them, and none in them. */
static void
say_arguments(const struct config_listener *listener, const char *name, const char *arguments)
{
	CLEANUP_FREE char *texts = xstrdup(arguments);
	char **list = xcalloc(strlen(arguments) + 2, sizeof(char *));
	char *rest = texts;

	for (size_t i = 0; rest != NULL; i++)
		list[i] = strsep(&rest, "\t");
	listener->list(listener->arg, name, list);
	free(list);
}

/* The keys of a command or a worker that are more than a number or a text, too. */
static void
say_process_key(const struct config_listener *listener, const struct config_key *key,
	struct definition *definition, struct definition *standard)
{
	if (key->type == CONFIG_TYPE_ARGV) {
		if (definition->command->line == NULL)
			listener->list(listener->arg, key->name, definition->command->argv);
	} else if (key->type == CONFIG_TYPE_ENV) {
		say_where_given(
			listener->map, listener->arg, key->name, definition->command->env);
	} else {
		config_say_key(listener, key, config_keys_part(key, definition),
			config_keys_part(key, standard));
	}
}

/* The keys of a check that are more than a number or a text, too. */
static void
say_check_key(const struct config_listener *listener, const struct config_key *key,
	struct definition *definition, struct definition *standard)
{
	if (!config_keys_has_type(key, definition->type))
		return;
	if (key->type == CONFIG_TYPE_HEADERS) {
		say_where_given(
			listener->map, listener->arg, key->name, definition->probe->headers);
	} else if (key->is_aggregate) {
		say_rule(listener, key, definition->aggregate);
	} else if (key->type == CONFIG_TYPE_CHECKS) {
		say_where_given(listener->list, listener->arg, key->name, definition->depends);
	} else if (key->is_probe) {
		config_say_key(listener, key, definition->probe, standard->probe);
	} else if (key->type == CONFIG_TYPE_WORKER) {
		listener->text(
			listener->arg, key->name, worker_definition_name(definition->worker));
	} else if (key->type == CONFIG_TYPE_ARGUMENTS) {
		if (definition->arguments != NULL)
			say_arguments(listener, key->name, definition->arguments);
	} else if (key->type == CONFIG_TYPE_CODES) {
		if (definition->policy.codes !=
			codes_builtin(config_keys_type_codes(definition->type)))
			say_codes(listener, key->name, definition->policy.codes);
	} else {
		say_process_key(listener, key, definition, standard);
	}
}

struct definition *
config_say_standard(void)
{
	struct definition *standard = definition_new();

	standard->command = command_new();
	config_bind_definition_fallbacks(standard);
	standard->probe = probe_new();
	config_bind_probe_fallbacks(standard->probe, 0);
	return standard;
}

void
config_say_check(const struct config_listener *listener, struct definition *definition,
	struct definition *standard)
{
	for (const struct config_key *key = config_keys_first(CONFIG_SECTION_CHECK);
		key != NULL; key = config_keys_next(key))
		say_check_key(listener, key, definition, standard);
}

void
config_say_worker(const struct config_listener *listener, struct worker_definition *worker,
	struct worker_definition *standard)
{
	for (const struct config_key *key = config_keys_first(CONFIG_SECTION_WORKER);
		key != NULL; key = config_keys_next(key)) {
		if (key->is_worker)
			config_say_key(listener, key, worker, standard);
		else
			say_process_key(listener, key, worker->process, standard->process);
	}
}
