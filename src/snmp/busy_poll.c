/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts of requests, and a credit for what is in vain; see busy_poll.h. Each pause doubles
 * how many requests are needed to begin again, so that a manager that asks for one after the
 * other, and thus is slower than what is waited for, is soon left alone.
 */
#include "busy_poll.h"

#include <sched.h>

void
busy_poll_init(
	struct busy_poll *busy_poll, unsigned window_us, unsigned (*count_processors)(void))
{
	*busy_poll = (struct busy_poll){
		.window_ns = window_us * INT64_C(1000),
		.count_processors = count_processors,
		.quick_needed = BUSY_POLL_QUICK_MIN,
		.credit = BUSY_POLL_CREDIT_MAX,
	};
}

void
busy_poll_request(struct busy_poll *busy_poll, struct monotime now)
{
	if (now.ns - busy_poll->requested.ns > BUSY_POLL_QUICK_NS) {
		busy_poll->quick_count = 0;
		busy_poll->quick_needed = BUSY_POLL_QUICK_MIN;
		busy_poll->credit = BUSY_POLL_CREDIT_MAX;
	} else if (busy_poll->is_polling && busy_poll->credit < BUSY_POLL_CREDIT_MAX) {
		busy_poll->credit++;
	}
	busy_poll->is_polling = false;
	busy_poll->requested = now;
	busy_poll->quick_count++;
}

bool
busy_poll_begin(struct busy_poll *busy_poll, struct monotime now)
{
	if (busy_poll->window_ns == 0 || busy_poll->quick_count < busy_poll->quick_needed)
		return false;
	if (busy_poll->quick_count == busy_poll->quick_needed)
		busy_poll->has_company = busy_poll->count_processors() > 1;
	busy_poll->is_polling = busy_poll->has_company;
	busy_poll->answered = now;
	return busy_poll->is_polling;
}

static void
pause_polling(struct busy_poll *busy_poll)
{
	busy_poll->credit = BUSY_POLL_CREDIT_MAX;
	busy_poll->quick_count = 0;
	if (busy_poll->quick_needed < BUSY_POLL_QUICK_MAX)
		busy_poll->quick_needed *= 2;
}

bool
busy_poll_continue(struct busy_poll *busy_poll, struct monotime now)
{
	if (!busy_poll->is_polling)
		return false;
	if (now.ns - busy_poll->answered.ns < busy_poll->window_ns)
		return true;
	busy_poll->is_polling = false;
	if (busy_poll->credit > BUSY_POLL_VAIN_COST)
		busy_poll->credit -= BUSY_POLL_VAIN_COST;
	else
		pause_polling(busy_poll);
	return false;
}

unsigned
busy_poll_count_processors(void)
{
	cpu_set_t processors;

	CPU_ZERO(&processors);
	if (sched_getaffinity(0, sizeof(processors), &processors) < 0)
		return 1; /* there are more than fit, or it may not be asked */
	return (unsigned)CPU_COUNT(&processors);
}
