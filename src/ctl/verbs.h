/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verbs of checkctl(1). Each is a function that does the whole of it and returns the exit
 * status; the table of them is main()'s.
 */
#ifndef CTL_VERBS_H
#define CTL_VERBS_H

#include "options.h"

/* What a verb returns that has told why it failed: main() knows the exit status of that. */
#define VERB_FAILED (-1)

/* What a verb returns whose arguments are not as usage says. */
#define VERB_MISUSED (-2)

/* argv has what follows the verb, without options; it ends with NULL. */
typedef int verb_function(const struct options *options, int argc, char **argv);

verb_function verb_daemon;
verb_function verb_disable;
verb_function verb_enable;
verb_function verb_events;
verb_function verb_import;
verb_function verb_maintenance;
verb_function verb_names;
verb_function verb_ping;
verb_function verb_reload;
verb_function verb_run;
verb_function verb_show;
verb_function verb_status;
verb_function verb_submit;
verb_function verb_test;

#endif
