/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way from files to one struct config: the main file, the files it includes, then what
 * is decided only when all have been read. config_file.c reads a file, config_draft.c a
 * check, config_keys.c has the table of keys, config_yaml.c knows YAML.
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <uthash.h>

#include "config_bind.h"
#include "config_file.h"
#include "config_include.h"
#include "maintenance.h"
#include "util.h"

/* A file that has been read, by what it is whatever its path. */
struct visit {
	struct file_id {
		dev_t device;
		ino_t inode;
	} id;
	struct config_file file; /* path owned */
	UT_hash_handle hh;
};

struct loading {
	struct config_parts parts;
	struct visit *visits;
};

struct config *
config_new(void)
{
	struct config *config = xcalloc(1, sizeof(*config));

	config_bind_fallbacks(CONFIG_SECTION_FILE, config);
	config_bind_fallbacks(CONFIG_SECTION_LIMITS, &config->limits);
	config_bind_fallbacks(CONFIG_SECTION_SNMP, &config->snmp);
	config_bind_fallbacks(CONFIG_SECTION_CONTROL, &config->control);
	config->control.gid = config->control.submit_gid = CONFIG_GID_NONE;
	return config;
}

static void
loading_init(struct loading *loading, bool is_test)
{
	struct config_parts *parts = &loading->parts;

	*loading = (struct loading){.visits = NULL};
	parts->is_test = is_test;
	parts->config = config_new();
	parts->problems = config_problems_new();
	parts->users = config_users_new();
	parts->maps = config_maps_new();
	parts->workers = config_workers_new();
	parts->checks = config_checks_new(parts->users, parts->problems);
}

static void
loading_deinit(struct loading *loading)
{
	struct config_parts *parts = &loading->parts;
	struct visit *visit, *next;

	for (size_t i = 0; i < parts->include_count; i++)
		free(parts->includes[i].pattern);
	free(parts->includes);
	config_maintenance_deinit(&parts->maintenance);
	config_checks_free(parts->checks);
	config_maps_free(parts->maps);
	config_workers_free(parts->workers);
	config_users_free(parts->users);
	config_problems_free(parts->problems);
	config_free(parts->config);
	HASH_ITER(hh, loading->visits, visit, next) {
		HASH_DEL(loading->visits, visit);
		free(visit->file.path);
		free(visit);
	}
}

/* Reads a file, if it was not read before: two patterns may stand for the same. */
static void
visit(struct loading *loading, const char *path)
{
	struct visit *new_visit = xcalloc(1, sizeof(*new_visit));
	struct visit *old_visit = NULL;
	struct stat status = {.st_ino = 0};

	/* What is not there has no number; reading it will tell. */
	if (stat(path, &status) == 0) {
		new_visit->id.device = status.st_dev;
		new_visit->id.inode = status.st_ino;
		HASH_FIND(
			hh, loading->visits, &new_visit->id, sizeof(new_visit->id), old_visit);
	}
	if (old_visit != NULL) {
		free(new_visit);
		return;
	}
	new_visit->file.path = xstrdup(path);
	new_visit->file.index = HASH_COUNT(loading->visits);
	HASH_ADD(hh, loading->visits, id, sizeof(new_visit->id), new_visit);
	config_file_read(&loading->parts, &new_visit->file);
}

static const struct config_file *
main_file(const struct loading *loading)
{
	return &loading->visits->file; /* a hash iterates in the order of adding */
}

static void
visit_includes(struct loading *loading)
{
	struct config_parts *parts = &loading->parts;
	struct config_place place = {.problems = parts->problems, .file = main_file(loading)};

	place.key = "include";
	for (size_t i = 0; i < parts->include_count; i++) {
		char **paths = NULL;

		place.line = parts->includes[i].line;
		if (config_include_expand(&place, parts->includes[i].pattern, &paths) < 0)
			continue;
		for (char **path = paths; *path != NULL; path++)
			visit(loading, *path);
		strv_free(paths);
	}
}

/* A file that was cut off must not take all checks away; nothing yet to include may. */
static void
examine_emptiness(const struct config_parts *parts, const struct config_place *place)
{
	if (parts->has_checks || config_problems_error_count(parts->problems) > 0)
		return;
	if (parts->include_count > 0)
		config_problems_warning(place, "no checks");
	else
		config_problems_error(place, "no checks (where that is meant: \"checks: []\")");
}

static void
finish(struct loading *loading)
{
	struct config_parts *parts = &loading->parts;
	const struct config_place place = {
		.problems = parts->problems, .file = main_file(loading)};

	config_checks_resolve(parts->checks, parts->maps, parts->workers, &parts->maintenance,
		parts->is_test, parts->config);
	config_maps_move(parts->maps, parts->config);
	config_workers_move(parts->workers, parts->config);
	config_maintenance_move(&parts->maintenance, parts->config);
	examine_emptiness(parts, &place);
}

static int
load(const char *file, bool is_test, struct config_report *ret_report,
	struct config **ret_config)
{
	CLEANUP(loading_deinit) struct loading loading;

	loading_init(&loading, is_test);
	visit(&loading, file);
	visit_includes(&loading);
	finish(&loading);
	config_problems_move(loading.parts.problems, ret_report);
	if (ret_report->error_count > 0)
		return -EINVAL;
	*ret_config = STEAL(loading.parts.config);
	return 0;
}

int
config_load(const char *file, struct config_report *ret_report, struct config **ret_config)
{
	return load(file, false, ret_report, ret_config);
}

int
config_test(const char *file, struct config_report *ret_report, struct config **ret_config)
{
	return load(file, true, ret_report, ret_config);
}

uint32_t *
config_places_by_name(const struct config *config)
{
	uint32_t *places = xcalloc(config->check_count, sizeof(*places));

	for (size_t i = 0; i < config->check_count; i++)
		places[config->ranks[i]] = (uint32_t)i;
	return places;
}

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	for (size_t i = 0; i < config->check_count; i++)
		definition_unref(config->checks[i]);
	for (size_t i = 0; i < config->code_count; i++)
		codes_unref(config->codes[i]);
	for (size_t i = 0; i < config->maintenance_count; i++)
		maintenance_unref(config->maintenance[i]);
	for (size_t i = 0; i < config->worker_count; i++)
		worker_definition_unref(config->workers[i]);
	free(config->workers);
	free(config->maintenance);
	free(config->checks);
	free(config->ranks);
	free(config->codes);
	free(config->store.path);
	free(config->snmp.master);
	strv_free(config->snmp.listen);
	free(config->snmp.config);
	free(config->snmp.user);
	free(config->control.socket);
	free(config->control.group);
	free(config->control.submit);
	free(config->spool);
	free(config);
}
