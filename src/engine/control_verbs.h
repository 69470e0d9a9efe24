/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one table of what can be asked and told on the control socket. To add a verb is to
 * add a row (and its lines to checkd-control.7).
 */
#ifndef ENGINE_CONTROL_VERBS_H
#define ENGINE_CONTROL_VERBS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "control_call.h"
#include "intake.h"
#include "wire.h"

struct checks;
struct config_report;
struct control_events;
struct tester;

/* What checkd is and has; texts are borrowed until the loop goes on. */
struct control_facts {
	struct wire_summary summary;
	const char *config_file;
	const char *state_file;
	uint64_t store_size; /* octets */
	pid_t publisher_pid; /* 0: none */
	bool is_standalone;
	const char *master; /* the address; standalone: those that it listens on */
};

/* What came of a reload; borrowed for the call. */
struct control_reloaded {
	bool is_taken; /* else nothing has changed */
	unsigned generation;
	const char *result;
	const struct config_report *report;
};

/* Somebody who waits for a reload that begins after he asked. His, until he is told. */
struct control_reload {
	void (*told)(void *arg, const struct control_reloaded *reloaded);
	void *arg;
	struct control_reload *prev, *next;
};

/* What the verbs want of those above them. */
struct control_upward {
	void (*facts)(void *arg, struct control_facts *ret_facts);
	/* Returns 0, or -errno: then nobody is told. forget: he waits no more. */
	int (*reload)(void *arg, struct control_reload *reload);
	void (*forget)(void *arg, struct control_reload *reload);
	void *arg;
};

/* What the verbs work on; all of it is borrowed. */
struct control_context {
	const struct intake *intake;
	struct checks *checks;
	struct control_events *events;
	struct tester *tester;
	const struct control_upward *upward;
};

/* Their argument is a struct control_context. */
extern const struct control_verb control_verbs[];

#endif
