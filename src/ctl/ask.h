/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What most verbs do: ask once, and tell what is wrong where that fails.
 */
#ifndef CTL_ASK_H
#define CTL_ASK_H

#include <jansson.h>

#include "client.h"
#include "options.h"
#include "output.h"

/*
 * The answer to a request, which is taken; NULL where there is none or it was refused, having
 * told so: as a line on standard error; with --json as the answer on standard output; as a
 * plugin as such a one does.
 */
json_t *ask(const struct options *options, struct client *client, json_t *request);

/* The same with a connection for this one request. */
json_t *ask_once(const struct options *options, json_t *request);
json_t *ask_once_long(const struct options *options, json_t *request);

/* Tells that a request failed. The answer may be NULL. */
void ask_tell(const struct options *options, const char *error, const json_t *answer);

/* Sets a member of a request; NULL: none. What is not UTF-8 is cleaned. */
void ask_set_text(json_t *request, const char *member, const char *text);

/* A text of an object; "" where it has none. */
const char *ask_text(const json_t *object, const char *member);

/* A number of an object; 0 where it has none. */
int64_t ask_number(const json_t *object, const char *member);

#endif
