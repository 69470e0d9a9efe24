/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one table of all keys of the configuration: where a key may stand, what its value
 * is, and which field takes it. To add a key is to add a row (and its lines to
 * checkd.yaml.5). A section's rows are in the order in which the canonical form has them.
 */
#ifndef ENGINE_CONFIG_KEYS_H
#define ENGINE_CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check.h"

struct definition;

/* What a mapping is, and with that the struct its fields are in. */
enum config_section {
	CONFIG_SECTION_FILE,        /* the top level of a file: struct config */
	CONFIG_SECTION_LIMITS,      /* struct config_limits */
	CONFIG_SECTION_SNMP,        /* struct config_snmp */
	CONFIG_SECTION_CONTROL,     /* struct config_control */
	CONFIG_SECTION_MAP,         /* an item of codes; no fields */
	CONFIG_SECTION_WORKER,      /* an item of workers: struct definition of its process */
	CONFIG_SECTION_MAINTENANCE, /* an item of maintenance: struct maintenance */
	CONFIG_SECTION_CHECK,       /* an item of checks, or defaults: struct definition */
};

enum config_type {
	/* Numbers, in a field of any width; of less than 8 octets signed where min is below 0.
	 */
	CONFIG_TYPE_INTEGER,
	CONFIG_TYPE_DURATION, /* in milliseconds */
	CONFIG_TYPE_SECONDS,  /* a duration of whole seconds */
	CONFIG_TYPE_SIZE,     /* in octets */
	CONFIG_TYPE_BOOLEAN,
	CONFIG_TYPE_STATE, /* enum check_state, not pending */
	CONFIG_TYPE_CHOICE,
	/* Texts, in a char * that is owned; max is the longest in octets. */
	CONFIG_TYPE_NAME,      /* of a check, a group or a map */
	CONFIG_TYPE_LINE,      /* without line breaks */
	CONFIG_TYPE_COMMAND,   /* may have line breaks */
	CONFIG_TYPE_DIRECTORY, /* an absolute path */
	CONFIG_TYPE_FILE,      /* an absolute path that may be a file's */
	CONFIG_TYPE_USER,      /* a user that exists */
	CONFIG_TYPE_GROUP,     /* a group of users that exists */
	CONFIG_TYPE_MASTER,    /* an AgentX master's address */
	CONFIG_TYPE_DATA,      /* any octets but NUL */
	CONFIG_TYPE_HOST,      /* a host's name or address */
	CONFIG_TYPE_PATTERN,   /* an extended regular expression */
	CONFIG_TYPE_ADDRESS,   /* of IPv4 or IPv6, as a number */
	CONFIG_TYPE_URL,       /* of http or https */
	CONFIG_TYPE_RANGE,     /* as probe_range_parse has it */
	/* What is more than a scalar. */
	CONFIG_TYPE_ARGV,   /* a list, in a char ** that is owned */
	CONFIG_TYPE_LISTEN, /* a list, or one, of addresses; likewise; max is of all, joined */
	CONFIG_TYPE_ENV,    /* a mapping, in a char ** of NAME=value that is owned */
	CONFIG_TYPE_STATUSES,  /* a list, or one, of ranges of HTTP statuses; likewise */
	CONFIG_TYPE_ANSWERS,   /* a list, or one, of texts; likewise */
	CONFIG_TYPE_HEADERS,   /* a mapping, as CONFIG_TYPE_ENV has it */
	CONFIG_TYPE_CHECKS,    /* a list, or one, of names of checks; in a char ** likewise */
	CONFIG_TYPE_SELECTORS, /* a list, or one, of names, patterns and groups; likewise */
	CONFIG_TYPE_WINDOWS,   /* a list, or one, of windows of maintenance; likewise */
	CONFIG_TYPE_WORKER,    /* the name of a worker */
	CONFIG_TYPE_ARGUMENTS, /* a list, or a line to be split; in a char *, tabs between */
	CONFIG_TYPE_CODES,     /* a map's name or a list of rules */
	CONFIG_TYPE_RULES,     /* a list of rules */
	CONFIG_TYPE_PART,      /* a part of a file; no field, has code of its own */
};

struct config_choice {
	const char *name; /* NULL ends a list of them */
	int64_t value;
};

struct config_key {
	enum config_section section;
	const char *name;
	enum config_type type;
	bool is_main_only;   /* included files may not have it */
	bool is_inherited;   /* defaults may have it */
	bool is_always_said; /* in the canonical form, also where it has the default */
	bool is_shared;      /* the text is one of shared_text.h */
	bool is_command;     /* the field is in struct command */
	bool is_probe;       /* the field is in struct probe */
	bool is_aggregate;   /* the field is in struct aggregate */
	bool is_worker;      /* the field is in struct worker_definition */
	unsigned types;      /* of checks that have it, CONFIG_KEYS_TYPE of each; 0: all */
	int64_t min;         /* of numbers */
	int64_t max;         /* of numbers and texts */
	const struct config_choice *choices;
	const char *fallback; /* as the file would have it; NULL: 0, NULL or derive */
	uint64_t (*derive)(const struct definition *definition); /* from other keys */
	size_t offset;
	size_t size;
	const char *help; /* completes "NAME is ..." */
};

#define CONFIG_SECTION_KEYS_MAX 96

#define CONFIG_KEYS_TYPE(type)  (1U << (type))

/* Visits a section's rows in order: the first one, the next one, NULL behind the last. */
const struct config_key *config_keys_first(enum config_section section);
const struct config_key *config_keys_next(const struct config_key *key);

/* A key's row, or NULL. */
const struct config_key *config_keys_find(enum config_section section, const char *name);

/* Whether checks of that type have the key; 0 stands for a type that is not known. */
bool config_keys_has_type(const struct config_key *key, enum check_type type);

/* What a check's type is called, and what the map of codes that it has by itself. */
const char *config_keys_type_name(enum check_type type);
const char *config_keys_type_codes(enum check_type type);

/* Whether checkd itself makes the exit codes, so that a default for scripts says nothing. */
bool config_keys_type_has_own_codes(enum check_type type);
bool config_keys_type_is_probe(enum check_type type);

/* Whether the field is in struct definition itself, or in its command. */
bool config_keys_is_common(const struct config_key *key);

/* What of a definition has the key's field: itself or a part of it, NULL where it has none. */
void *config_keys_part(const struct config_key *key, struct definition *definition);

/* Whether the key's value is a number, read and written by config_keys_load and _store. */
bool config_keys_is_number(const struct config_key *key);
int64_t config_keys_load(const struct config_key *key, const void *section);
void config_keys_store(const struct config_key *key, void *section, int64_t value);

/* Where a section has the key's text or list. */
char **config_keys_text(const struct config_key *key, void *section);
char ***config_keys_list(const struct config_key *key, void *section);

#endif
