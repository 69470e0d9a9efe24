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
struct control_events;

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

/* What the verbs want of those above them. */
struct control_upward {
	void (*facts)(void *arg, struct control_facts *ret_facts);
	void *arg;
};

/* What the verbs work on; all of it is borrowed. */
struct control_context {
	const struct intake *intake;
	struct checks *checks;
	struct control_events *events;
	const struct control_upward *upward;
};

/* Their argument is a struct control_context. */
extern const struct control_verb control_verbs[];

#endif
