/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process itself is a run that lasts; here are the other ends of its pipes, and its state.
 * One timer stands for all time limits; it is set when a sooner one comes, and left alone when
 * a request is answered.
 */
#include "worker_process.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <utlist.h>

#include "check.h"
#include "log.h"
#include "util.h"
#include "worker_input.h"
#include "worker_ledger.h"
#include "worker_line.h"
#include "worker_log.h"
#include "worker_output.h"
#include "worker_pipes.h"

/* So many lines in a row that are no answers are too many. */
#define RUBBISH_MAX 100

/* How long a process that closed a pipe may take to end before it is made to. */
#define LINGER_NS (100 * NS_PER_MS)

/* A process that has answered for so long was no failure. */
#define SERVED_NS (10 * NS_PER_S)

static const struct monotime never = {INT64_MAX};

enum state {
	WORKING,
	LEAVING, /* it gets no more requests */
	CLOSED,  /* its input is closed, so that it may end */
	DEAF,    /* it closed a pipe itself */
	ENDED,   /* nothing of it counts any more */
};

struct worker_process {
	struct worker_surroundings *surroundings;
	struct worker_definition *definition;
	struct worker_process_callbacks callbacks;
	void *arg;
	struct run *run;
	enum state state;
	struct monotime started;
	struct monotime answered; /* the last time; 0: never */
	struct worker_ledger ledger;
	unsigned rubbish; /* lines in a row */

	struct event *timer;
	struct monotime alarm;    /* what it waits for */
	struct monotime patience; /* when silence ends it; never: nobody suspects it */
	struct monotime limit;    /* of its state, likewise */

	struct worker_input input;
	struct worker_output output;
	struct worker_log log;

	struct worker_process *prev, *next;
};

static const char *
name_of(const struct worker_process *process)
{
	return worker_definition_name(process->definition);
}

static void
set_alarm(struct worker_process *process, struct monotime alarm, struct monotime now)
{
	const struct timeval delay = monotime_until(alarm, now);

	process->alarm = alarm;
	if (alarm.ns == INT64_MAX)
		evtimer_del(process->timer);
	else
		evtimer_add(process->timer, &delay);
}

static struct monotime
sooner(struct monotime a, struct monotime b)
{
	return a.ns < b.ns ? a : b;
}

static void
set_alarm_by(struct worker_process *process, struct monotime limit, struct monotime now)
{
	if (limit.ns < process->alarm.ns)
		set_alarm(process, limit, now);
}

static void
set_state(struct worker_process *process, enum state state, int64_t limit_ns)
{
	struct monotime now = monotime_now();

	process->state = state;
	process->limit.ns = now.ns + limit_ns;
	set_alarm_by(process, process->limit, now);
}

/* With its input closed it may end, and ends in time or is made to. */
static void
leave_if_done(struct worker_process *process)
{
	if (process->state != LEAVING || process->ledger.awaited > 0)
		return;
	worker_input_close(&process->input);
	set_state(process, CLOSED,
		(int64_t)process->definition->process->command->grace_ms * NS_PER_MS);
}

static void
close_all(struct worker_process *process)
{
	process->state = ENDED;
	process->alarm = never;
	evtimer_del(process->timer);
	worker_input_close(&process->input);
	worker_output_close(&process->output);
	worker_log_close(&process->log);
}

static void
tell_ended(struct worker_process *process, const char *reason, bool is_clean)
{
	unsigned awaited = process->ledger.awaited;
	const struct worker_process_end ended = {
		.reason = reason,
		.is_clean = is_clean && awaited == 0 && process->answered.ns != 0,
		.has_served = process->answered.ns - process->started.ns >= SERVED_NS,
	};
	bool has_owner = process->callbacks.ended != NULL;

	if (awaited > 0 || (has_owner && !ended.is_clean))
		log_warning("%s; %u checks waited for it", reason, awaited);
	if (has_owner)
		process->callbacks.ended(process->arg, &ended);
}

static void
fail_awaited(struct worker_process *process, const char *reason)
{
	const struct instant now = instant_now();

	for (unsigned i = 0; i < process->ledger.count; i++) {
		struct worker_request *request =
			worker_ledger_release(&process->ledger, &process->ledger.debts[i]);

		if (request != NULL)
			worker_request_fail(request, CHECK_OUTCOME_START_FAILED, reason, &now);
	}
}

/* Its owner knows first, so that nothing is sent to it for those who fail. */
static void
conclude(struct worker_process *process, const char *reason, bool is_clean)
{
	close_all(process);
	tell_ended(process, reason, is_clean);
	fail_awaited(process, reason);
}

/* Ends it by force, and does not wait until it has ended. */
static void
end(struct worker_process *process, const char *why)
{
	char reason[CHECK_OUTPUT_MAX + 1];

	snprintf(reason, sizeof(reason), "worker %s was killed: %s", name_of(process), why);
	conclude(process, reason, false);
	run_stop(process->run);
}

static void
become_deaf(struct worker_process *process)
{
	if (process->state == WORKING || process->state == LEAVING)
		set_state(process, DEAF, LINGER_NS);
}

/* Between answers it is only logged. */
static void
take_rubbish(struct worker_process *process, const char *what, const char *line, size_t len)
{
	worker_log_rubbish(&process->log, what, line, len);
	if (++process->rubbish >= RUBBISH_MAX)
		end(process, "what it says are no answers");
}

static void
take_answer(struct worker_process *process, struct worker_debt *debt,
	const struct worker_answer *answer, const struct instant *now)
{
	struct worker_request *request = worker_ledger_settle(&process->ledger, debt);

	process->rubbish = 0;
	process->answered = now->mono;
	process->patience = never;
	if (request != NULL)
		worker_request_answer(request, answer, now);
	if (process->state == WORKING)
		process->callbacks.room(process->arg);
	leave_if_done(process);
}

static void
take_line(
	struct worker_process *process, const char *line, size_t len, const struct instant *now)
{
	struct worker_answer answer;

	if (len > 0 && line[len - 1] == '\r')
		len--;
	if (!worker_line_parse(line, len, &answer)) {
		take_rubbish(process, "a line is no answer", line, len);
		return;
	}
	struct worker_debt *debt = worker_ledger_find(&process->ledger, answer.id);
	if (debt == NULL)
		take_rubbish(process, "an answer is to no request", line, len);
	else
		take_answer(process, debt, &answer, now);
}

static void
output_on_line(
	void *arg, enum line_kind kind, const char *line, size_t len, const struct instant *now)
{
	if (kind == LINE_TOO_LONG)
		take_rubbish(arg, "a line is too long", line, len);
	else
		take_line(arg, line, len, now);
}

static void
pipe_on_lost(void *arg)
{
	become_deaf(arg);
}

unsigned
worker_process_room(const struct worker_process *process)
{
	return process->state == WORKING ? process->ledger.free_count : 0;
}

void
worker_process_send(struct worker_process *process, struct worker_request *request,
	const struct definition *check)
{
	struct worker_debt *debt =
		worker_ledger_add(&process->ledger, request, check->timeout_ms);
	const struct worker_question question = {
		.id = debt->id,
		.timeout_ms = check->timeout_ms,
		.name = check->name,
		.arguments = check->arguments,
	};

	assert(process->state == WORKING);
	request->process = process;
	set_alarm_by(process, debt->deadline, request->started);
	worker_input_write(&process->input, &question);
}

void
worker_process_forget(struct worker_request *request)
{
	struct worker_process *process = request->process;

	worker_ledger_release(&process->ledger, &process->ledger.debts[request->debt]);
	leave_if_done(process);
}

/*
 * Whether a debt that is overdue speaks against the process: it has said nothing since, or
 * can be asked nothing else.
 */
static bool
is_suspect(const struct worker_process *process, const struct worker_debt *debt)
{
	return process->answered.ns < debt->sent.ns ||
	       (process->ledger.free_count == 0 && process->ledger.awaited == 0);
}

static void
expire(struct worker_process *process, struct worker_debt *debt, const struct instant *now)
{
	struct worker_request *request = worker_ledger_release(&process->ledger, debt);
	char text[64];

	debt->is_overdue = true;
	if (process->patience.ns == INT64_MAX && is_suspect(process, debt))
		process->patience.ns =
			now->mono.ns + (int64_t)process->definition->patience_ms * NS_PER_MS;
	if (request == NULL)
		return;
	snprintf(text, sizeof(text), "no answer within %g s",
		(double)(debt->deadline.ns - debt->sent.ns) / (double)NS_PER_S);
	worker_request_fail(request, CHECK_OUTCOME_TIMED_OUT, text, now);
}

/* Expires what is due, and returns when the next one is. */
static struct monotime
expire_due(struct worker_process *process, const struct instant *now)
{
	struct monotime next = never;

	for (unsigned i = 0; i < process->ledger.count; i++) {
		struct worker_debt *debt = &process->ledger.debts[i];

		if (!debt->is_owed || debt->is_overdue)
			continue;
		if (debt->deadline.ns <= now->mono.ns)
			expire(process, debt, now);
		else
			next = sooner(next, debt->deadline);
	}
	return next;
}

static void
end_late(struct worker_process *process)
{
	switch (process->state) {
	case WORKING:
	case LEAVING:
		end(process, "it answers nothing any more");
		break;
	case DEAF:
		end(process, "it closed its input or output");
		break;
	case CLOSED:
		end(process, "it did not end when its input was closed");
		break;
	case ENDED:
		break;
	}
}

static void
timer_on_timeout(evutil_socket_t fd, short what, void *arg)
{
	struct worker_process *process = arg;
	const struct instant now = instant_now();
	struct monotime next = expire_due(process, &now);

	(void)fd;
	(void)what;
	leave_if_done(process);
	struct monotime limit = sooner(process->patience, process->limit);
	if (limit.ns <= now.mono.ns)
		end_late(process);
	else
		set_alarm(process, sooner(next, limit), now.mono);
}

static void
process_free(struct worker_process *process)
{
	DL_DELETE(process->surroundings->processes, process);
	close_all(process);
	event_free(process->timer);
	worker_input_deinit(&process->input);
	worker_output_deinit(&process->output);
	worker_log_deinit(&process->log);
	worker_ledger_deinit(&process->ledger);
	worker_definition_unref(process->definition);
	free(process);
}

/* How it died, for a person. */
static void
describe_death(const struct worker_process *process, const struct run_result *result, char *buf,
	size_t size)
{
	char how[64];

	if (result->outcome == CHECK_OUTCOME_EXITED ||
		result->outcome == CHECK_OUTCOME_SIGNALED) {
		check_describe(
			result->outcome, result->status, result->signal, how, sizeof(how));
		snprintf(buf, size, "worker %s died: %s", name_of(process), how);
	} else {
		snprintf(buf, size, "worker %s did not start: %s", name_of(process),
			result->output);
	}
}

static void
run_on_done(void *arg, const struct run_result *result)
{
	struct worker_process *process = arg;
	char reason[CHECK_OUTPUT_MAX + 1];
	bool is_clean = result->outcome == CHECK_OUTCOME_EXITED && result->status == 0;

	/* What it said before it died counts. */
	worker_output_drain(&process->output);
	if (process->state == ENDED)
		return;
	describe_death(process, result, reason, sizeof(reason));
	conclude(process, reason, is_clean);
}

static void
run_on_gone(void *arg)
{
	process_free(arg);
}

/* Takes the pipes, those that could be had. */
static struct worker_process *
process_new(struct worker_surroundings *surroundings, struct worker_definition *definition,
	const struct worker_pipes *own)
{
	static const struct worker_output_callbacks output_callbacks = {
		.line = output_on_line,
		.lost = pipe_on_lost,
	};
	struct event_base *base = surroundings->base;
	struct worker_process *process = xcalloc(1, sizeof(*process));

	process->surroundings = surroundings;
	process->definition = worker_definition_ref(definition);
	process->started = monotime_now();
	process->alarm = process->patience = process->limit = never;
	process->timer = evtimer_new(base, timer_on_timeout, process);
	if (process->timer == NULL)
		abort();
	worker_ledger_init(&process->ledger, definition->in_flight);
	worker_input_init(&process->input, base, own->input_fd, pipe_on_lost, process);
	worker_output_init(&process->output, base, own->output_fd, WORKER_LINE_ANSWER_MAX,
		&output_callbacks, process);
	worker_log_init(&process->log, base, own->errors_fd, name_of(process));
	DL_APPEND(surroundings->processes, process);
	return process;
}

struct worker_process *
worker_process_start(struct worker_surroundings *surroundings,
	struct worker_definition *definition, const struct worker_process_callbacks *callbacks,
	void *arg)
{
	static const struct run_callbacks run_callbacks = {
		.done = run_on_done,
		.gone = run_on_gone,
	};
	CLEANUP(worker_pipes_close_wiring) struct run_wiring wiring;
	struct worker_pipes own;
	int error = worker_pipes_make(&own, &wiring);
	struct worker_process *process = process_new(surroundings, definition, &own);

	if (error < 0) {
		process_free(process);
		errno = -error;
		return NULL;
	}
	process->callbacks = *callbacks;
	process->arg = arg;
	process->run = runner_start_lasting(
		surroundings->runner, definition->process, &wiring, &run_callbacks, process);
	log_info("worker %s: a process starts", name_of(process));
	return process;
}

void
worker_process_leave(struct worker_process *process)
{
	process->callbacks = (struct worker_process_callbacks){NULL, NULL};
	if (process->state != WORKING)
		return;
	process->state = LEAVING;
	leave_if_done(process);
}

static void
stop(struct worker_process *process)
{
	assert(process->ledger.awaited == 0);
	process->callbacks = (struct worker_process_callbacks){NULL, NULL};
	if (process->state == ENDED)
		return;
	close_all(process);
	run_stop(process->run);
}

void
worker_process_stop_all(struct worker_surroundings *surroundings)
{
	struct worker_process *process;

	DL_FOREACH(surroundings->processes, process)
		stop(process);
}

unsigned
worker_process_count_remnants(const struct worker_surroundings *surroundings,
	const struct worker_definition *definition)
{
	const struct worker_process *process;
	unsigned count = 0;

	DL_FOREACH(surroundings->processes, process)
		count += process->definition == definition && process->state != WORKING;
	return count;
}

void
worker_surroundings_init(struct worker_surroundings *surroundings, struct event_base *base,
	struct runner *runner)
{
	*surroundings = (struct worker_surroundings){.base = base, .runner = runner};
	worker_outbox_init(&surroundings->outbox, base);
}

void
worker_surroundings_deinit(struct worker_surroundings *surroundings)
{
	struct worker_process *process, *next;

	DL_FOREACH_SAFE(surroundings->processes, process, next)
		process_free(process);
	worker_outbox_deinit(&surroundings->outbox);
}
