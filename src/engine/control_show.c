/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All of one check: its row, what the configuration says of it, its metrics, and what it has
 * to do with others.
 */
#include <string.h>

#include "calendar.h"
#include "checks.h"
#include "config_say.h"
#include "config_value.h"
#include "control_answer.h"
#include "control_handlers.h"
#include "control_row.h"
#include "control_verbs.h"
#include "entry.h"
#include "last_runs.h"
#include "links.h"
#include "maintenance.h"
#include "util.h"

/* So many octets a text of the definition may have, and all of its lists together. */
#define TEXT_MAX  8192
#define LISTS_MAX 49152

/* So many variables, or headers, are named. */
#define NAMES_MAX 100
#define NAME_MAX  255

/* The definition in the making. */
struct saying {
	json_t *object;
	size_t left; /* of LISTS_MAX */
};

static void
say_number(void *arg, const struct config_key *key, int64_t number)
{
	struct saying *saying = arg;
	char text[CONFIG_VALUE_SIZE];
	json_t *value;

	config_value_format(key, number, text);
	if (key->type == CONFIG_TYPE_BOOLEAN)
		value = json_boolean(number != 0);
	else if (key->type == CONFIG_TYPE_INTEGER)
		value = json_integer(number);
	else
		value = json_string(text);
	json_object_set_new(saying->object, key->name, value);
}

static void
say_text(void *arg, const char *name, const char *text)
{
	struct saying *saying = arg;

	json_object_set_new(
		saying->object, name, control_answer_lines(text, strlen(text), TEXT_MAX));
}

static void
say_list(void *arg, const char *name, char *const *list)
{
	struct saying *saying = arg;

	json_object_set_new(saying->object, name, control_answer_list(list, &saying->left));
}

/* The values of variables and of headers may be secrets. */
static void
say_map(void *arg, const char *name, char *const *pairs)
{
	struct saying *saying = arg;
	json_t *members = json_object();

	for (; *pairs != NULL && json_object_size(members) < NAMES_MAX; pairs++) {
		size_t len = strcspn(*pairs, "=");
		CLEANUP_FREE char *variable = xstrndup(*pairs, len < NAME_MAX ? len : NAME_MAX);

		json_object_set_new(members, variable, json_null());
	}
	json_object_set_new(saying->object, name, members);
}

static json_t *
describe_definition(struct definition *definition)
{
	struct saying saying = {.object = json_object(), .left = LISTS_MAX};
	const struct config_listener listener = {
		.number = say_number,
		.text = say_text,
		.list = say_list,
		.map = say_map,
		.arg = &saying,
	};
	struct definition *standard = config_say_standard();

	config_say_check(&listener, definition, standard);
	definition_unref(standard);
	return saying.object;
}

static json_t *
describe_other(const struct entry *entry)
{
	struct wire_row row;

	entry_row(entry, &row);
	return json_pack("{s:o, s:s}", "name", control_answer_text(row.name), "state",
		check_state_name(row.state));
}

/* What links.h has of it, or none. */
static void
set_others(json_t *object, const char *name, const char *count_name,
	const struct links_list *others)
{
	size_t count = others != NULL ? others->count : 0;
	struct control_list list;

	control_list_init(&list, CONTROL_ITEMS_MAX);
	for (size_t i = 0; i < count && i < CONTROL_ITEMS_MAX; i++)
		control_list_add(&list, describe_other(others->entries[i]));
	json_object_set_new(object, name, list.items);
	json_object_set_new(object, count_name, json_integer((json_int_t)count));
}

static bool
depends_on(const struct entry *entry, const struct entry *parent)
{
	const struct links_list *parents = &entry->links->parents;

	for (size_t i = 0; i < parents->count; i++) {
		if (parents->entries[i] == parent)
			return true;
	}
	return false;
}

/*
 * Some who watch it do so only because it is looked at for what they depend on. Of very many
 * not all are looked at here.
 */
static void
set_dependants(json_t *object, const struct entry *entry)
{
	const struct links_list *watchers =
		entry->links != NULL ? &entry->links->watchers : NULL;
	struct links_list dependants = {.entries = NULL};

	for (size_t i = 0; watchers != NULL && i < watchers->count && i < CONTROL_LOOKS_MAX;
		i++) {
		if (depends_on(watchers->entries[i], entry))
			links_append(&dependants, watchers->entries[i]);
	}
	set_others(object, "dependants", "dependants_count", &dependants);
	free(dependants.entries);
}

static json_t *
describe_maintenances(const struct links *links)
{
	struct control_list list;

	control_list_init(&list, CONTROL_ITEMS_MAX);
	for (size_t i = 0; links != NULL && i < links->maintenance_count; i++) {
		const struct calendar_item *item = links->maintenances[i];
		CLEANUP_FREE char *when = strv_join(item->maintenance->when, ", ");

		control_list_add(
			&list, json_pack("{s:o, s:o, s:b}", "when",
				       control_answer_lines(when, strlen(when), TEXT_MAX),
				       "reason", control_answer_text(item->maintenance->reason),
				       "is_open", item->is_open));
	}
	return list.items;
}

static json_t *
describe_run(const struct last_run *run)
{
	return json_pack("{s:I, s:s, s:i, s:i, s:I, s:I, s:o}", "ran_epoch",
		(json_int_t)run->ran.s, "outcome", check_outcome_name(run->outcome), "status",
		run->status, "signal", run->signal, "duration", (json_int_t)run->duration_ms,
		"lateness", (json_int_t)run->lateness_ms, "output",
		control_answer_text(run->output));
}

/* Those that are stored. */
static json_t *
describe_runs(const struct entry *entry)
{
	size_t count = last_runs_count(entry->last_runs);
	json_t *runs = json_array();
	struct last_run run;

	for (size_t i = 0; i < count; i++) {
		last_runs_read(entry->last_runs, i, &run);
		if (run.number <= entry_shown_runs(entry))
			json_array_append_new(runs, describe_run(&run));
	}
	return runs;
}

static json_t *
describe_order(const struct order *order)
{
	if (order == NULL)
		return json_null();
	return json_pack("{s:b, s:I, s:I, s:o, s:I, s:I, s:I, s:o}", "disabled",
		order_is_disabled(order), "disabled_since_epoch",
		(json_int_t)order->disabled_since.s, "disabled_by",
		(json_int_t)order->disabled_by, "disabled_reason",
		control_answer_text(order->disabled_reason), "maintenance_since_epoch",
		(json_int_t)order->maintenance_since.s, "maintenance_until_epoch",
		(json_int_t)order->maintenance_until.s, "maintenance_by",
		(json_int_t)order->maintenance_by, "maintenance_reason",
		control_answer_text(order->maintenance_reason));
}

static json_t *
describe(const struct checks *checks, const struct entry *entry)
{
	const struct links *links = entry->links;
	json_t *object = json_object();
	struct wire_row row;

	entry_row(entry, &row);
	json_object_set_new(object, "check", control_row(&row));
	json_object_set_new(object, "definition", describe_definition(entry->job.definition));
	json_object_set_new(object, "metrics", control_metrics(row.last_perfdata));
	json_object_set_new(object, "last_runs", describe_runs(entry));
	set_others(object, "depends", "depends_count", links != NULL ? &links->parents : NULL);
	set_dependants(object, entry);
	set_others(object, "members", "members_count", links != NULL ? &links->members : NULL);
	json_object_set_new(object, "maintenance", describe_maintenances(links));
	json_object_set_new(
		object, "order", describe_order(checks_order_of(checks, entry_name(entry))));
	return object;
}

void
control_show(void *arg, struct control_call *call)
{
	const struct control_context *context = arg;
	const char *name = control_call_text(call, "name");
	const struct entry *entry = checks_find(context->checks, name);

	if (entry == NULL)
		control_call_fail(call, "check %.60s: there is no such check", name);
	else
		control_call_succeed(call, describe(context->checks, entry));
}
