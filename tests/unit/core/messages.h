/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A message of each type, for the tests of wire. Every member has a value of its own, so
 * that none can be taken for another. Nothing of them is to be freed.
 */
#ifndef TESTS_MESSAGES_H
#define TESTS_MESSAGES_H

#include "wire.h"

struct wire_message message_hello(void);
struct wire_message message_row(void);
struct wire_message message_remove(void);
struct wire_message message_event(void);
struct wire_message message_forget(void);
struct wire_message message_sync(void);
struct wire_message message_notify(void);
struct wire_message message_summary(void);
struct wire_message message_alive(void);
struct wire_message message_acknowledge(void);

/* All of them. */
#define MESSAGE_MAKER_COUNT WIRE_ACKNOWLEDGE
extern struct wire_message (*const message_makers[MESSAGE_MAKER_COUNT])(void);

#endif
