/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the configuration says of one check. Immutable once made, and counted: a run in
 * progress keeps its definition while a reload brings a new one.
 */
#ifndef CORE_DEFINITION_H
#define CORE_DEFINITION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "check.h"

#define DEFINITION_NAME_MIN 2
#define DEFINITION_NAME_MAX 60

struct aggregate;
struct codes;
struct maintenance;
struct probe;
struct worker_definition;

/* What is run, and how: of a check of type command, or of a worker's process. */
struct command {
	char *line;      /* as written; NULL where argv was given */
	char **argv;     /* what is run, NULL-terminated: of shell, {"/bin/sh", "-c", line} */
	char **env;      /* "NAME=value", NULL-terminated: beside PATH, LANG and CHECKD_NAME */
	char *directory; /* NULL for "/" */
	char *user;      /* NULL for the daemon's own; else the next four are its */
	gid_t *groups;
	size_t group_count;
	uid_t uid;
	gid_t gid;
	uint64_t grace_ms;     /* from SIGTERM to SIGKILL */
	uint64_t memory_limit; /* bytes, RLIMIT_AS; 0 for none */
	uint64_t cpu_limit_s;  /* RLIMIT_CPU; 0 for none */
	int nice;              /* 0 for the daemon's own */
	bool is_shell;
	bool is_insecure; /* run even what others than root can write */
};

/* What only some types have is a part of its own: most checks are of other types. */
struct definition {
	atomic_uint reference_count;
	enum check_type type;
	enum check_notify notify;
	bool is_enabled;
	char *name;
	char *description;                /* "" where there is none */
	char *group;                      /* one reference; see shared_text.h */
	struct command *command;          /* NULL where nothing is run for it alone */
	struct probe *probe;              /* NULL where the type is none of a probe */
	struct aggregate *aggregate;      /* NULL where the type is not aggregate */
	struct worker_definition *worker; /* one reference; NULL where the type is not worker */
	char *arguments;                  /* of a worker's request, tabs between; NULL: none */
	char **depends;                   /* names of checks, NULL-terminated; NULL: none */
	struct maintenance **maintenance; /* those it is in, one reference each */
	size_t maintenance_count;

	uint64_t interval_ms;
	uint64_t timeout_ms; /* 0 of a type that has none: passive, aggregate */
	uint64_t retry_ms;   /* equals interval_ms where it was not given */
	uint64_t fresh_ms; /* 0: never stale by itself, as an aggregate, which is by its members
			    */
	struct check_policy policy; /* with one reference to its codes */
};

/* All zero but for one reference; a command is all zero. */
struct definition *definition_new(void);
struct command *command_new(void);
struct definition *definition_ref(struct definition *definition);
void definition_unref(struct definition *definition); /* NULL is fine; thread-safe */

/* Whether a reload leaves the check as it is. Where it was defined does not count. */
bool definition_equal(const struct definition *a, const struct definition *b);

/* NULL-terminated lists of owned strings. */
void strv_free(char **list);
size_t strv_count(char *const *list); /* NULL has none */
char **strv_copy(char *const *list);  /* of NULL an empty list */
bool strv_equal(char *const *a, char *const *b);
char *strv_join(char *const *list, const char *separator); /* to be freed */

#endif
