/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The handlers of the verbs, for their table; each has a struct control_context for its
 * argument. They are by subject in control_checks.c, control_show.c and so on.
 */
#ifndef ENGINE_CONTROL_HANDLERS_H
#define ENGINE_CONTROL_HANDLERS_H

#include "control_call.h"

void control_names(void *arg, struct control_call *call);
void control_checks(void *arg, struct control_call *call);
void control_show(void *arg, struct control_call *call);
void control_events(void *arg, struct control_call *call);
void control_daemon(void *arg, struct control_call *call);
void control_enable(void *arg, struct control_call *call);
void control_disable(void *arg, struct control_call *call);
void control_maintenance(void *arg, struct control_call *call);
void control_run(void *arg, struct control_call *call);
void control_test(void *arg, struct control_call *call);
void control_reload(void *arg, struct control_call *call);

#endif
