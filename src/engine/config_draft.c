/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading one check, or the defaults of all, key by key, and what its keys demand of each
 * other.
 */
#include "config_draft.h"

#include <assert.h>
#include <string.h>

#include "config_aggregate.h"
#include "config_bind.h"
#include "config_command.h"
#include "config_keys.h"
#include "config_probe.h"
#include "config_value.h"
#include "probe.h"
#include "util.h"

struct reading {
	struct config_draft *draft;
	struct config_users *users;
	bool is_defaults;
	enum check_type type; /* 0: not known */
};

#define GIVEN_BITS (8 * sizeof(uint64_t))

static size_t
key_index(const struct config_key *key)
{
	return (size_t)(key - config_keys_first(CONFIG_SECTION_CHECK));
}

static bool
is_given(const struct config_draft *draft, const struct config_key *key)
{
	size_t index = key_index(key);

	return (draft->given[index / GIVEN_BITS] >> (index % GIVEN_BITS) & 1) != 0;
}

static void
set_given(struct config_draft *draft, const struct config_key *key)
{
	size_t index = key_index(key);

	assert(index < CONFIG_SECTION_KEYS_MAX);
	draft->given[index / GIVEN_BITS] |= UINT64_C(1) << (index % GIVEN_BITS);
}

/* A map's name, which may be that of one yet to come, or a list of rules. */
static void
bind_codes(const struct config_place *place, const struct config_key *key,
	struct config_node *value, struct config_draft *draft)
{
	draft->codes_line = place->line;
	if (value->kind == CONFIG_NODE_SEQUENCE)
		draft->definition->policy.codes = config_maps_read_rules(place, key, value, "");
	else if (config_bind_expect(place, key, value, CONFIG_NODE_SCALAR))
		draft->codes_name = STEAL(value->text);
}

static void
bind_aggregate(const struct config_place *place, const struct config_key *key,
	struct config_node *value, struct config_draft *draft)
{
	if (key->type == CONFIG_TYPE_SELECTORS)
		draft->members_line = place->line;
	config_aggregate_bind(place, key, value, draft->definition->aggregate);
}

static void
bind_depends(const struct config_place *place, const struct config_key *key,
	struct config_node *value, struct config_draft *draft)
{
	draft->depends_line = place->line;
	config_bind_list(place, key, value, draft->definition);
}

/* A worker's name, which may be that of one yet to come. */
static void
bind_worker(const struct config_place *place, const struct config_key *key,
	struct config_node *value, struct config_draft *draft)
{
	draft->worker_line = place->line;
	if (config_bind_expect(place, key, value, CONFIG_NODE_SCALAR))
		draft->worker_name = STEAL(value->text);
}

static void
bind_value(const struct config_place *place, const struct config_key *key,
	struct config_node *value, struct reading *reading)
{
	struct definition *definition = reading->draft->definition;
	void *part = config_keys_part(key, definition);

	if (key->is_probe)
		config_probe_bind(place, key, value, reading->users, part);
	else if (key->is_aggregate)
		bind_aggregate(place, key, value, reading->draft);
	else if (config_keys_is_number(key))
		config_bind_number(place, key, value, part);
	else if (key->type == CONFIG_TYPE_CHECKS)
		bind_depends(place, key, value, reading->draft);
	else if (key->type == CONFIG_TYPE_ARGV)
		config_bind_argv(place, key, value, part);
	else if (key->type == CONFIG_TYPE_ENV)
		config_bind_env(place, key, value, part);
	else if (key->type == CONFIG_TYPE_USER)
		config_command_bind_user(place, key, value, reading->users, part);
	else if (key->type == CONFIG_TYPE_WORKER)
		bind_worker(place, key, value, reading->draft);
	else if (key->type == CONFIG_TYPE_ARGUMENTS)
		config_workers_bind_arguments(place, key, value, definition);
	else if (key->type == CONFIG_TYPE_CODES)
		bind_codes(place, key, value, reading->draft);
	else
		config_bind_text(place, key, value, part);
}

static void
bind_key(void *arg, const struct config_place *place, const struct config_key *key,
	struct config_node *value)
{
	struct reading *reading = arg;
	struct config_draft *draft = reading->draft;

	if (reading->is_defaults && !key->is_inherited) {
		config_problems_error(place, "cannot have a default");
		return;
	}
	if (!config_keys_has_type(key, reading->type)) {
		config_bind_tell_stranger(place, key, reading->type);
		return;
	}
	set_given(draft, key);
	bind_value(place, key, value, reading);
}

static void
draft_init(struct config_draft *draft, const struct config_place *place)
{
	*draft = (struct config_draft){
		.definition = definition_new(),
		.file = place->file,
		.line = place->line,
		.section = place->section,
	};
}

void
config_draft_deinit(struct config_draft *draft)
{
	definition_unref(draft->definition);
	free(draft->codes_name);
	free(draft->worker_name);
}

struct config_place
config_draft_place(
	const struct config_draft *draft, struct config_problems *problems, const char *key)
{
	return (struct config_place){
		.problems = problems,
		.file = draft->file,
		.line = draft->line,
		.section = draft->section,
		.name = draft->definition->name,
		.key = key,
	};
}

void
config_draft_builtin(struct config_draft *ret_draft)
{
	draft_init(ret_draft, &(struct config_place){.file = NULL});
	ret_draft->definition->command = command_new();
	config_bind_definition_fallbacks(ret_draft->definition);
	ret_draft->definition->policy.codes =
		codes_ref(codes_builtin(config_keys_type_codes(CHECK_TYPE_COMMAND)));
}

/* What type says, before any other key is read: 0 where that is no type. */
static enum check_type
read_type(const struct config_node *item)
{
	const struct config_key *key = config_keys_find(CONFIG_SECTION_CHECK, "type");
	const struct config_node *value = config_bind_find(item, key->name);
	int64_t type = 0;

	if (value == NULL)
		return CHECK_TYPE_COMMAND;
	if (value->kind == CONFIG_NODE_SCALAR)
		config_value_parse(key, value->text, &type);
	return (enum check_type)type;
}

static void
finish_check(const struct config_place *place, const struct config_node *item,
	struct reading *reading)
{
	/* The name is the definition's by now; a wrong one is still the item's. */
	if (config_bind_find(item, "name") == NULL)
		config_problems_error(place, "name: is missing");
	if (reading->type == CHECK_TYPE_COMMAND)
		config_command_finish(place, item, reading->draft->definition);
	else if (reading->type == CHECK_TYPE_WORKER && config_bind_find(item, "worker") == NULL)
		config_problems_error(place, "worker: is missing");
	else if (reading->type == CHECK_TYPE_AGGREGATE)
		config_aggregate_finish(place, item);
	else if (config_keys_type_is_probe(reading->type))
		config_probe_finish(
			place, item, reading->type, reading->draft->definition->probe);
}

/* What has the fields of the type's own keys; of a type that is none all could be meant. */
static void
add_parts(struct definition *definition, enum check_type type)
{
	if (type == 0 || type == CHECK_TYPE_COMMAND)
		definition->command = command_new();
	if (type == 0 || config_keys_type_is_probe(type)) {
		definition->probe = probe_new();
		config_bind_probe_fallbacks(definition->probe, type);
	}
	if (type == 0 || type == CHECK_TYPE_AGGREGATE)
		definition->aggregate = xcalloc(1, sizeof(*definition->aggregate));
}

void
config_draft_read(const struct config_place *place, struct config_node *item,
	struct config_users *users, bool is_defaults, struct config_draft *ret_draft)
{
	struct reading reading = {
		.draft = ret_draft,
		.users = users,
		.is_defaults = is_defaults,
	};
	struct config_place here = *place;

	draft_init(ret_draft, place);
	if (is_defaults) {
		ret_draft->definition->command = command_new();
	} else {
		here.name = config_bind_name(CONFIG_SECTION_CHECK, item);
		reading.type = read_type(item);
		add_parts(ret_draft->definition, reading.type);
	}
	config_bind_mapping(&here, CONFIG_SECTION_CHECK, item, bind_key, &reading);
	if (!is_defaults)
		finish_check(&here, item, &reading);
}

void
config_draft_resolve_codes(struct config_draft *draft, struct config_problems *problems,
	const struct config_maps *maps)
{
	struct config_place place = config_draft_place(draft, problems, "codes");
	struct codes *codes = NULL;

	if (draft->codes_name == NULL)
		return;
	place.line = draft->codes_line;
	if (config_maps_find(maps, draft->codes_name, &codes) < 0)
		config_problems_error(&place, "no such map: \"%s\"", draft->codes_name);
	else if (codes != NULL)
		draft->definition->policy.codes = codes_ref(codes);
}

static void
inherit_key(
	const struct config_key *key, struct definition *definition, struct definition *from)
{
	if (key->type == CONFIG_TYPE_CODES)
		definition->policy.codes =
			from->policy.codes != NULL ? codes_ref(from->policy.codes) : NULL;
	else if (config_keys_is_number(key) || key->is_inherited || key->fallback != NULL)
		config_command_inherit(key, definition, from);
}

void
config_draft_resolve_worker(struct config_draft *draft, struct config_problems *problems,
	const struct config_workers *workers)
{
	struct config_place place = config_draft_place(draft, problems, "worker");

	if (draft->worker_name == NULL)
		return;
	place.line = draft->worker_line;
	draft->definition->worker = config_workers_find(workers, &place, draft->worker_name);
}

void
config_draft_inherit(struct config_draft *draft, const struct config_draft *from)
{
	struct definition *definition = draft->definition;
	/* A command has all that defaults can have, and those are of no type. */
	enum check_type type = definition->type == CHECK_TYPE_COMMAND ? 0 : definition->type;

	for (const struct config_key *key = config_keys_first(CONFIG_SECTION_CHECK);
		key != NULL; key = config_keys_next(key)) {
		void *part = config_keys_part(key, definition);

		if (is_given(draft, key) || !config_keys_is_common(key) || part == NULL)
			continue;
		if (key->type == CONFIG_TYPE_CODES && config_keys_type_has_own_codes(type))
			definition->policy.codes =
				codes_ref(codes_builtin(config_keys_type_codes(type)));
		else if (config_keys_has_type(key, type))
			inherit_key(key, definition, from->definition);
		else if (key->type == CONFIG_TYPE_DURATION)
			config_keys_store(key, part, 0);
		else if (config_keys_is_number(key))
			config_bind_fallback(key, part);
	}
}

/* A check that is not looked at for flapping has no end of it either, but may inherit one. */
static void
finish_flapping(struct config_draft *draft, struct config_problems *problems)
{
	const struct config_place place = config_draft_place(draft, problems, "flapping_stop");
	const struct config_key *start =
		config_keys_find(CONFIG_SECTION_CHECK, "flapping_start");
	const struct config_key *stop = config_keys_find(CONFIG_SECTION_CHECK, "flapping_stop");
	struct check_policy *policy = &draft->definition->policy;

	if (policy->flapping_start == 0) {
		if (is_given(draft, stop) && !is_given(draft, start))
			config_problems_error(&place, "means nothing without flapping_start");
		policy->flapping_stop = 0;
	} else if (policy->flapping_stop > policy->flapping_start) {
		config_problems_error(&place,
			"must not exceed flapping_start, which is %u, and is %u",
			policy->flapping_start, policy->flapping_stop);
	}
}

void
config_draft_finish(struct config_draft *draft, struct config_problems *problems)
{
	struct definition *definition = draft->definition;
	const struct config_place place = config_draft_place(draft, problems, "fresh");

	for (const struct config_key *key = config_keys_first(CONFIG_SECTION_CHECK);
		key != NULL; key = config_keys_next(key)) {
		if (key->derive != NULL && config_keys_load(key, definition) == 0)
			config_keys_store(key, definition, (int64_t)key->derive(definition));
	}
	finish_flapping(draft, problems);
	if (definition->fresh_ms != 0 && definition->fresh_ms < definition->interval_ms)
		config_problems_warning(&place, "is shorter than the interval, so that the "
						"check goes stale between its runs");
}
