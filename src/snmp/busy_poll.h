/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When to look for the next request without sleeping. A walk through a master is a
 * lock-step of single requests, of which most of the time goes into waking up the process
 * that sleeps. So while requests come in quick succession their reader stays awake for a
 * short while after each answer, unless that was in vain too often, or there is only one
 * processor, which the master needs. A single request costs nothing.
 */
#ifndef SNMP_BUSY_POLL_H
#define SNMP_BUSY_POLL_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

/*
 * Requests that come within so long of each other are in quick succession: a manager has to
 * take in what it got before it asks for more.
 */
#define BUSY_POLL_QUICK_NS (5 * NS_PER_MS)

/* So many of them are needed, at first and at most. */
#define BUSY_POLL_QUICK_MIN 8
#define BUSY_POLL_QUICK_MAX 256

/*
 * Polling that was in vain costs so much of a credit, to which each request that came in
 * time adds 1, up to the maximum, with which it begins. Without credit it pauses: so it does
 * where more than a fifth is in vain, as on a machine that others keep busy.
 */
#define BUSY_POLL_CREDIT_MAX 16
#define BUSY_POLL_VAIN_COST  4

/* Embedded by its owner. */
struct busy_poll {
	int64_t window_ns; /* 0: never */
	unsigned (*count_processors)(void);
	unsigned quick_count;
	unsigned quick_needed;
	unsigned credit;
	bool has_company;          /* a processor for the other side, when it was last asked */
	bool is_polling;           /* since the last answer */
	struct monotime requested; /* the last request */
	struct monotime answered;  /* the answer that the polling began with */
};

/* count_processors: of those that this process may run on; called once a succession. */
void busy_poll_init(
	struct busy_poll *busy_poll, unsigned window_us, unsigned (*count_processors)(void));

/* A request has come. */
void busy_poll_request(struct busy_poll *busy_poll, struct monotime now);

/* It was answered: whether to look for the next one now, without sleeping. */
bool busy_poll_begin(struct busy_poll *busy_poll, struct monotime now);

/* There was none yet: whether to look once more. */
bool busy_poll_continue(struct busy_poll *busy_poll, struct monotime now);

/* Of the system: how many processors this process may run on, at least one. */
unsigned busy_poll_count_processors(void);

#endif
