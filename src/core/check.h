/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a check is: outcomes, states, and the state machine that turns the result of a run
 * into a transition. Pure: no clock is read, nothing is scheduled, logged or sent here.
 *
 * The numbers of the enumerations are those of CHECKD-MIB.
 */
#ifndef CORE_CHECK_H
#define CORE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check_event.h"
#include "clock.h"
#include "util.h"

enum check_outcome {
	CHECK_OUTCOME_NEVER = 1, /* has not run yet */
	CHECK_OUTCOME_EXITED = 2,
	CHECK_OUTCOME_SIGNALED = 3,
	CHECK_OUTCOME_TIMED_OUT = 4,
	CHECK_OUTCOME_START_FAILED = 5,
} OCTET_ENUM;

/* Ordered so that a maximum is the worst. */
enum check_state {
	CHECK_STATE_PENDING = 1,
	CHECK_STATE_OK = 2,
	CHECK_STATE_WARNING = 3,
	CHECK_STATE_UNKNOWN = 4,
	CHECK_STATE_CRITICAL = 5,
} OCTET_ENUM;

enum check_run_state {
	CHECK_RUN_STATE_IDLE = 1,
	CHECK_RUN_STATE_QUEUED = 2, /* due, waits for a free slot */
	CHECK_RUN_STATE_RUNNING = 3,
	CHECK_RUN_STATE_STOPPING = 4, /* being ended, or its process cannot be ended */
} OCTET_ENUM;

enum check_admin_state {
	CHECK_ADMIN_STATE_ENABLED = 1,
	CHECK_ADMIN_STATE_DISABLED = 2,
	CHECK_ADMIN_STATE_MAINTENANCE = 3, /* it runs, and is not notified */
};

enum check_type {
	CHECK_TYPE_COMMAND = 1,
	CHECK_TYPE_TCP = 2,
	CHECK_TYPE_UNIX = 3,
	CHECK_TYPE_HTTP = 4,
	CHECK_TYPE_DNS = 5,
	CHECK_TYPE_PING = 6,
	CHECK_TYPE_FILE = 7,
	CHECK_TYPE_PROCESS = 8,
	CHECK_TYPE_PASSIVE = 9,    /* its results come from outside */
	CHECK_TYPE_AGGREGATE = 10, /* its results come from other checks' states */
	CHECK_TYPE_WORKER = 11,    /* a process that runs all the time answers for it */
} OCTET_ENUM;

/* Which events are notified. */
enum check_notify {
	CHECK_NOTIFY_STATUS, /* every event */
	CHECK_NOTIFY_STATE,  /* those that changed the confirmed state */
	CHECK_NOTIFY_NONE,
} OCTET_ENUM;

/* The status of an outcome that has no exit code. */
#define CHECK_STATUS_NONE (-1)

/* The longest text that SNMP shows of an output, in octets. */
#define CHECK_OUTPUT_MAX 255

/* The longest performance data that is kept of a run, in octets. */
#define CHECK_PERFDATA_MAX 2047

/* Over so many runs flapping is measured. */
#define CHECK_FLAPPING_RUNS 21

struct codes;

/* How results become states; a part of the check's definition. */
struct check_policy {
	struct codes *codes;
	unsigned confirm;        /* 1 or more */
	unsigned flapping_start; /* the share of changes in percent; 0: it is not looked for */
	unsigned flapping_stop;
	enum check_state on_timeout;
	enum check_state on_signal;
	enum check_state on_start_failure;
};

/* What one finished run was. */
struct check_result {
	enum check_outcome outcome; /* not never */
	int status;                 /* the exit code, or CHECK_STATUS_NONE */
	int signal;                 /* signaled: its number, else 0 */
	struct monotime started;
	struct instant finished;
	uint32_t duration_ms;
	uint32_t lateness_ms;
	const char *output;   /* one clean line of UTF-8; borrowed */
	const char *perfdata; /* metrics, by the grammar of perfdata.h; NULL is ""; borrowed */
};

/* What of a check was notified last, and so what a receiver believes. */
struct check_told {
	int16_t status;
	uint8_t signal;
	enum check_state state; /* 0: not known, as of a version that did not keep it */
	enum check_outcome outcome;
	bool is_stale;
	bool is_flapping;
};

/*
 * All that is known of a check from its runs. Counters are shown modulo 2^32. The texts lie
 * in one block, which begins with the meaning.
 */
struct check {
	char *last_meaning;  /* owned, at most CHECK_OUTPUT_MAX octets, as the next one */
	char *last_output;   /* in that block */
	char *last_perfdata; /* likewise, at most CHECK_PERFDATA_MAX octets */
	struct boottime last_ran_boot;
	struct boottime last_change_boot;
	uint64_t status_changes;
	uint64_t state_changes;
	uint64_t runs;
	uint64_t failures; /* runs whose own state was not ok */
	uint64_t timeouts;
	struct walltime last_ran_wall;    /* the end of the last finished run */
	struct walltime last_change_wall; /* the last change of the status, or the first run */
	uint32_t last_duration_ms;
	uint32_t last_lateness_ms;
	uint32_t flapping_history; /* a bit a run, the last one lowest: it changed the status */
	uint16_t attempt;          /* results in a row that differ from the confirmed state */
	int16_t last_status;       /* -1..255 */
	int16_t previous_status;   /* the one before the last status change */
	struct check_told told;
	uint8_t last_signal;
	enum check_state state; /* confirmed */
	enum check_outcome last_outcome;
	bool is_flapping;
	bool is_stale; /* no run has finished for too long, as an event has told */
};

/* What one result changed. */
struct check_transition {
	bool is_first; /* the check's first result; no change of status or state */
	bool is_status_change;
	bool is_state_change;
	bool is_event;
	enum check_event_kind kind; /* valid where is_event */
	bool is_flapping_change;    /* it has begun or ended */
	enum check_state from_state;
	enum check_outcome from_outcome;
	int from_status;
	int from_signal;
	struct boottime changed_before; /* the status's change before; 0: never */
};

void check_init(struct check *check);
void check_deinit(struct check *check);

/* Has one block of texts that are a block each, or NULL: of a check that was read. */
void check_join_texts(struct check *check);

/* Fill in *to, which is not initialised. The check that was moved is as after check_init. */
void check_copy(struct check *to, const struct check *from);
void check_move(struct check *to, struct check *from);

/* True while the state awaits confirmation, so that the next run comes at `retry`. */
bool check_is_unconfirmed(const struct check *check);

/* The state that a result has by itself, before any confirmation. */
enum check_state check_result_state(
	const struct check_policy *policy, const struct check_result *result);

#define CHECK_MEANING_SIZE 64

/* What it means, for people: as the map of codes says, or written to buf. */
const char *check_result_meaning(const struct check_policy *policy,
	const struct check_result *result, char buf[static CHECK_MEANING_SIZE]);

/*
 * Applies the result of a finished run. Status, times, texts and counters always follow
 * it; the state follows the policy.
 */
void check_apply(struct check *check, const struct check_policy *policy,
	const struct check_result *result, struct check_transition *ret_transition);

/* Ok, or pending, which counts as ok. */
bool check_state_is_ok(enum check_state state);

/* The kind of the event that leads from one state to another. */
enum check_event_kind check_change_kind(enum check_state from, enum check_state to);

/* Whether a transition that is an event is to be notified where nothing suppresses it. */
bool check_is_notified(enum check_notify notify, const struct check_transition *transition);

/* Ends flapping and forgets what led to it, as of a check that does not run for a while. */
void check_settle(struct check *check);

/*
 * Names as the configuration, the log and the MIB have them ("timedOut", "critical").
 * The parsers return 0, or -EINVAL.
 */
const char *check_outcome_name(enum check_outcome outcome);
const char *check_state_name(enum check_state state);
const char *check_run_state_name(enum check_run_state run_state);
const char *check_admin_state_name(enum check_admin_state admin_state);
int check_state_parse(const char *text, enum check_state *ret_state); /* not pending */

/*
 * Writes an outcome as a person would say it, such as "exit 2", "signal 9 (KILL)",
 * "timed out", "start failed", "never ran".
 */
void check_describe(enum check_outcome outcome, int status, int signal, char *buf, size_t size);

#endif
