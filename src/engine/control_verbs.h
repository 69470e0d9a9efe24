/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one table of what can be asked and told on the control socket. To add a verb is to
 * add a row (and its lines to checkd-control.7).
 */
#ifndef ENGINE_CONTROL_VERBS_H
#define ENGINE_CONTROL_VERBS_H

#include "control_call.h"
#include "intake.h"

/* What the verbs work on; all of it is borrowed. */
struct control_context {
	const struct intake *intake;
};

/* Their argument is a struct control_context. */
extern const struct control_verb control_verbs[];

#endif
