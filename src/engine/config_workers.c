/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A worker's process is defined as a command is: the same keys, in the same fields.
 */
#include "config_workers.h"

#include <string.h>
#include <uthash.h>

#include "config_bind.h"
#include "config_command.h"
#include "config_suggest.h"
#include "config_words.h"
#include "definition.h"
#include "util.h"
#include "worker_line.h"

/* How long a start may take, be it that a file system hangs. */
#define START_TIMEOUT_MS 10000

struct entry {
	struct worker_definition *worker; /* one reference */
	uint32_t given;                   /* a bit for each row of keys, in order */
	const struct config_file *file;   /* borrowed */
	unsigned line;
	UT_hash_handle hh; /* by the name */
};

struct config_workers {
	struct entry *entries;
};

/* An item while it is read. */
struct reading {
	struct entry *entry;
	struct config_users *users;
};

struct config_workers *
config_workers_new(void)
{
	return xcalloc(1, sizeof(struct config_workers));
}

static void
entry_free(struct entry *entry)
{
	worker_definition_unref(entry->worker);
	free(entry);
}

static void
entry_freep(struct entry **entry)
{
	if (*entry != NULL)
		entry_free(*entry);
}

void
config_workers_free(struct config_workers *workers)
{
	struct entry *entry, *next;

	HASH_ITER(hh, workers->entries, entry, next) {
		HASH_DEL(workers->entries, entry);
		entry_free(entry);
	}
	free(workers);
}

static uint32_t
bit_of(const struct config_key *key)
{
	return UINT32_C(1) << (key - config_keys_first(CONFIG_SECTION_WORKER));
}

/* What has the key's field. */
static void *
part_of(const struct config_key *key, struct worker_definition *worker)
{
	return key->is_worker ? worker : config_keys_part(key, worker->process);
}

static void
bind_item(void *arg, const struct config_place *place, const struct config_key *key,
	struct config_node *value)
{
	struct reading *reading = arg;
	struct worker_definition *worker = reading->entry->worker;
	void *part = part_of(key, worker);

	reading->entry->given |= bit_of(key);
	if (config_keys_is_number(key))
		config_bind_number(place, key, value, part);
	else if (key->type == CONFIG_TYPE_ARGV)
		config_bind_argv(place, key, value, part);
	else if (key->type == CONFIG_TYPE_ENV)
		config_bind_env(place, key, value, part);
	else if (key->type == CONFIG_TYPE_USER)
		config_command_bind_user(place, key, value, reading->users, part);
	else
		config_bind_text(place, key, value, part);
}

/* Whether a worker may have that name. */
static bool
accept_name(const struct config_workers *workers, const struct config_place *place)
{
	const struct entry *other;

	HASH_FIND_STR(workers->entries, place->name, other);
	if (other != NULL)
		config_problems_error(place, "is defined twice, first at %s:%u",
			other->file->path, other->line);
	else if (HASH_COUNT(workers->entries) == CONFIG_WORKERS_MAX)
		config_problems_error(
			place, "is one of more than %d workers", CONFIG_WORKERS_MAX);
	else
		return true;
	return false;
}

void
config_workers_fill(struct worker_definition *worker)
{
	for (const struct config_key *key = config_keys_first(CONFIG_SECTION_WORKER);
		key != NULL; key = config_keys_next(key))
		config_bind_fallback(key, part_of(key, worker));
}

static struct entry *
entry_new(const struct config_place *place)
{
	struct entry *entry = xcalloc(1, sizeof(*entry));

	entry->worker = worker_definition_new();
	config_workers_fill(entry->worker);
	entry->worker->process->timeout_ms = START_TIMEOUT_MS;
	entry->file = place->file;
	entry->line = place->line;
	return entry;
}

void
config_workers_add(struct config_workers *workers, const struct config_place *place,
	struct config_node *item, struct config_users *users)
{
	CLEANUP(entry_freep) struct entry *entry = entry_new(place);
	struct reading reading = {.entry = entry, .users = users};
	struct config_place here = *place;

	here.name = config_bind_name(CONFIG_SECTION_WORKER, item);
	config_bind_mapping(&here, CONFIG_SECTION_WORKER, item, bind_item, &reading);
	/* The name is the definition's by now. */
	here.name = entry->worker->process->name;
	if (config_bind_find(item, "name") == NULL)
		config_problems_error(&here, "name: is missing");
	config_command_finish(&here, item, entry->worker->process);
	if (here.name == NULL || !accept_name(workers, &here))
		return;
	HASH_ADD_KEYPTR(hh, workers->entries, here.name, strlen(here.name), entry);
	entry = NULL;
}

/* The row of a check's key of that name, where a default of it reaches workers. */
static const struct config_key *
find_default(const struct config_key *key)
{
	const struct config_key *default_key =
		config_keys_find(CONFIG_SECTION_CHECK, key->name);

	return default_key != NULL && default_key->is_inherited ? default_key : NULL;
}

static void
inherit(struct entry *entry, struct definition *defaults)
{
	struct worker_definition *worker = entry->worker;

	for (const struct config_key *key = config_keys_first(CONFIG_SECTION_WORKER);
		key != NULL; key = config_keys_next(key)) {
		const struct config_key *default_key = find_default(key);

		if (default_key != NULL && (entry->given & bit_of(key)) == 0)
			config_command_inherit(default_key, worker->process, defaults);
	}
}

void
config_workers_resolve(struct config_workers *workers, struct config_problems *problems,
	struct definition *defaults, bool is_test)
{
	for (struct entry *entry = workers->entries; entry != NULL; entry = entry->hh.next) {
		const struct config_place place = {
			.problems = problems,
			.file = entry->file,
			.line = entry->line,
			.section = "worker",
			.name = worker_definition_name(entry->worker),
		};

		inherit(entry, defaults);
		if (is_test)
			config_command_test(&place, entry->worker->process);
	}
}

/* The name that is nearest to a misspelt one, or NULL. */
static const char *
suggest(const struct config_workers *workers, const char *name)
{
	unsigned best_distance = CONFIG_SUGGEST_FAR;
	const char *best = NULL;

	for (const struct entry *entry = workers->entries; entry != NULL;
		entry = entry->hh.next) {
		const char *other = worker_definition_name(entry->worker);

		if (config_suggest_is_nearer(name, other, &best_distance))
			best = other;
	}
	return best;
}

struct worker_definition *
config_workers_find(const struct config_workers *workers, const struct config_place *place,
	const char *name)
{
	const struct entry *entry;

	HASH_FIND_STR(workers->entries, name, entry);
	if (entry != NULL)
		return worker_definition_ref(entry->worker);

	const char *near = suggest(workers, name);

	if (near != NULL)
		config_problems_error(
			place, "no such worker: \"%s\", did you mean \"%s\"?", name, near);
	else
		config_problems_error(place, "no such worker: \"%s\"", name);
	return NULL;
}

static void
strv_freep(char ***list)
{
	strv_free(*list);
}

/* A list as config_bind_argv leaves it where the key's field is one. */
static char **
read_list(const struct config_place *place, const struct config_key *key,
	struct config_node *value)
{
	struct config_key list_key = *key;
	char **list = NULL;
	const char *error = NULL;

	if (value->kind != CONFIG_NODE_SCALAR) {
		list_key.offset = 0;
		list_key.size = sizeof(list);
		config_bind_argv(place, &list_key, value, &list);
	} else if (config_bind_expect(place, key, value, CONFIG_NODE_SCALAR) &&
		   config_bind_accept_text(place, key, value->text) &&
		   config_words_split(value->text, &list, &error) < 0) {
		config_problems_error(place, "%s", error);
	}
	return list;
}

/* Empty ones count, the first too. */
static char *
join(char *const *list)
{
	char *text = xstrdup(*list);

	while (*++list != NULL) {
		CLEANUP_FREE char *head = text;

		text = xasprintf("%s\t%s", head, *list);
	}
	return text;
}

void
config_workers_bind_arguments(const struct config_place *place, const struct config_key *key,
	struct config_node *value, struct definition *definition)
{
	CLEANUP(strv_freep) char **list = read_list(place, key, value);

	if (list == NULL || list[0] == NULL)
		return;
	CLEANUP_FREE char *joined = join(list);
	if (strlen(joined) > WORKER_LINE_ARGUMENTS_MAX)
		config_problems_error(place, "must be at most %d octets long altogether",
			WORKER_LINE_ARGUMENTS_MAX);
	else
		definition->arguments = STEAL(joined);
}

void
config_workers_move(struct config_workers *workers, struct config *config)
{
	config->workers = xcalloc(HASH_COUNT(workers->entries), sizeof(*config->workers));
	for (struct entry *entry = workers->entries; entry != NULL; entry = entry->hh.next)
		config->workers[config->worker_count++] = worker_definition_ref(entry->worker);
}
