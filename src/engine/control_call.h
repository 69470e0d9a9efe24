/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A request on the control socket and its answer: one JSON object a line each, as
 * checkd-control(7) has them. A verb is a row of a table. Nothing here knows of sockets.
 */
#ifndef ENGINE_CONTROL_CALL_H
#define ENGINE_CONTROL_CALL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control_peer.h"
#include "control_text.h"

/* The longest request, in octets, without the end of its line. */
#define CONTROL_REQUEST_MAX 65536

/* How deep objects and lists may be in each other. */
#define CONTROL_DEPTH_MAX 8

/* The longest answer, in octets; who has more to tell tells it in parts. */
#define CONTROL_ANSWER_MAX 262144

struct control_call;

/* What a request has beside its verb. */
struct control_member {
	const char *name; /* NULL ends a list of them */
	json_type type;   /* JSON_STRING; JSON_INTEGER; JSON_TRUE: a boolean; JSON_ARRAY: a list
			     of texts, or one text of items with commas between */
	bool is_optional;
	bool is_unlogged;
	int64_t min; /* of an integer */
	int64_t max;
};

struct control_verb {
	const char *name;         /* NULL ends a table */
	enum control_right right; /* that it takes; what takes more than reading is logged */
	const struct control_member *members; /* the first says whom it is about; NULL: none */
	/* Answers the call, now or later. What it reads of the request is gone after it. */
	void (*handle)(void *arg, struct control_call *call);
};

/* What can be asked; all of it is borrowed. */
struct control_service {
	const struct control_verb *verbs;
	void *arg; /* of their handlers */
};

/* Who asks. */
struct control_caller {
	const char *name; /* in the log: "uid 1000 pid 123" */
	uint32_t uid;
	unsigned rights;
};

struct control_call {
	char *answer; /* one line without its end; NULL until it is answered */
	char *error;  /* what it says where it is a refusal; else NULL */
	/* Set by a handler that answers later, who is told where nobody is there for it. */
	void (*cancelled)(struct control_call *call);
	void *state;     /* the handler's */
	bool is_waiting; /* set likewise: until it is answered no request behind it is begun */

	const json_t *request;               /* while it is handled, */
	const struct control_caller *caller; /* as this */
	void (*answered)(void *arg);
	void *arg;
	struct control_call *prev, *next; /* its owner's */
};

/* answered is called each time that a call is answered, be it in control_call_begin. */
struct control_call *control_call_new(void (*answered)(void *arg), void *arg);
void control_call_free(struct control_call *call);

/* Understands a request and has its verb handle it, or answers what is wrong with it. */
void control_call_begin(struct control_call *call, const struct control_service *service,
	const struct control_caller *caller, const char *line, size_t len);

/* For handlers. A text that was not given is NULL, a number 0. */
const char *control_call_text(const struct control_call *call, const char *member);
int64_t control_call_number(const struct control_call *call, const char *member);
bool control_call_flag(const struct control_call *call, const char *member);
bool control_call_has(const struct control_call *call, const char *member);

/* The items of a list, NULL-terminated, to be freed by strv_free; NULL: it was not given. */
char **control_call_list(const struct control_call *call, const char *member);

/* The answer {"ok": true, ...}, with the members of an object that is taken; NULL: none. */
void control_call_succeed(struct control_call *call, json_t *members);

/* The same with a further member, of which the items are ended and freed. */
void control_call_succeed_items(struct control_call *call, json_t *members, const char *name,
	struct control_items *items);

/* The answer {"ok": false, "error": ...}. */
void control_call_fail(struct control_call *call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same with further members, of an object that is taken. */
void control_call_fail_with(struct control_call *call, json_t *members, const char *error);

#endif
