/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a type of probe has to do, and what all of them share: one timer, one result. A type
 * embeds struct probe_run as the first member of its own struct.
 */
#ifndef ENGINE_PROBE_RUN_H
#define ENGINE_PROBE_RUN_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>
#include <stddef.h>

#include "clock.h"
#include "probe.h"
#include "probe_status.h"
#include "prober.h"

struct errands;
struct http_loop;
struct resolver;
struct trust;

struct prober {
	struct event_base *base;
	struct errands *errands;
	struct resolver *resolver;
	struct trust *trust;
	struct http_loop *http;
	struct probe_run *runs;
	size_t count;
};

/*
 * A type of probe. start begins, and may come to its result at once. alarm: the time that
 * was set is over, or where is_over the check's timeout is; then it comes to its result
 * there. end gives back all that it has, in whatever step it is; it returns false where a
 * thread is at work for it that cannot be called off, and calls probe_release once it is.
 */
struct probe_type {
	size_t size;
	void (*start)(struct probe_run *run);
	void (*alarm)(struct probe_run *run, bool is_over);
	bool (*end)(struct probe_run *run);
};

extern const struct probe_type probe_dns;
extern const struct probe_type probe_file;
extern const struct probe_type probe_http;
extern const struct probe_type probe_ping;
extern const struct probe_type probe_process;
extern const struct probe_type probe_stream;

enum probe_run_state {
	PROBE_RUN_AT_WORK,
	PROBE_RUN_FINISHED, /* the loop will tell */
	PROBE_RUN_HELD,     /* told; a thread still has it */
};

struct probe_run {
	struct prober *prober;
	const struct probe_type *type;
	struct definition *definition;
	const struct probe *probe; /* the definition's */
	struct run_callbacks callbacks;
	void *arg;
	enum probe_run_state state;
	bool is_stopped;
	enum check_outcome outcome;
	int status;
	char *output;   /* valid once finished, */
	char *perfdata; /* as is this */
	struct instant started;
	struct instant finished;
	struct monotime deadline; /* the check's timeout */
	struct monotime alarm;    /* what the timer waits for */
	struct event timer;
	struct probe_run *prev, *next;
};

/* Has type->alarm called after so long, or at the check's timeout if that is sooner. */
void probe_set_alarm(struct probe_run *run, int64_t delay_ns);

/* The time to the check's timeout, not below 0. */
int64_t probe_time_left(const struct probe_run *run, struct monotime now);

/* The result. What comes after the first one of a probe does not count. */
void probe_finish(struct probe_run *run, enum probe_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same with metrics: perfdata by the grammar of perfdata.h, one space between. */
void probe_finish_measured(struct probe_run *run, enum probe_status status,
	const char *perfdata, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The result of a probe that could not begin, for reasons of this machine. */
void probe_fail_start(struct probe_run *run, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

bool probe_is_finished(const struct probe_run *run);

/* What is due once end has returned false. */
void probe_release(struct probe_run *run);

/*
 * The result of what was found to be right after all and took so long: ok, or what the
 * thresholds of time say, with the time as perfdata behind any other.
 */
void probe_finish_timed(struct probe_run *run, int64_t took_ns, enum probe_status status,
	const char *perfdata, const char *format, ...) __attribute__((format(printf, 5, 6)));

#define PROBE_DURATION_SIZE 24

/* Writes a duration for people, such as "0.3 ms", "12 ms", "2.5 s". */
void probe_format_duration(int64_t ns, char buf[static PROBE_DURATION_SIZE]);

/* The worse of two codes: what is none of the first three is worse than they are. */
enum probe_status probe_worse(enum probe_status a, enum probe_status b);

#endif
