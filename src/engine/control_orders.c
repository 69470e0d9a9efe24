/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Orders for one check or many. A request looks at so many checks and changes so many, and
 * says where the next one goes on.
 */
#include <errno.h>
#include <stdlib.h>

#include "checks.h"
#include "control_answer.h"
#include "control_handlers.h"
#include "control_verbs.h"
#include "definition.h"
#include "entry.h"
#include "selector.h"
#include "util.h"

#define CHANGES_MAX 500

/* So many names of checks that were changed are answered. */
#define NAMES_MAX 100

struct ordering {
	struct checks *checks;
	struct selector selector;
	struct checks_order order;
	size_t matched;
	size_t changed;
	size_t refused;
	json_t *names;
	char *next; /* owned; NULL: all are through */
};

/* A call that waits until its orders are stored. */
struct waiting {
	struct control_call *call;
	json_t *members;
	struct store_wait *store_wait;
};

static void
orders_on_stored(void *arg, bool is_stored)
{
	struct waiting *waiting = arg;

	json_object_set_new(waiting->members, "stored", json_boolean(is_stored));
	control_call_succeed(waiting->call, waiting->members);
	free(waiting);
}

static void
orders_on_cancelled(struct control_call *call)
{
	struct waiting *waiting = call->state;

	store_wait_cancel(waiting->store_wait);
	json_decref(waiting->members);
	free(waiting);
}

/* Takes the members. */
static void
answer_when_stored(
	const struct control_context *context, struct control_call *call, json_t *members)
{
	const struct intake *intake = context->intake;
	struct waiting *waiting = xcalloc(1, sizeof(*waiting));

	waiting->call = call;
	waiting->members = members;
	waiting->store_wait = intake->when_stored(intake->arg, orders_on_stored, waiting);
	call->state = waiting;
	call->cancelled = orders_on_cancelled;
}

static bool
is_selected(const struct selector *selector, const struct entry *entry)
{
	const struct definition *definition = entry->job.definition;

	return selector_matches(
		selector, selector->is_group ? definition->group : definition->name);
}

static int
give(struct ordering *ordering, const struct entry *entry)
{
	int result = checks_give_order(ordering->checks, entry, &ordering->order);

	ordering->matched++;
	ordering->refused += result < 0;
	if (result <= 0)
		return result;
	ordering->changed++;
	if (json_array_size(ordering->names) < NAMES_MAX)
		json_array_append_new(ordering->names, control_answer_text(entry_name(entry)));
	return result;
}

static void
give_all(struct ordering *ordering, const char *after)
{
	const struct entry *entry = checks_after(ordering->checks, after);

	for (size_t i = 0; entry != NULL; i++) {
		if (i == CONTROL_LOOKS_MAX || ordering->changed == CHANGES_MAX) {
			ordering->next = xstrdup(after);
			return;
		}
		if (is_selected(&ordering->selector, entry))
			give(ordering, entry);
		after = entry_name(entry);
		entry = checks_next(ordering->checks, entry);
	}
}

/* False, having answered, where it cannot be. */
static bool
give_one(struct ordering *ordering, struct control_call *call)
{
	const char *name = ordering->selector.text;
	const struct entry *entry = checks_find(ordering->checks, name);

	if (entry == NULL) {
		control_call_fail(call, "check %.60s: there is no such check", name);
		return false;
	}
	if (give(ordering, entry) == -EPERM) {
		control_call_fail(call,
			"check %s: the configuration says enabled: false, and only a change of "
			"that enables it",
			name);
		return false;
	}
	return true;
}

/* Takes the ordering's names. */
static json_t *
members_of(struct ordering *ordering)
{
	json_t *members = json_pack("{s:I, s:I, s:o}", "matched", (json_int_t)ordering->matched,
		"changed", (json_int_t)ordering->changed, "names", STEAL(ordering->names));

	if (ordering->order.wish == CHECKS_ENABLE)
		json_object_set_new(
			members, "refused", json_integer((json_int_t)ordering->refused));
	if (ordering->order.wish == CHECKS_MAINTAIN)
		json_object_set_new(
			members, "until_epoch", json_integer(ordering->order.until.s));
	if (ordering->next != NULL)
		json_object_set_new(members, "next", control_answer_text(ordering->next));
	return members;
}

static void
give_orders(const struct control_context *context, struct control_call *call,
	struct ordering *ordering)
{
	const char *reason = control_call_text(call, "reason");
	const char *after = control_call_text(call, "after");
	bool is_right = true;

	ordering->checks = context->checks;
	ordering->selector = selector_parse(control_call_text(call, "name"));
	ordering->order.by = call->caller->uid;
	ordering->order.reason = reason != NULL ? reason : "";
	ordering->names = json_array();
	if (ordering->selector.is_group || ordering->selector.is_pattern)
		give_all(ordering, after != NULL ? after : "");
	else
		is_right = give_one(ordering, call);
	if (is_right)
		answer_when_stored(context, call, members_of(ordering));
	json_decref(ordering->names);
	free(ordering->next);
}

void
control_enable(void *arg, struct control_call *call)
{
	struct ordering ordering = {
		.order = {.wish = CHECKS_ENABLE, .now = instant_now().wall}};

	give_orders(arg, call, &ordering);
}

void
control_disable(void *arg, struct control_call *call)
{
	struct ordering ordering = {
		.order = {.wish = CHECKS_DISABLE, .now = instant_now().wall}};

	give_orders(arg, call, &ordering);
}

/* Beyond 2106 there is no time. */
static struct walltime
add_seconds(struct walltime now, int64_t seconds)
{
	int64_t then = now.s + seconds;

	return (struct walltime){then < UINT32_MAX ? (uint32_t)then : UINT32_MAX};
}

void
control_maintenance(void *arg, struct control_call *call)
{
	int64_t seconds = control_call_number(call, "seconds");
	struct walltime now = instant_now().wall;
	struct ordering ordering = {.order = {.wish = CHECKS_MAINTAIN, .now = now}};

	if (seconds > 0)
		ordering.order.until = add_seconds(now, seconds);
	give_orders(arg, call, &ordering);
}
