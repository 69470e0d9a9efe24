/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A text that many have, each a reference: as the group that checks are in by default.
 */
#ifndef CORE_SHARED_TEXT_H
#define CORE_SHARED_TEXT_H

/* A copy with one reference. Whoever has one reads it as any text, and never writes to it. */
char *shared_text_new(const char *text);
char *shared_text_ref(char *text);  /* NULL is fine */
void shared_text_unref(char *text); /* NULL is fine; thread-safe */

#endif
