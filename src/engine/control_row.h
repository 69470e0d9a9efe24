/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The columns of a check and the members of an event in answers: those of CHECKD-MIB, under
 * its names. To add one is to add a row to a table (and its line to checkd-control.7).
 */
#ifndef ENGINE_CONTROL_ROW_H
#define ENGINE_CONTROL_ROW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check_event.h"
#include "clock.h"
#include "control_text.h"
#include "wire.h"

#define CONTROL_COLUMNS_MAX 48

/* Those that are wanted, in the order of the table. */
struct control_columns {
	bool is_wanted[CONTROL_COLUMNS_MAX];
};

/* Of names, NULL-terminated; NULL: all. Returns the name that is of no column, or NULL. */
const char *control_columns_set(struct control_columns *columns, char *const *names);

void control_row_write(struct control_text *text, const struct wire_row *row,
	const struct control_columns *columns, struct boottime now);
json_t *control_row(const struct wire_row *row); /* all of it */

void control_event_write(struct control_text *text, const struct check_event *event);

/* A list of metrics, of performance data by the grammar of perfdata.h. */
json_t *control_metrics(const char *perfdata);

#endif
