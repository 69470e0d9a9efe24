/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process itself is a run that lasts; here are the other ends of its pipes. What it owes
 * is an array of entries: the number of a request says which one, and that it is not an
 * earlier one's, so that a late answer finds nobody. Requests are gathered and written once a
 * turn of the loop, answers taken where the read has put them. One timer stands for all time
 * limits; it is set when a sooner one comes, and left alone when a request is answered.
 */
#include "worker_process.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "check.h"
#include "line_reader.h"
#include "log.h"
#include "log_ration.h"
#include "text.h"
#include "util.h"
#include "worker_line.h"

/* So many lines are taken before other events of the loop have their turn. */
#define BURST 256

/* So many lines in a row that are no answers are too many. */
#define RUBBISH_MAX 100

/* What of standard error is shown of a line, in octets. */
#define ERROR_LINE_MAX 500

/* What of a line that is no answer is shown, in octets. */
#define RUBBISH_SHOWN_MAX 80

/* How long a process that closed a pipe may take to end before it is made to. */
#define LINGER_NS (100 * NS_PER_MS)

/* A process that has answered for so long was no failure. */
#define SERVED_NS (10 * NS_PER_S)

/* Reads that are made of a dead process's output: its pipe holds no more. */
#define DRAIN_READS 17

#define NEVER                                                                                  \
	(struct monotime)                                                                      \
	{                                                                                      \
		INT64_MAX                                                                      \
	}

enum state {
	WORKING,
	LEAVING, /* it gets no more requests */
	CLOSED,  /* its input is closed, so that it may end */
	DEAF,    /* it closed a pipe itself */
	ENDED,   /* nothing of it counts any more */
};

/* What the process owes an answer, or is free. */
struct entry {
	uint64_t id; /* of the request, or of the last one; it grows by the number of entries */
	bool is_owed;
	bool is_overdue;
	struct worker_request *request; /* NULL: nobody waits for it */
	struct monotime sent;
	struct monotime deadline;
};

struct worker_process {
	struct worker_surroundings *surroundings;
	struct worker_definition *definition;
	struct worker_process_callbacks callbacks;
	void *arg;
	struct run *run; /* NULL once it is gone */
	enum state state;
	struct monotime started;
	struct monotime answered; /* the last time; 0: never */

	struct entry *entries;
	unsigned *free; /* entries that are, as a stack */
	unsigned free_count;
	unsigned awaited; /* entries that somebody waits for */
	unsigned rubbish; /* lines in a row */

	struct event *timer;
	struct monotime alarm;    /* what it waits for */
	struct monotime patience; /* when silence ends it; NEVER: nobody suspects it */
	struct monotime limit;    /* of its state, likewise */

	int input_fd;
	struct event *writable;
	bool is_full; /* its pipe is: writable is waited for */
	char *output;
	size_t output_begin;
	size_t output_end;
	size_t output_size;

	int answers_fd;
	struct event *readable;
	struct line_reader answers;
	int errors_fd;
	struct event *errors_readable;
	struct line_reader errors;
	struct log_ration errors_ration;
	struct log_ration rubbish_ration;

	struct worker_process *prev, *next;
};

static void end(struct worker_process *process, const char *why);

static const char *
name_of(const struct worker_process *process)
{
	return worker_definition_name(process->definition);
}

static void
set_alarm(struct worker_process *process, struct monotime alarm, struct monotime now)
{
	process->alarm = alarm;
	if (alarm.ns == INT64_MAX) {
		evtimer_del(process->timer);
		return;
	}
	int64_t us = alarm.ns > now.ns ? (alarm.ns - now.ns + 999) / 1000 : 0;
	const struct timeval delay = {.tv_sec = us / 1000000, .tv_usec = us % 1000000};

	evtimer_add(process->timer, &delay);
}

static void
set_alarm_by(struct worker_process *process, struct monotime limit, struct monotime now)
{
	if (limit.ns < process->alarm.ns)
		set_alarm(process, limit, now);
}

/* Out of the event loop before it is closed: a child of vfork may hold a copy of it. */
static void
close_pipe(int *fd, struct event *event)
{
	event_del(event);
	util_closep(fd);
	*fd = -1;
}

static void
set_state(struct worker_process *process, enum state state, int64_t limit_ns)
{
	struct monotime now = monotime_now();

	process->state = state;
	process->limit.ns = now.ns + limit_ns;
	set_alarm_by(process, process->limit, now);
}

/* From now on it may end, and ends in time or is made to. */
static void
close_input(struct worker_process *process)
{
	close_pipe(&process->input_fd, process->writable);
	set_state(process, CLOSED, (int64_t)process->definition->process->grace_ms * NS_PER_MS);
}

static void
leave_if_done(struct worker_process *process)
{
	if (process->state == LEAVING && process->awaited == 0)
		close_input(process);
}

/* Nobody waits for what an entry has any more. */
static struct worker_request *
release(struct worker_process *process, struct entry *entry)
{
	struct worker_request *request = STEAL(entry->request);

	request->process = NULL;
	process->awaited--;
	return request;
}

static void
fail_awaited(struct worker_process *process, const char *reason)
{
	const struct instant now = instant_now();

	for (unsigned i = 0; i < process->definition->in_flight; i++) {
		struct entry *entry = &process->entries[i];

		if (entry->request != NULL)
			worker_request_fail(release(process, entry), CHECK_OUTCOME_START_FAILED,
				reason, &now);
	}
}

static void
close_all(struct worker_process *process)
{
	process->state = ENDED;
	set_alarm(process, NEVER, process->alarm);
	close_pipe(&process->input_fd, process->writable);
	close_pipe(&process->answers_fd, process->readable);
	close_pipe(&process->errors_fd, process->errors_readable);
}

static void
tell_ended(struct worker_process *process, const char *reason, bool is_clean)
{
	const struct worker_process_end ended = {
		.reason = reason,
		.is_clean = is_clean && process->awaited == 0 && process->answered.ns != 0,
		.has_served = process->answered.ns - process->started.ns >= SERVED_NS,
	};
	bool is_leaving = process->callbacks.ended == NULL;

	if (process->awaited > 0 || (!is_leaving && !ended.is_clean))
		log_warning("%s, %u checks that it ran have failed", reason, process->awaited);
	if (!is_leaving)
		process->callbacks.ended(process->arg, &ended);
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
log_left_out(const struct worker_process *process, uint64_t count)
{
	if (count > 0)
		log_notice("worker %s: %ju lines were left out of the log", name_of(process),
			(uintmax_t)count);
}

/* Rubbish between answers is only logged. */
static void
take_rubbish(struct worker_process *process, const char *what, const char *line, size_t len)
{
	char shown[RUBBISH_SHOWN_MAX + 1];
	uint64_t left_out;

	if (log_ration_take(&process->rubbish_ration, monotime_now(), &left_out)) {
		log_left_out(process, left_out);
		text_clean(line, len, shown, sizeof(shown));
		log_warning("worker %s: %s: \"%s\"", name_of(process), what, shown);
	}
	if (++process->rubbish >= RUBBISH_MAX)
		end(process, "what it says are no answers");
}

static void
take_answer(struct worker_process *process, struct entry *entry,
	const struct worker_answer *answer, const struct instant *now)
{
	process->rubbish = 0;
	process->answered = now->mono;
	process->patience = NEVER;
	entry->is_owed = false;
	entry->is_overdue = false;
	process->free[process->free_count++] = (unsigned)(entry - process->entries);
	if (entry->request != NULL)
		worker_request_answer(release(process, entry), answer, now);
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
	struct entry *entry = &process->entries[answer.id % process->definition->in_flight];
	if (!entry->is_owed || entry->id != answer.id)
		take_rubbish(process, "an answer is to no request", line, len);
	else
		take_answer(process, entry, &answer, now);
}

/* Takes lines up to a burst; returns false where there are no more, or it has ended. */
static bool
take_lines(struct worker_process *process)
{
	const struct instant now = instant_now();
	char *line;
	size_t len;

	for (unsigned i = 0; i < BURST && process->state != ENDED; i++) {
		switch (line_reader_next(&process->answers, &line, &len)) {
		case LINE_NONE:
			return false;
		case LINE_WHOLE:
			take_line(process, line, len, &now);
			break;
		case LINE_TOO_LONG:
			take_rubbish(process, "a line is too long", line, len);
			break;
		}
	}
	return process->state != ENDED;
}

static void
become_deaf(struct worker_process *process)
{
	if (process->state == WORKING || process->state == LEAVING)
		set_state(process, DEAF, LINGER_NS);
}

/* Returns false where nothing came. */
static bool
read_answers(struct worker_process *process)
{
	ssize_t len = line_reader_fill(&process->answers, process->answers_fd);

	if (len > 0)
		return true;
	if (len != -EAGAIN && len != -EINTR) {
		close_pipe(&process->answers_fd, process->readable);
		become_deaf(process);
	}
	return false;
}

/* What was read before comes first. */
static void
answers_on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct worker_process *process = arg;

	(void)fd;
	(void)what;
	if (!take_lines(process)) {
		if (process->state == ENDED || !read_answers(process) || !take_lines(process))
			return;
	}
	event_active(process->readable, EV_READ, 0);
}

/* What it said before it died counts. */
static void
drain_answers(struct worker_process *process)
{
	for (int i = 0; i < DRAIN_READS && process->state != ENDED; i++) {
		while (take_lines(process))
			;
		if (process->answers_fd < 0 || !read_answers(process))
			return;
	}
}

static void
log_error_lines(struct worker_process *process)
{
	char *line, shown[ERROR_LINE_MAX + 1];
	size_t len;
	uint64_t left_out;

	while (line_reader_next(&process->errors, &line, &len) != LINE_NONE) {
		if (text_clean(line, len, shown, sizeof(shown)) == 0 ||
			!log_ration_take(&process->errors_ration, monotime_now(), &left_out))
			continue;
		log_left_out(process, left_out);
		log_notice("worker %s: %s", name_of(process), shown);
	}
}

static void
errors_on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct worker_process *process = arg;
	ssize_t len = line_reader_fill(&process->errors, process->errors_fd);

	(void)fd;
	(void)what;
	if (len > 0)
		log_error_lines(process);
	else if (len != -EAGAIN && len != -EINTR)
		close_pipe(&process->errors_fd, process->errors_readable);
}

/* What is written by now goes out at once, up to what the pipe takes. */
static void
input_on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct worker_process *process = arg;
	size_t len = process->output_end - process->output_begin;

	(void)what;
	process->is_full = false;
	if (len == 0)
		return;
	ssize_t written = write(fd, process->output + process->output_begin, len);
	if (written < 0 && errno != EAGAIN && errno != EINTR) {
		close_pipe(&process->input_fd, process->writable);
		become_deaf(process);
		return;
	}
	if (written > 0)
		process->output_begin += (size_t)written;
	if (process->output_begin < process->output_end) {
		process->is_full = true;
		event_add(process->writable, NULL);
	}
}

/* What was written is dropped first; the entries bound what is left. */
static char *
reserve(struct worker_process *process, size_t len)
{
	if (process->output_begin > 0) {
		process->output_end -= process->output_begin;
		memmove(process->output, process->output + process->output_begin,
			process->output_end);
		process->output_begin = 0;
	}
	if (process->output_end + len > process->output_size) {
		process->output_size = 2 * (process->output_end + len);
		process->output = xreallocarray(process->output, process->output_size, 1);
	}
	return process->output + process->output_end;
}

static void
write_question(struct worker_process *process, const struct worker_question *question)
{
	char *to = reserve(process, worker_line_size(question));

	process->output_end += worker_line_write(question, to);
	if (!process->is_full)
		event_active(process->writable, EV_WRITE, 0);
}

unsigned
worker_process_room(const struct worker_process *process)
{
	return process->state == WORKING ? process->free_count : 0;
}

void
worker_process_send(struct worker_process *process, struct worker_request *request,
	const struct definition *check)
{
	assert(worker_process_room(process) > 0);
	unsigned index = process->free[--process->free_count];
	struct entry *entry = &process->entries[index];

	entry->id += process->definition->in_flight;
	entry->is_owed = true;
	entry->request = request;
	entry->sent = request->started;
	entry->deadline.ns = request->started.ns + (int64_t)check->timeout_ms * NS_PER_MS;
	request->process = process;
	request->entry = index;
	process->awaited++;
	set_alarm_by(process, entry->deadline, request->started);
	write_question(process, &(const struct worker_question){
					.id = entry->id,
					.timeout_ms = check->timeout_ms,
					.name = check->name,
					.arguments = check->arguments,
				});
}

void
worker_process_forget(struct worker_request *request)
{
	struct worker_process *process = request->process;

	release(process, &process->entries[request->entry]);
	leave_if_done(process);
}

/*
 * Whether a request that is overdue speaks against the process: it has said nothing since,
 * or can be asked nothing else.
 */
static bool
is_suspect(const struct worker_process *process, const struct entry *entry)
{
	return process->answered.ns < entry->sent.ns ||
	       (process->free_count == 0 && process->awaited == 0);
}

static void
tell_timeout(
	struct worker_request *request, const struct entry *entry, const struct instant *now)
{
	char text[64];

	snprintf(text, sizeof(text), "no answer within %g s",
		(double)(entry->deadline.ns - entry->sent.ns) / (double)NS_PER_S);
	worker_request_fail(request, CHECK_OUTCOME_TIMED_OUT, text, now);
}

static void
expire(struct worker_process *process, struct entry *entry, const struct instant *now)
{
	struct worker_request *request = NULL;

	entry->is_overdue = true;
	if (entry->request != NULL)
		request = release(process, entry);
	if (process->patience.ns == INT64_MAX && is_suspect(process, entry))
		process->patience.ns =
			now->mono.ns + (int64_t)process->definition->patience_ms * NS_PER_MS;
	if (request != NULL)
		tell_timeout(request, entry, now);
}

/* Expires what is due, and returns when the next one is. */
static struct monotime
expire_entries(struct worker_process *process, const struct instant *now)
{
	struct monotime next = NEVER;

	for (unsigned i = 0; i < process->definition->in_flight; i++) {
		struct entry *entry = &process->entries[i];

		if (!entry->is_owed || entry->is_overdue)
			continue;
		if (entry->deadline.ns <= now->mono.ns)
			expire(process, entry, now);
		else if (entry->deadline.ns < next.ns)
			next = entry->deadline;
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

static struct monotime
sooner(struct monotime a, struct monotime b)
{
	return a.ns < b.ns ? a : b;
}

static void
timer_on_timeout(evutil_socket_t fd, short what, void *arg)
{
	struct worker_process *process = arg;
	const struct instant now = instant_now();
	struct monotime next;

	(void)fd;
	(void)what;
	next = expire_entries(process, &now);
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
	if (process->state != ENDED)
		close_all(process);
	event_free(process->timer);
	event_free(process->writable);
	event_free(process->readable);
	event_free(process->errors_readable);
	line_reader_deinit(&process->answers);
	line_reader_deinit(&process->errors);
	worker_definition_unref(process->definition);
	free(process->output);
	free(process->entries);
	free(process->free);
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

	if (process->state == ENDED)
		return;
	drain_answers(process);
	if (process->state == ENDED)
		return;
	if (process->errors_fd >= 0)
		errors_on_readable(process->errors_fd, EV_READ, process);
	describe_death(process, result, reason, sizeof(reason));
	conclude(process, reason, is_clean);
}

static void
run_on_gone(void *arg)
{
	process_free(arg);
}

static int
make_pipe(int *ret_read_fd, int *ret_write_fd)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) != 0)
		return -errno;
	*ret_read_fd = fds[0];
	*ret_write_fd = fds[1];
	return 0;
}

/* Only our ends are non-blocking: programs do not expect it of theirs. */
static int
make_pipes(struct worker_process *process, struct run_wiring *wiring)
{
	int *const own[] = {&process->input_fd, &process->answers_fd, &process->errors_fd};
	int error = make_pipe(&wiring->stdin_fd, &process->input_fd);

	if (error == 0)
		error = make_pipe(&process->answers_fd, &wiring->stdout_fd);
	if (error == 0)
		error = make_pipe(&process->errors_fd, &wiring->stderr_fd);
	for (size_t i = 0; error == 0 && i < ARRAY_LEN(own); i++)
		fcntl(*own[i], F_SETFL, O_NONBLOCK);
	return error;
}

static void
close_wiring(const struct run_wiring *wiring)
{
	util_closep(&wiring->stdin_fd);
	util_closep(&wiring->stdout_fd);
	util_closep(&wiring->stderr_fd);
}

static void
make_events(struct worker_process *process)
{
	struct event_base *base = process->surroundings->base;

	process->timer = evtimer_new(base, timer_on_timeout, process);
	process->writable =
		event_new(base, process->input_fd, EV_WRITE, input_on_writable, process);
	process->readable = event_new(
		base, process->answers_fd, EV_READ | EV_PERSIST, answers_on_readable, process);
	process->errors_readable = event_new(
		base, process->errors_fd, EV_READ | EV_PERSIST, errors_on_readable, process);
	if (process->timer == NULL || process->writable == NULL || process->readable == NULL ||
		process->errors_readable == NULL)
		abort();
}

static void
make_entries(struct worker_process *process)
{
	unsigned count = process->definition->in_flight;

	process->entries = xcalloc(count, sizeof(*process->entries));
	process->free = xcalloc(count, sizeof(*process->free));
	process->free_count = count;
	for (unsigned i = 0; i < count; i++) {
		process->entries[i].id = i;
		process->free[i] = count - 1 - i;
	}
}

static struct worker_process *
process_new(struct worker_surroundings *surroundings, struct worker_definition *definition)
{
	struct worker_process *process = xcalloc(1, sizeof(*process));

	process->surroundings = surroundings;
	process->definition = worker_definition_ref(definition);
	process->started = monotime_now();
	process->alarm = process->patience = process->limit = NEVER;
	process->input_fd = process->answers_fd = process->errors_fd = -1;
	line_reader_init(&process->answers, WORKER_LINE_ANSWER_MAX + 1);
	line_reader_init(&process->errors, ERROR_LINE_MAX + 1);
	make_entries(process);
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
	CLEANUP(close_wiring) struct run_wiring wiring = {-1, -1, -1};
	struct worker_process *process = process_new(surroundings, definition);
	int error = make_pipes(process, &wiring);

	process->callbacks = *callbacks;
	process->arg = arg;
	make_events(process);
	if (error < 0) {
		process_free(process);
		errno = -error;
		return NULL;
	}
	event_add(process->readable, NULL);
	event_add(process->errors_readable, NULL);
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
	assert(process->awaited == 0);
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
