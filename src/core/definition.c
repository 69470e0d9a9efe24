/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of a definition, and whether two say the same. What the keys mean and which
 * values they may have is the configuration's business.
 */
#include "definition.h"

#include <assert.h>
#include <string.h>

#include "aggregate.h"
#include "codes.h"
#include "maintenance.h"
#include "probe.h"
#include "shared_text.h"
#include "util.h"
#include "worker_definition.h"

struct definition *
definition_new(void)
{
	struct definition *definition = xcalloc(1, sizeof(*definition));

	atomic_init(&definition->reference_count, 1);
	return definition;
}

struct definition *
definition_ref(struct definition *definition)
{
	atomic_fetch_add_explicit(&definition->reference_count, 1, memory_order_relaxed);
	return definition;
}

struct command *
command_new(void)
{
	return xcalloc(1, sizeof(struct command));
}

static void
command_free(struct command *command)
{
	if (command == NULL)
		return;
	free(command->line);
	strv_free(command->argv);
	strv_free(command->env);
	free(command->directory);
	free(command->user);
	free(command->groups);
	free(command);
}

static void
definition_free(struct definition *definition)
{
	free(definition->name);
	free(definition->description);
	shared_text_unref(definition->group);
	command_free(definition->command);
	codes_unref(definition->policy.codes);
	probe_free(definition->probe);
	aggregate_free(definition->aggregate);
	worker_definition_unref(definition->worker);
	free(definition->arguments);
	strv_free(definition->depends);
	for (size_t i = 0; i < definition->maintenance_count; i++)
		maintenance_unref(definition->maintenance[i]);
	free(definition->maintenance);
	free(definition);
}

void
definition_unref(struct definition *definition)
{
	if (definition == NULL)
		return;
	unsigned before = atomic_fetch_sub_explicit(
		&definition->reference_count, 1, memory_order_acq_rel);
	assert(before > 0);
	if (before == 1)
		definition_free(definition);
}

static bool
text_equal(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
texts_equal(const struct definition *a, const struct definition *b)
{
	return text_equal(a->name, b->name) && text_equal(a->description, b->description) &&
	       text_equal(a->group, b->group) && text_equal(a->arguments, b->arguments) &&
	       strv_equal(a->depends, b->depends);
}

static bool
identity_equal(const struct command *a, const struct command *b)
{
	return text_equal(a->user, b->user) && a->uid == b->uid && a->gid == b->gid &&
	       a->group_count == b->group_count &&
	       (a->group_count == 0 ||
		       memcmp(a->groups, b->groups, a->group_count * sizeof(*a->groups)) == 0);
}

static bool
limits_equal(const struct command *a, const struct command *b)
{
	return a->grace_ms == b->grace_ms && a->nice == b->nice &&
	       a->memory_limit == b->memory_limit && a->cpu_limit_s == b->cpu_limit_s &&
	       a->is_insecure == b->is_insecure;
}

static bool
commands_equal(const struct command *a, const struct command *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->is_shell == b->is_shell && text_equal(a->line, b->line) &&
	       text_equal(a->directory, b->directory) && strv_equal(a->argv, b->argv) &&
	       strv_equal(a->env, b->env) && identity_equal(a, b) && limits_equal(a, b);
}

static bool
times_equal(const struct definition *a, const struct definition *b)
{
	return a->interval_ms == b->interval_ms && a->timeout_ms == b->timeout_ms &&
	       a->retry_ms == b->retry_ms && a->fresh_ms == b->fresh_ms;
}

static bool
codes_pointers_equal(const struct codes *a, const struct codes *b)
{
	return a == b || (a != NULL && b != NULL && codes_equal(a, b));
}

static bool
policies_equal(const struct definition *a, const struct definition *b)
{
	return a->policy.confirm == b->policy.confirm &&
	       a->policy.on_timeout == b->policy.on_timeout &&
	       a->policy.on_signal == b->policy.on_signal &&
	       a->policy.on_start_failure == b->policy.on_start_failure &&
	       a->policy.flapping_start == b->policy.flapping_start &&
	       a->policy.flapping_stop == b->policy.flapping_stop && a->notify == b->notify &&
	       codes_pointers_equal(a->policy.codes, b->policy.codes);
}

static bool
probes_equal(const struct probe *a, const struct probe *b)
{
	return a == b || (a != NULL && b != NULL && probe_equal(a, b));
}

static bool
aggregates_equal(const struct aggregate *a, const struct aggregate *b)
{
	return a == b || (a != NULL && b != NULL && aggregate_equal(a, b));
}

/* A worker by its name: what is said of it itself is no matter of its checks. */
static bool
workers_equal(const struct definition *a, const struct definition *b)
{
	const struct worker_definition *one = a->worker, *other = b->worker;

	return one == other ||
	       (one != NULL && other != NULL &&
		       text_equal(worker_definition_name(one), worker_definition_name(other)));
}

static bool
maintenance_lists_equal(const struct definition *a, const struct definition *b)
{
	bool is_equal = a->maintenance_count == b->maintenance_count;

	for (size_t i = 0; is_equal && i < a->maintenance_count; i++)
		is_equal = maintenance_equal(a->maintenance[i], b->maintenance[i]);
	return is_equal;
}

bool
definition_equal(const struct definition *a, const struct definition *b)
{
	return a->type == b->type && a->is_enabled == b->is_enabled && texts_equal(a, b) &&
	       times_equal(a, b) && policies_equal(a, b) &&
	       commands_equal(a->command, b->command) && probes_equal(a->probe, b->probe) &&
	       aggregates_equal(a->aggregate, b->aggregate) && workers_equal(a, b) &&
	       maintenance_lists_equal(a, b);
}

void
strv_free(char **list)
{
	if (list == NULL)
		return;
	for (char **item = list; *item != NULL; item++)
		free(*item);
	free(list);
}

size_t
strv_count(char *const *list)
{
	size_t count = 0;

	while (list != NULL && list[count] != NULL)
		count++;
	return count;
}

char **
strv_copy(char *const *list)
{
	size_t count = strv_count(list);
	char **copy = xcalloc(count + 1, sizeof(*copy));

	for (size_t i = 0; i < count; i++)
		copy[i] = xstrdup(list[i]);
	return copy;
}

/* NULL is the empty list. */
char *
strv_join(char *const *list, const char *separator)
{
	char *text = xstrdup("");

	for (; *list != NULL; list++) {
		CLEANUP_FREE char *head = text;

		text = xasprintf("%s%s%s", head, head[0] != '\0' ? separator : "", *list);
	}
	return text;
}

bool
strv_equal(char *const *a, char *const *b)
{
	static char *const empty[] = {NULL};

	a = a != NULL ? a : empty;
	b = b != NULL ? b : empty;
	while (*a != NULL && *b != NULL && strcmp(*a, *b) == 0) {
		a++;
		b++;
	}
	return *a == NULL && *b == NULL;
}
