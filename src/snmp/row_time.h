/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long ago the times of a row of checkTable are at the moment that it is read.
 */
#ifndef SNMP_ROW_TIME_H
#define SNMP_ROW_TIME_H

#include <stdint.h>

#include "clock.h"
#include "wire.h"

/* Seconds since the last run, and since the last change; VALUE_AGE_NEVER without one. */
uint32_t row_time_ran_age(const struct wire_row *row, struct boottime now);
uint32_t row_time_change_age(const struct wire_row *row, struct boottime now);

#endif
