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

struct table;

extern const struct boottime sample_now;

/* An enabled, fresh check that is critical, without metrics. The strings are the caller's to
 * free. */
struct wire_row sample_row(const char *name);

/* The event by which it became so, after a death by signal; likewise. */
struct check_event sample_event(uint64_t number, const char *name);

#define SAMPLE_VERSION "1.2.3"

/* A table with a summary and no rows; then rows of it. */
struct table *sample_table(void);
void sample_table_add_check(struct table *table, const char *name);
void sample_table_add_measured(
	struct table *table, const char *name, const char *group, const char *perfdata);
void sample_table_add_event(struct table *table, uint64_t number);

#endif
