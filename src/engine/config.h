/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration: YAML files to one validated, immutable struct config, or to the whole
 * list of what is wrong. See checkd.yaml(5). Reads files and the user database only, so
 * that it may run on a thread of its own.
 */
#ifndef ENGINE_CONFIG_H
#define ENGINE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "codes.h"
#include "definition.h"
#include "worker_definition.h"

struct config_limits {
	unsigned parallel;  /* runs in their first second */
	unsigned processes; /* runs older than that, beside those */
	unsigned probes;    /* probes at work, beside both */
	size_t output;      /* octets kept of each of a script's two streams */
	size_t history;     /* events kept once they are settled */
	size_t backlog;     /* events kept while their notification is pending */
	size_t runs;        /* last runs remembered, of all checks together */
};

struct config_store {
	char *path;   /* of the database */
	bool is_full; /* a commit survives a power cut, not only a kill */
};

struct config_snmp {
	bool is_standalone; /* an agent of its own, and no subagent of a master */
	char *master;
	char **listen; /* standalone: addresses, as snmpd's agentAddress has each */
	char *config;  /* standalone: a file of net-snmp's tokens; NULL: none */
	char *user; /* whom the publisher runs as where checkd is root; NULL: decide at start */
	bool is_ascii;
	unsigned notify_rate;  /* notifications a second */
	unsigned busy_poll_us; /* agentx: so long the publisher waits awake for a request */
};

/* Of no group. */
#define CONFIG_GID_NONE ((gid_t)-1)

struct config_control {
	char *socket;
	char *group;  /* whose members may read; NULL: none */
	char *submit; /* whose members may submit results; NULL: none */
	gid_t gid;    /* of group, as the next of submit; CONFIG_GID_NONE: none */
	gid_t submit_gid;
};

struct config {
	struct config_limits limits;
	struct config_snmp snmp;
	struct config_control control;
	char *spool; /* the folder of results that passive checks get; NULL: none */
	struct config_store store;
	struct codes **codes; /* the files' own maps, one reference each */
	size_t code_count;
	struct worker_definition **workers; /* likewise */
	size_t worker_count;
	struct definition **checks; /* likewise, in the order of the files */
	size_t check_count;
	uint32_t *ranks;                  /* of each: its place by name, case regardless */
	struct maintenance **maintenance; /* likewise, one reference each */
	size_t maintenance_count;
	bool is_linked; /* whether any check depends on others, has members or a maintenance */
};

enum config_severity {
	CONFIG_WARNING, /* does not keep the configuration from being used */
	CONFIG_ERROR,
};

struct config_problem {
	enum config_severity severity;
	char *text; /* "FILE:LINE: check NAME: KEY: what is wrong" */
};

/* What was wrong, in the order of files and lines. */
struct config_report {
	struct config_problem *problems;
	size_t count;
	size_t error_count;   /* of all, the dropped too */
	size_t dropped_count; /* problems beyond CONFIG_PROBLEM_MAX, warnings before errors */
};

#define CONFIG_PROBLEM_MAX 1000

/* A configuration without checks, with every default. */
struct config *config_new(void);

/*
 * Loads the file and all that it includes. Returns 0 with a config that the caller frees,
 * or -EINVAL where the report has an error. The report is filled either way; the caller
 * deinits it.
 */
int config_load(const char *file, struct config_report *ret_report, struct config **ret_config);

/* The same, and warns of programs that are not there, which takes a look at each. */
int config_test(const char *file, struct config_report *ret_report, struct config **ret_config);

void config_free(struct config *config); /* NULL is fine */
void config_report_deinit(struct config_report *report);

/* The places of all checks in the order of their names; to be freed. */
uint32_t *config_places_by_name(const struct config *config);

/* For what is found wrong by whoever uses the configuration. */
void config_report_add_error(struct config_report *report, const char *text);

/*
 * Writes the whole configuration in canonical form: includes resolved, defaults applied,
 * every key that differs from its built-in default, in the order of the table of keys. It
 * loads to an equal configuration. Returns 0, or -EIO.
 */
int config_print(const struct config *config, FILE *stream);

#endif
