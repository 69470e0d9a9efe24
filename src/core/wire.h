/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine and the publisher say to each other over their SOCK_SEQPACKET socket:
 * one message a packet, fixed-size integers in the host's order, strings with a length.
 * Both ends are of one host and one version; WIRE_HELLO tells them if they are not.
 *
 * Engine to publisher: hello; then rows, the event log and what leaves them; sync once all
 * of that was sent; what is to be notified, in order, a row always before its event and
 * that before its notification; and the summary every second and after each event, which
 * is the engine's heartbeat. Publisher to engine: acknowledgements, and alive every second.
 */
#ifndef CORE_WIRE_H
#define CORE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check.h"

/* No message is longer. */
#define WIRE_MESSAGE_MAX 4096

/* No string of the hello is longer. */
#define WIRE_SETTING_MAX 900

/* What the publisher's socket is, in its process. */
#define WIRE_PUBLISHER_FD 3

/* How many notifications the publisher holds at once at most: sent, not acknowledged. */
#define WIRE_EVENT_WINDOW 256

enum wire_type {
	WIRE_HELLO = 1,
	WIRE_ROW,
	WIRE_REMOVE,
	WIRE_EVENT,  /* an event of the log; replaces the one of its number */
	WIRE_FORGET, /* an event leaves the log */
	WIRE_SYNC,
	WIRE_NOTIFY, /* send this event's notification */
	WIRE_SUMMARY,
	WIRE_ALIVE,
	WIRE_ACKNOWLEDGE,
};

/* The publisher's settings. */
struct wire_hello {
	char *version; /* of the engine's build; owned */
	uint8_t is_standalone;
	char *master;         /* of a subagent: "unix:PATH", "tcp:HOST:PORT" */
	char *listen;         /* standalone: addresses as snmpd's agentAddress has them */
	char *config;         /* standalone: a file of net-snmp's tokens; "" for none */
	char *persistent_dir; /* standalone: where engineBoots and the like are kept */
	uint8_t has_identity; /* standalone: whom it becomes when its ports are open */
	uint32_t uid;
	uint32_t gid;
	uint8_t log_target; /* enum log_target */
	uint8_t log_level;  /* enum log_level */
	uint8_t is_ascii;
	uint8_t priority;      /* of the registration, 1..127 */
	uint32_t notify_rate;  /* notifications a second */
	uint32_t busy_poll_us; /* how long to look for the next request without sleeping */
};

/*
 * One check as it is published: a row of checkTable. Strings are owned, never NULL. The
 * order of the members is by their size: the publisher holds one for each check.
 */
struct wire_row {
	char *name;
	char *description;
	char *group;
	char *last_meaning;
	char *last_output;
	char *last_perfdata; /* metrics, by the grammar of perfdata.h */
	int64_t last_ran_boot_ms;
	int64_t last_change_boot_ms;
	uint64_t fresh_ms;
	int64_t fresh_since_boot_ms; /* stale once fresh_ms have passed since */
	int32_t last_status;
	int32_t previous_status;
	uint32_t last_signal;
	uint32_t last_ran_epoch; /* 0: never */
	uint32_t last_duration_ms;
	uint32_t last_lateness_ms;
	uint32_t last_change_epoch; /* 0: never */
	uint32_t status_changes;    /* counters are modulo 2^32 */
	uint32_t state_changes;
	uint32_t runs;
	uint32_t failures;
	uint32_t timeouts;
	uint32_t missed_runs;
	uint32_t attempt;
	uint32_t interval_ms;
	uint32_t timeout_ms;
	uint32_t last_event; /* number of the check's last event; 0: none */
	uint32_t discontinuity_epoch;
	uint8_t type;         /* enum check_type */
	uint8_t admin_state;  /* enum check_admin_state */
	uint8_t run_state;    /* enum check_run_state */
	uint8_t state;        /* enum check_state */
	uint8_t last_outcome; /* enum check_outcome */
	uint8_t is_stale;     /* it is stale already, whatever the times say */
	uint8_t is_flapping;
	uint8_t suppression; /* enum check_suppression */
};

struct wire_remove {
	char *name;
};

struct wire_forget {
	uint64_t number;
};

/* Whether what is shown is on disk; the numbers are those of CHECKD-MIB. */
enum wire_store_status {
	WIRE_STORE_OK = 1,
	WIRE_STORE_BEHIND = 2, /* it is slow: what is shown lags */
	WIRE_STORE_FAILED = 3, /* what is shown is not stored */
};

/* The engine's scalars. */
struct wire_summary {
	uint32_t start_epoch;
	int64_t start_boot_ms;
	uint32_t runs;
	uint32_t timeouts;
	uint32_t missed_runs;
	uint32_t running;
	uint32_t queued;
	uint32_t lateness_last_ms;
	uint32_t lateness_p99_ms;
	uint32_t lateness_max_ms;
	uint32_t table_last_change_epoch;
	uint32_t state_epoch;
	uint8_t store_status; /* enum wire_store_status */
	uint64_t first_event; /* of the log; 0: none */
	uint64_t last_event;  /* the greatest number that was given; 0: none */
	uint64_t accepted_event;
	uint32_t pending_events;
	uint32_t accepted_events;
	uint32_t suppressed_events;
	uint32_t lost_events;
	uint32_t master_since_epoch; /* 0: it is not connected */
	uint32_t master_losses;
	uint32_t config_loaded_epoch;
	uint32_t config_generation;
	char *config_result;
};

/* The publisher's heartbeat. */
struct wire_alive {
	uint8_t is_connected;  /* to the master */
	uint8_t is_registered; /* the subtree is served */
};

/* A notification is settled: the master took it, or refused it for good. */
struct wire_acknowledge {
	uint64_t number;
	uint8_t is_accepted;
};

struct wire_message {
	enum wire_type type;
	union {
		struct wire_hello hello;
		struct wire_row row;
		struct wire_remove remove;
		struct check_event event; /* of WIRE_EVENT and WIRE_NOTIFY */
		struct wire_forget forget;
		struct wire_summary summary;
		struct wire_alive alive;
		struct wire_acknowledge acknowledge;
	};
};

/*
 * Encodes a message into buf[WIRE_MESSAGE_MAX]; returns its length. Strings must fit: the
 * caller bounds them (names 60, performance data CHECK_PERFDATA_MAX, other texts
 * CHECK_OUTPUT_MAX octets, those of the hello WIRE_SETTING_MAX).
 */
size_t wire_encode(const struct wire_message *message, uint8_t *buf);

/*
 * Decodes len octets into *ret_message, whose strings the caller frees with
 * wire_message_deinit. Returns 0, or -EBADMSG for anything but one whole message with
 * each enumeration in its range and each string in its bounds.
 */
int wire_decode(const uint8_t *buf, size_t len, struct wire_message *ret_message);
void wire_message_deinit(struct wire_message *message);
void wire_row_deinit(struct wire_row *row);

/* Whether a row's check, if it is not disabled, has not finished a run for too long. */
bool wire_row_is_stale(const struct wire_row *row, struct boottime now);

#endif
