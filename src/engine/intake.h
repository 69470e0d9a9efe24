/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where results of passive checks go in, whichever way they came: to the check, and on disk.
 */
#ifndef ENGINE_INTAKE_H
#define ENGINE_INTAKE_H

#include <stddef.h>

#include "store.h"

struct submission;

struct intake {
	/* As checks_submit. */
	int (*submit)(void *arg, const struct submission *submission);
	/* As store_when_stored; store_wait_cancel cancels it. */
	struct store_wait *(*when_stored)(void *arg, store_wait_fn told, void *told_arg);
	void *arg;
};

/* Says for people why a submission was refused: "check backup: it is not passive". */
void intake_explain(int error, const char *name, char *buf, size_t size);

#endif
