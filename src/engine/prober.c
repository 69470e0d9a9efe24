/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The set of probes, and what each of them has whatever its type: a timer that stands for
 * the next alarm or the timeout, and a result, which is always told by the loop, so that a
 * type may come to it anywhere, even in a library's callback.
 */
#include "prober.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <utlist.h>

#include "errands.h"
#include "http_loop.h"
#include "probe_run.h"
#include "resolver.h"
#include "text.h"
#include "trust.h"
#include "util.h"

#define PERFDATA_MAX 160

static const struct probe_type *
type_of(enum check_type type)
{
	switch (type) {
	case CHECK_TYPE_TCP:
	case CHECK_TYPE_UNIX:
		return &probe_stream;
	case CHECK_TYPE_HTTP:
		return &probe_http;
	case CHECK_TYPE_DNS:
		return &probe_dns;
	case CHECK_TYPE_PING:
		return &probe_ping;
	case CHECK_TYPE_FILE:
		return &probe_file;
	case CHECK_TYPE_PROCESS:
		return &probe_process;
	case CHECK_TYPE_COMMAND:
	case CHECK_TYPE_PASSIVE:
	case CHECK_TYPE_AGGREGATE:
	case CHECK_TYPE_WORKER:
		break;
	}
	assert(!"a probe");
	return NULL;
}

static void
probe_free_run(struct probe_run *run)
{
	event_del(&run->timer);
	DL_DELETE(run->prober->runs, run);
	run->prober->count--;
	definition_unref(run->definition);
	free(run->output);
	free(run->perfdata);
	free(run);
}

static void
tell_done(const struct probe_run *run)
{
	if (run->is_stopped)
		return;
	const struct run_result result = {
		.outcome = run->outcome,
		.status = run->status,
		.started = run->started,
		.finished = run->finished,
		.duration_ms = monotime_ms_between(run->started.mono, run->finished.mono),
		.output = run->output,
		.perfdata = run->perfdata,
	};
	run->callbacks.done(run->arg, &result);
}

/* Frees the run, which is gone before it tells so. */
static void
tell_gone(struct probe_run *run)
{
	struct run_callbacks callbacks = run->callbacks;
	void *arg = run->arg;

	probe_free_run(run);
	callbacks.gone(arg);
}

static void
conclude(struct probe_run *run)
{
	bool is_free = run->type->end(run);

	run->state = PROBE_RUN_HELD;
	tell_done(run);
	if (is_free)
		tell_gone(run);
}

void
probe_release(struct probe_run *run)
{
	assert(run->state == PROBE_RUN_HELD);
	tell_gone(run);
}

static void
arm(struct probe_run *run, struct monotime now)
{
	int64_t ns = run->alarm.ns > now.ns ? run->alarm.ns - now.ns : 0;
	const struct timeval delay = {
		.tv_sec = ns / NS_PER_S, .tv_usec = (ns % NS_PER_S + 999) / 1000};

	if (event_add(&run->timer, &delay) != 0)
		abort();
}

void
probe_set_alarm(struct probe_run *run, int64_t delay_ns)
{
	struct monotime now = monotime_now();

	if (run->state != PROBE_RUN_AT_WORK)
		return;
	run->alarm.ns = now.ns + delay_ns;
	if (run->alarm.ns > run->deadline.ns)
		run->alarm = run->deadline;
	arm(run, now);
}

int64_t
probe_time_left(const struct probe_run *run, struct monotime now)
{
	return run->deadline.ns > now.ns ? run->deadline.ns - now.ns : 0;
}

static void
timer_on_timeout(evutil_socket_t fd, short what, void *arg)
{
	struct probe_run *run = arg;
	struct monotime now = monotime_now();

	(void)fd;
	(void)what;
	if (run->state == PROBE_RUN_FINISHED) {
		conclude(run);
		return;
	}
	if (now.ns < run->alarm.ns) {
		arm(run, now);
		return;
	}
	bool is_over = now.ns >= run->deadline.ns;
	run->alarm = run->deadline;
	if (!is_over)
		arm(run, now);
	run->type->alarm(run, is_over);
	assert(!is_over || run->state == PROBE_RUN_FINISHED);
}

static void
set_finished(struct probe_run *run)
{
	run->state = PROBE_RUN_FINISHED;
	event_del(&run->timer);
	event_active(&run->timer, EV_TIMEOUT, 0);
}

static char *
clean(const char *text)
{
	char output[CHECK_OUTPUT_MAX + 1];

	text_clean(text, strlen(text), output, sizeof(output));
	return xstrdup(output);
}

static void
finish(struct probe_run *run, enum check_outcome outcome, int status, const char *perfdata,
	const char *text)
{
	assert(strlen(perfdata) <= PERFDATA_MAX);
	run->outcome = outcome;
	run->status = status;
	run->output = clean(text);
	run->perfdata = xstrdup(perfdata);
	run->finished = instant_now();
	set_finished(run);
}

void
probe_finish(struct probe_run *run, enum probe_status status, const char *format, ...)
{
	va_list args;

	if (run->state != PROBE_RUN_AT_WORK)
		return;
	va_start(args, format);
	CLEANUP_FREE char *text = xvasprintf(format, args);
	va_end(args);
	finish(run, CHECK_OUTCOME_EXITED, status, "", text);
}

void
probe_finish_measured(struct probe_run *run, enum probe_status status, const char *perfdata,
	const char *format, ...)
{
	va_list args;

	if (run->state != PROBE_RUN_AT_WORK)
		return;
	va_start(args, format);
	CLEANUP_FREE char *text = xvasprintf(format, args);
	va_end(args);
	finish(run, CHECK_OUTCOME_EXITED, status, perfdata, text);
}

void
probe_fail_start(struct probe_run *run, const char *format, ...)
{
	va_list args;

	if (run->state != PROBE_RUN_AT_WORK)
		return;
	va_start(args, format);
	CLEANUP_FREE char *text = xvasprintf(format, args);
	va_end(args);
	finish(run, CHECK_OUTCOME_START_FAILED, CHECK_STATUS_NONE, "", text);
}

/* "0.5", or "" where there is no threshold. */
static void
format_threshold(uint64_t ms, char *buf, size_t size)
{
	if (ms == 0)
		buf[0] = '\0';
	else
		snprintf(buf, size, "%g", (double)ms / 1000);
}

static enum probe_status
judge_time(const struct probe *probe, int64_t took_ns)
{
	if (probe->critical_time_ms > 0 &&
		took_ns > (int64_t)probe->critical_time_ms * NS_PER_MS)
		return PROBE_STATUS_CRITICAL;
	if (probe->warning_time_ms > 0 && took_ns > (int64_t)probe->warning_time_ms * NS_PER_MS)
		return PROBE_STATUS_WARNING;
	return PROBE_STATUS_OK;
}

void
probe_finish_timed(struct probe_run *run, int64_t took_ns, enum probe_status status,
	const char *perfdata, const char *format, ...)
{
	const struct probe *probe = run->probe;
	char warning[24], critical[24], measures[PERFDATA_MAX + 1];
	va_list args;

	if (run->state != PROBE_RUN_AT_WORK)
		return;
	va_start(args, format);
	CLEANUP_FREE char *text = xvasprintf(format, args);
	va_end(args);
	enum probe_status by_time = judge_time(probe, took_ns);
	uint64_t limit_ms = by_time == PROBE_STATUS_CRITICAL ? probe->critical_time_ms
							     : probe->warning_time_ms;
	CLEANUP_FREE char *slow =
		by_time != PROBE_STATUS_OK
			? xasprintf("%s, slower than %g s", text, (double)limit_ms / 1000)
			: xstrdup(text);
	format_threshold(probe->warning_time_ms, warning, sizeof(warning));
	format_threshold(probe->critical_time_ms, critical, sizeof(critical));
	snprintf(measures, sizeof(measures), "time=%.6fs;%s;%s;0%s%s",
		(double)took_ns / (double)NS_PER_S, warning, critical,
		perfdata[0] != '\0' ? " " : "", perfdata);
	finish(run, CHECK_OUTCOME_EXITED, probe_worse(status, by_time), measures, slow);
}

bool
probe_is_finished(const struct probe_run *run)
{
	return run->state != PROBE_RUN_AT_WORK;
}

void
probe_format_duration(int64_t ns, char buf[static PROBE_DURATION_SIZE])
{
	double ms = (double)ns / (double)NS_PER_MS;

	if (ms < 10)
		snprintf(buf, PROBE_DURATION_SIZE, "%.1f ms", ms);
	else if (ms < 1000)
		snprintf(buf, PROBE_DURATION_SIZE, "%.0f ms", ms);
	else
		snprintf(buf, PROBE_DURATION_SIZE, "%.1f s", ms / 1000);
}

enum probe_status
probe_worse(enum probe_status a, enum probe_status b)
{
	return a > b ? a : b;
}

struct probe_run *
prober_start(struct prober *prober, struct definition *definition,
	const struct run_callbacks *callbacks, void *arg)
{
	const struct probe_type *type = type_of(definition->type);
	struct probe_run *run = xcalloc(1, type->size);

	run->prober = prober;
	run->type = type;
	run->definition = definition_ref(definition);
	run->probe = definition->probe;
	run->callbacks = *callbacks;
	run->arg = arg;
	run->started = instant_now();
	run->deadline.ns = run->started.mono.ns + (int64_t)definition->timeout_ms * NS_PER_MS;
	run->alarm = run->deadline;
	event_assign(&run->timer, prober->base, -1, 0, timer_on_timeout, run);
	arm(run, run->started.mono);
	DL_APPEND(prober->runs, run);
	prober->count++;
	type->start(run);
	return run;
}

void
probe_stop(struct probe_run *run)
{
	run->is_stopped = true;
	if (run->state == PROBE_RUN_AT_WORK)
		set_finished(run);
}

size_t
prober_count(const struct prober *prober)
{
	return prober->count;
}

struct prober *
prober_new(struct event_base *base)
{
	struct prober *prober = xcalloc(1, sizeof(*prober));
	int error = 0;

	prober->base = base;
	prober->errands = errands_new(base, "prober", NULL, NULL);
	if (prober->errands != NULL)
		error = resolver_new(base, &prober->resolver);
	else
		error = -errno;
	if (error < 0) {
		prober_free(prober);
		errno = -error;
		return NULL;
	}
	prober->trust = trust_new(prober->errands);
	prober->http = http_loop_new(base);
	return prober;
}

/* The threads go first: what they are at is theirs from then on. */
void
prober_free(struct prober *prober)
{
	struct probe_run *run, *next;

	if (prober == NULL)
		return;
	errands_close(prober->errands);
	DL_FOREACH_SAFE(prober->runs, run, next) {
		if (run->state != PROBE_RUN_HELD)
			run->type->end(run);
		probe_free_run(run);
	}
	http_loop_free(prober->http);
	trust_free(prober->trust);
	resolver_free(prober->resolver);
	errands_free(prober->errands);
	free(prober);
}
