/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole of a terminal, drawn again and again, and given back as it was however it ends: by
 * a key, a signal or an error. Plain escape sequences, which every terminal of today has.
 */
#ifndef CTL_SCREEN_H
#define CTL_SCREEN_H

#include <stddef.h>

#include "clock.h"

enum screen_event {
	SCREEN_TIMEOUT,
	SCREEN_CHANGED, /* it has another size, or its content is gone */
	SCREEN_ASKED,   /* a key, which wants to see what is new */
	SCREEN_QUIT,    /* by a key */
	SCREEN_ENDED,   /* by a signal, or the terminal is gone */
};

struct screen;

/* Takes standard input and output, which are a terminal. Returns 0 or -errno. */
int screen_open(struct screen **ret_screen);
void screen_close(struct screen *screen);

/* Shows the text from the top on, in one write; lines that are too many or too long are cut. */
void screen_show(struct screen *screen, const char *text, size_t height);

/* Waits for what comes first. */
enum screen_event screen_wait(struct screen *screen, struct monotime deadline);

/* What becomes readable when screen_wait has something to tell. */
int screen_input_fd(const struct screen *screen);
int screen_signal_fd(const struct screen *screen);

#endif
