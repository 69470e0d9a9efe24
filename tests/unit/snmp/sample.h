/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows and events as the engine would tell them, for the tests of the publisher.
 */
#ifndef TESTS_SAMPLE_H
#define TESTS_SAMPLE_H

#include "clock.h"
#include "wire.h"

/* A name of the greatest length. */
#define SAMPLE_NAME_60 "a23456789.123456789.123456789.123456789.123456789.123456789."

/* When the sample's check last ran and changed: 100 s and 1,000 s before sample_now. */
#define SAMPLE_RAN_EPOCH    1700000900
#define SAMPLE_CHANGE_EPOCH 1700000000
#define SAMPLE_NOW_MS       5000000

extern const struct boottime sample_now;

/* An enabled, fresh check that is critical. The strings are the caller's to free. */
struct wire_row sample_row(const char *name);
struct wire_event sample_event(uint64_t number, const char *name);

#endif
