/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The canonical form: what the files came to, in the order of the table of keys, without
 * what is the built-in default.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "aggregate.h"
#include "config.h"
#include "config_aggregate.h"
#include "config_bind.h"
#include "config_keys.h"
#include "config_value.h"
#include "maintenance.h"
#include "probe.h"
#include "util.h"
#include "yaml_text.h"

/* Of an item of a list the first line has the dash, the others are in line with it. */
#define ITEM_LEAD "  - "
#define LEAD      "    "
#define PART_LEAD "  "

/* Writes lines of "KEY: VALUE". */
struct printer {
	FILE *stream;
	const char *lead;      /* of the next line */
	const char *next_lead; /* of those after it */
};

static void
print_name(struct printer *printer, const char *name)
{
	fputs(printer->lead, printer->stream);
	yaml_text_write(name, printer->stream);
	fputc(':', printer->stream);
	printer->lead = printer->next_lead;
}

static void
print_text(struct printer *printer, const char *name, const char *text)
{
	print_name(printer, name);
	fputc(' ', printer->stream);
	yaml_text_write(text, printer->stream);
	fputc('\n', printer->stream);
}

static void
print_item(struct printer *printer, const char *text)
{
	fprintf(printer->stream, "%s  - ", printer->next_lead);
	yaml_text_write(text, printer->stream);
	fputc('\n', printer->stream);
}

static void
print_number(struct printer *printer, const struct config_key *key, const void *fields)
{
	char text[CONFIG_VALUE_SIZE];

	config_value_format(key, config_keys_load(key, fields), text);
	print_name(printer, key->name);
	fprintf(printer->stream, " %s\n", text);
}

static void
print_list(struct printer *printer, const char *name, char *const *list)
{
	print_name(printer, name);
	fputc('\n', printer->stream);
	for (; *list != NULL; list++)
		print_item(printer, *list);
}

static void
print_env(struct printer *printer, const char *name, char *const *env)
{
	print_name(printer, name);
	fputc('\n', printer->stream);
	for (; *env != NULL; env++) {
		size_t len = strcspn(*env, "=");
		CLEANUP_FREE char *variable = xstrndup(*env, len);
		struct printer item = {printer->stream, LEAD PART_LEAD, LEAD PART_LEAD};

		print_text(&item, variable, *env + len + 1);
	}
}

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

static void
print_rules(struct printer *printer, const char *name, const struct codes *codes)
{
	print_name(printer, name);
	fputc('\n', printer->stream);
	for (size_t i = 0; i < codes_rule_count(codes); i++) {
		CLEANUP_FREE char *rule = format_rule(codes_rule_at(codes, i));

		print_item(printer, rule);
	}
}

/* A map by its name; one that stands with its check only has none. */
static void
print_codes(struct printer *printer, const char *name, const struct codes *codes)
{
	if (codes_name(codes)[0] != '\0')
		print_text(printer, name, codes_name(codes));
	else
		print_rules(printer, name, codes);
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

static void
print_key(struct printer *printer, const struct config_key *key, void *fields, void *standard)
{
	if (config_keys_is_number(key)) {
		if (key->is_always_said || !is_default_number(key, fields, standard))
			print_number(printer, key, fields);
	} else if (key->type == CONFIG_TYPE_LISTEN || key->type == CONFIG_TYPE_STATUSES ||
		   key->type == CONFIG_TYPE_ANSWERS) {
		char **list = *config_keys_list(key, fields);

		if (!strv_equal(list, *config_keys_list(key, standard)))
			print_list(printer, key->name, list);
	} else {
		const char *text = *config_keys_text(key, fields);

		if (key->is_always_said ||
			!is_default_text(text, *config_keys_text(key, standard)))
			print_text(printer, key->name, text);
	}
}

static void
print_rule(struct printer *printer, const struct config_key *key, struct aggregate *aggregate)
{
	if (!config_aggregate_has_key(key, aggregate->rule))
		return;
	if (config_keys_is_number(key))
		print_number(printer, key, aggregate);
	else
		print_list(printer, key->name, aggregate->selectors);
}

/* The keys of a check that are more than a number or a text, too. */
static void
print_check_key(struct printer *printer, const struct config_key *key,
	struct definition *definition, struct definition *standard)
{
	if (!config_keys_has_type(key, definition->type))
		return;
	if (key->type == CONFIG_TYPE_HEADERS) {
		if (!strv_equal(definition->probe->headers, NULL))
			print_env(printer, key->name, definition->probe->headers);
	} else if (key->is_aggregate) {
		print_rule(printer, key, definition->aggregate);
	} else if (key->type == CONFIG_TYPE_CHECKS) {
		if (strv_count(definition->depends) > 0)
			print_list(printer, key->name, definition->depends);
	} else if (key->is_probe) {
		print_key(printer, key, definition->probe, standard->probe);
	} else if (key->type == CONFIG_TYPE_ARGV) {
		if (definition->command == NULL)
			print_list(printer, key->name, definition->argv);
	} else if (key->type == CONFIG_TYPE_ENV) {
		if (definition->env[0] != NULL)
			print_env(printer, key->name, definition->env);
	} else if (key->type == CONFIG_TYPE_CODES) {
		if (definition->codes !=
			codes_builtin(config_keys_type_codes(definition->type)))
			print_codes(printer, key->name, definition->codes);
	} else {
		print_key(printer, key, definition, standard);
	}
}

static void
print_check(FILE *stream, struct definition *definition, struct definition *standard)
{
	struct printer printer = {stream, ITEM_LEAD, LEAD};

	for (const struct config_key *key = config_keys_first(CONFIG_SECTION_CHECK);
		key != NULL; key = config_keys_next(key))
		print_check_key(&printer, key, definition, standard);
}

static void
print_checks(const struct config *config, FILE *stream)
{
	struct definition *standard = definition_new();

	config_bind_fallbacks(CONFIG_SECTION_CHECK, standard);
	standard->probe = probe_new();
	config_bind_probe_fallbacks(standard->probe);
	fputs(config->check_count > 0 ? "checks:\n" : "checks: []\n", stream);
	for (size_t i = 0; i < config->check_count; i++)
		print_check(stream, config->checks[i], standard);
	definition_unref(standard);
}

static void
print_maps(const struct config *config, FILE *stream)
{
	if (config->code_count > 0)
		fputs("codes:\n", stream);
	for (size_t i = 0; i < config->code_count; i++) {
		struct printer printer = {stream, ITEM_LEAD, LEAD};

		print_text(&printer, "name", codes_name(config->codes[i]));
		print_rules(&printer, "map", config->codes[i]);
	}
}

static void
print_maintenance(const struct config *config, FILE *stream)
{
	if (config->maintenance_count > 0)
		fputs("maintenance:\n", stream);
	for (size_t i = 0; i < config->maintenance_count; i++) {
		const struct maintenance *maintenance = config->maintenance[i];
		struct printer printer = {stream, ITEM_LEAD, LEAD};

		print_list(&printer, "when", maintenance->when);
		print_list(&printer, "checks", maintenance->selectors);
		if (maintenance->reason[0] != '\0')
			print_text(&printer, "reason", maintenance->reason);
	}
}

/* The single values of the top level. */
static void
print_settings(FILE *stream, struct config *config, struct config *standard)
{
	struct printer printer = {stream, "", ""};

	for (const struct config_key *key = config_keys_first(CONFIG_SECTION_FILE); key != NULL;
		key = config_keys_next(key)) {
		if (key->type != CONFIG_TYPE_PART)
			print_key(&printer, key, config, standard);
	}
}

/* limits, snmp or control, where anything in it is not the default. */
static void
print_part(FILE *stream, const char *name, enum config_section section, void *fields,
	void *standard)
{
	CLEANUP_FREE char *header = xasprintf("%s:\n" PART_LEAD, name);
	struct printer printer = {stream, header, PART_LEAD};

	for (const struct config_key *key = config_keys_first(section); key != NULL;
		key = config_keys_next(key))
		print_key(&printer, key, fields, standard);
}

static void
print_parts(const struct config *config, FILE *stream)
{
	struct config given = *config; /* all of it is borrowed */
	struct config *standard = config_new();

	print_settings(stream, &given, standard);
	print_part(stream, "limits", CONFIG_SECTION_LIMITS, &given.limits, &standard->limits);
	print_part(stream, "snmp", CONFIG_SECTION_SNMP, &given.snmp, &standard->snmp);
	print_part(
		stream, "control", CONFIG_SECTION_CONTROL, &given.control, &standard->control);
	config_free(standard);
}

int
config_print(const struct config *config, FILE *stream)
{
	print_parts(config, stream);
	print_maps(config, stream);
	print_maintenance(config, stream);
	print_checks(config, stream);
	return fflush(stream) == 0 && !ferror(stream) ? 0 : -EIO;
}
