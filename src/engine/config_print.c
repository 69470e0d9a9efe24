/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The canonical form: what the files came to, in the order of the table of keys, without
 * what is the built-in default.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "config.h"
#include "config_keys.h"
#include "config_say.h"
#include "config_value.h"
#include "config_workers.h"
#include "maintenance.h"
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
print_text(void *arg, const char *name, const char *text)
{
	struct printer *printer = arg;

	print_name(printer, name);
	fputc(' ', printer->stream);
	yaml_text_write(text, printer->stream);
	fputc('\n', printer->stream);
}

static void
print_number(void *arg, const struct config_key *key, int64_t number)
{
	struct printer *printer = arg;
	char text[CONFIG_VALUE_SIZE];

	config_value_format(key, number, text);
	print_name(printer, key->name);
	fprintf(printer->stream, " %s\n", text);
}

static void
print_list(void *arg, const char *name, char *const *list)
{
	struct printer *printer = arg;

	print_name(printer, name);
	fputc('\n', printer->stream);
	for (; *list != NULL; list++) {
		fprintf(printer->stream, "%s  - ", printer->next_lead);
		yaml_text_write(*list, printer->stream);
		fputc('\n', printer->stream);
	}
}

static void
print_map(void *arg, const char *name, char *const *pairs)
{
	struct printer *printer = arg;

	print_name(printer, name);
	fputc('\n', printer->stream);
	for (; *pairs != NULL; pairs++) {
		size_t len = strcspn(*pairs, "=");
		CLEANUP_FREE char *variable = xstrndup(*pairs, len);
		struct printer item = {printer->stream, LEAD PART_LEAD, LEAD PART_LEAD};

		print_text(&item, variable, *pairs + len + 1);
	}
}

static struct config_listener
listener_of(struct printer *printer)
{
	return (struct config_listener){
		.number = print_number,
		.text = print_text,
		.list = print_list,
		.map = print_map,
		.arg = printer,
	};
}

static void
print_checks(const struct config *config, FILE *stream)
{
	struct definition *standard = config_say_standard();

	fputs(config->check_count > 0 ? "checks:\n" : "checks: []\n", stream);
	for (size_t i = 0; i < config->check_count; i++) {
		struct printer printer = {stream, ITEM_LEAD, LEAD};
		const struct config_listener listener = listener_of(&printer);

		config_say_check(&listener, config->checks[i], standard);
	}
	definition_unref(standard);
}

static void
print_maps(const struct config *config, FILE *stream)
{
	if (config->code_count > 0)
		fputs("codes:\n", stream);
	for (size_t i = 0; i < config->code_count; i++) {
		struct printer printer = {stream, ITEM_LEAD, LEAD};
		const struct config_listener listener = listener_of(&printer);

		print_text(&printer, "name", codes_name(config->codes[i]));
		config_say_rules(&listener, "map", config->codes[i]);
	}
}

static void
print_workers(const struct config *config, FILE *stream)
{
	struct worker_definition *standard = worker_definition_new();

	config_workers_fill(standard);
	if (config->worker_count > 0)
		fputs("workers:\n", stream);
	for (size_t i = 0; i < config->worker_count; i++) {
		struct printer printer = {stream, ITEM_LEAD, LEAD};
		const struct config_listener listener = listener_of(&printer);

		config_say_worker(&listener, config->workers[i], standard);
	}
	worker_definition_unref(standard);
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
	const struct config_listener listener = listener_of(&printer);

	for (const struct config_key *key = config_keys_first(CONFIG_SECTION_FILE); key != NULL;
		key = config_keys_next(key)) {
		if (key->type != CONFIG_TYPE_PART)
			config_say_key(&listener, key, config, standard);
	}
}

/* limits, snmp or control, where anything in it is not the default. */
static void
print_part(FILE *stream, const char *name, enum config_section section, void *fields,
	void *standard)
{
	CLEANUP_FREE char *header = xasprintf("%s:\n" PART_LEAD, name);
	struct printer printer = {stream, header, PART_LEAD};
	const struct config_listener listener = listener_of(&printer);

	for (const struct config_key *key = config_keys_first(section); key != NULL;
		key = config_keys_next(key))
		config_say_key(&listener, key, fields, standard);
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
	print_workers(config, stream);
	print_maintenance(config, stream);
	print_checks(config, stream);
	return fflush(stream) == 0 && !ferror(stream) ? 0 : -EIO;
}
