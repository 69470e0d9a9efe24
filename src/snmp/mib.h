/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The numbers of CHECKD-MIB below its root, which the build option `oid` sets. Numbers
 * that are not here are kept for later objects.
 */
#ifndef SNMP_MIB_H
#define SNMP_MIB_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <stddef.h>

/* The greatest number of arcs that an object of the MIB has below the root. */
#define MIB_ARCS_MAX 4

/* checkMIB, the root of all, and its OID as a text. */
extern const oid mib_root[];
extern const size_t mib_root_len;
extern const char *const mib_root_text;

/* The name of an instance. */
struct mib_name {
	oid arcs[MAX_OID_LEN];
	size_t len;
};

/* Arcs below the root. */
enum mib_branch {
	MIB_NOTIFICATIONS = 0,
	MIB_OBJECTS = 1,
};

/* Arcs below MIB_OBJECTS. */
enum mib_group {
	MIB_AGENT = 1,        /* scalars */
	MIB_TABLE = 2,        /* checkTable */
	MIB_GROUP_TABLE = 3,  /* checkGroupTable */
	MIB_METRIC_TABLE = 4, /* checkMetricTable */
	MIB_EVENT_TABLE = 5,  /* checkEventTable */
	MIB_DELIVERY = 6,     /* scalars */
	MIB_PAGE_TABLE = 7,   /* checkPageTable */
};

/* A table's entry is this arc below it. */
#define MIB_ENTRY 1

/* Scalars below MIB_AGENT. */
enum mib_scalar {
	MIB_AGENT_VERSION = 1,
	MIB_AGENT_START_TIME = 2,
	MIB_AGENT_UP_TIME = 3,
	MIB_AGENT_RUNS = 4,
	MIB_AGENT_TIMEOUTS = 5,
	MIB_AGENT_MISSED_RUNS = 6,
	MIB_AGENT_RUNNING = 7,
	MIB_AGENT_QUEUED = 8,
	MIB_AGENT_LATENESS_LAST = 9,
	MIB_AGENT_LATENESS_P99 = 10,
	MIB_AGENT_LATENESS_MAX = 11,
	MIB_NUMBER = 12,
	MIB_NUMBER_PENDING = 13,
	MIB_NUMBER_OK = 14,
	MIB_NUMBER_WARNING = 15,
	MIB_NUMBER_UNKNOWN = 16,
	MIB_NUMBER_CRITICAL = 17,
	MIB_NUMBER_STALE = 18,
	MIB_WORST_STATE = 19,
	MIB_TABLE_LAST_CHANGE = 20,
	MIB_STATE_EPOCH = 21,
	MIB_STORE_STATUS = 22,
	MIB_CONFIG_LOADED = 23,
	MIB_CONFIG_GENERATION = 24,
	MIB_CONFIG_RESULT = 25,
	MIB_PAGES = 26,
};

/* Columns of checkTable; 1 is the key, which is not accessible. */
enum mib_column {
	MIB_NAME = 2,
	MIB_DESCRIPTION = 3,
	MIB_GROUP = 4,
	MIB_TYPE = 5,
	MIB_ADMIN_STATE = 6,
	MIB_RUN_STATE = 7,
	MIB_STATE = 8,
	MIB_LAST_STATUS = 9,
	MIB_PREVIOUS_STATUS = 10,
	MIB_LAST_OUTCOME = 11,
	MIB_LAST_SIGNAL = 12,
	MIB_LAST_MEANING = 13,
	MIB_LAST_OUTPUT = 14,
	MIB_LAST_RAN = 15,
	MIB_LAST_RAN_EPOCH = 16,
	MIB_LAST_RAN_AGE = 17,
	MIB_LAST_DURATION = 18,
	MIB_LAST_LATENESS = 19,
	MIB_LAST_CHANGE = 20,
	MIB_LAST_CHANGE_EPOCH = 21,
	MIB_LAST_CHANGE_AGE = 22,
	MIB_STATUS_CHANGES = 23,
	MIB_STATE_CHANGES = 24,
	MIB_RUNS = 25,
	MIB_FAILURES = 26,
	MIB_TIMEOUTS = 27,
	MIB_MISSED_RUNS = 28,
	MIB_ATTEMPT = 29,
	MIB_INTERVAL = 30,
	MIB_TIMEOUT = 31,
	MIB_STALE = 32,
	MIB_FLAPPING = 33,
	MIB_LAST_EVENT = 34,
	MIB_COUNTER_DISCONTINUITY = 35,
	MIB_RUN_NOW = 36,
	MIB_SUPPRESSION = 37,
	MIB_PAGE = 38,
};

/* Columns of checkGroupTable; 1 is the key, which is not accessible. */
enum mib_group_column {
	MIB_GROUP_NAME = 2,
	MIB_GROUP_SIZE = 3,
	MIB_GROUP_WORST_STATE = 4,
	MIB_GROUP_PENDING = 5,
	MIB_GROUP_OK = 6,
	MIB_GROUP_WARNING = 7,
	MIB_GROUP_UNKNOWN = 8,
	MIB_GROUP_CRITICAL = 9,
	MIB_GROUP_STALE = 10,
};

/* Columns of checkMetricTable; 1 is the key, which is not accessible. */
enum mib_metric_column {
	MIB_METRIC_CHECK = 2,
	MIB_METRIC_LABEL = 3,
	MIB_METRIC_VALUE = 4,
	MIB_METRIC_UNIT = 5,
	MIB_METRIC_WARNING = 6,
	MIB_METRIC_CRITICAL = 7,
	MIB_METRIC_MINIMUM = 8,
	MIB_METRIC_MAXIMUM = 9,
};

/* Columns of checkEventTable; 1 is the index, which is not accessible. */
enum mib_event_column {
	MIB_EVENT_KIND = 2,
	MIB_EVENT_NAME = 3,
	MIB_EVENT_FROM_STATUS = 4,
	MIB_EVENT_TO_STATUS = 5,
	MIB_EVENT_FROM_OUTCOME = 6,
	MIB_EVENT_TO_OUTCOME = 7,
	MIB_EVENT_FROM_STATE = 8,
	MIB_EVENT_TO_STATE = 9,
	MIB_EVENT_MEANING = 10,
	MIB_EVENT_OUTPUT = 11,
	MIB_EVENT_TIME = 12,
	MIB_EVENT_EPOCH = 13,
	MIB_EVENT_HELD = 14,
	MIB_EVENT_DELIVERY = 15,
	MIB_EVENT_STATE_EPOCH = 16,
	MIB_EVENT_SUPPRESSION = 17,
};

/* Columns of checkPageTable; 1 is the index, which is not accessible. */
enum mib_page_column {
	MIB_PAGE_SIZE = 2,
	MIB_PAGE_TEXT = 3,
};

/* Scalars below MIB_DELIVERY; from 10 on they are in notifications only. */
enum mib_delivery {
	MIB_DELIVERY_FIRST_EVENT = 1,
	MIB_DELIVERY_LAST_EVENT = 2,
	MIB_DELIVERY_ACCEPTED_EVENT = 3,
	MIB_DELIVERY_PENDING = 4,
	MIB_DELIVERY_ACCEPTED = 5,
	MIB_DELIVERY_SUPPRESSED = 6,
	MIB_DELIVERY_LOST = 7,
	MIB_DELIVERY_MASTER_SINCE = 8,
	MIB_DELIVERY_MASTER_LOSSES = 9,
	MIB_EVENT_NUMBER = 10,
	MIB_EVENT_PREVIOUS_STATE = 11,
	MIB_LOST_FIRST = 12,
	MIB_LOST_LAST = 13,
};

/* Sets name to the object with these arcs below the root; an instance's index follows. */
void mib_name_begin(struct mib_name *name, const oid *arcs, size_t arc_count);
void mib_name_add(struct mib_name *name, oid arc);
void mib_name_add_text(struct mib_name *name, const char *text); /* its length, its octets */

/* Sets name to an instance of a column of checkTable, or of a scalar where check is NULL. */
void mib_name_set(struct mib_name *name, const oid *arcs, size_t arc_count, const char *check);

#endif
