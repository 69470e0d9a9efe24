/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of events, and what is added to it. While it follows, no number comes twice and none
 * is left out: where checkd has forgotten some, or all, that is told.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ask.h"
#include "clock.h"
#include "event_line.h"
#include "quantity.h"
#include "util.h"
#include "verbs.h"

#define PAGE_MAX   500 /* events of one answer */
#define COUNT      20  /* where nothing else is wanted */
#define RETRY_NS   (NS_PER_S / 2)
#define WAIT_MAX_S 60
#define NO_NUMBER  (-1)

struct reading {
	const struct options *options;
	struct output output;
	struct client *client;
	const char *name; /* NULL: of all checks */
	int64_t since;    /* the last number that was seen; NO_NUMBER: none yet */
	int64_t epoch;    /* 0: not known yet */
	int64_t epoch_before;
	int64_t since_before; /* the last one of that epoch */
	int64_t left;         /* to be shown at most; -1: all */
	bool is_lost;         /* no answer comes, which was told */
};

static json_t *
make_request(const struct reading *reading, int64_t since, int64_t limit, int64_t wait_s)
{
	json_t *request = json_pack("{s:s, s:I}", "verb", "events", "limit", (json_int_t)limit);

	if (since != NO_NUMBER)
		json_object_set_new(request, "since", json_integer(since));
	ask_set_text(request, "name", reading->name);
	if (wait_s > 0)
		json_object_set_new(request, "wait", json_integer(wait_s));
	return request;
}

/* Between the lines of events, wherever those go. */
static void __attribute__((format(printf, 2, 3)))
tell(const struct reading *reading, const char *format, ...)
{
	va_list arguments;

	fflush(reading->output.stream);
	fputs("checkctl: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

/* Of an epoch before it was seen, and the log has kept it. */
static bool
was_seen(const struct reading *reading, const json_t *event)
{
	int64_t number = ask_number(event, "number");

	if (reading->since != NO_NUMBER && number <= reading->since)
		return true;
	return reading->epoch_before != 0 && number <= reading->since_before &&
	       ask_number(event, "state_epoch") == reading->epoch_before;
}

static void
show(struct reading *reading, const json_t *event)
{
	if (was_seen(reading, event))
		return;
	reading->since = ask_number(event, "number");
	if (reading->left == 0)
		return;
	if (reading->left > 0)
		reading->left--;
	if (reading->options->is_json)
		output_json(&reading->output, event);
	else
		event_line_print(&reading->output, event, time(NULL));
}

/* Whether the log is another one than before, which is to be read from its begin. */
static bool
examine_epoch(struct reading *reading, const json_t *answer)
{
	int64_t epoch = ask_number(answer, "state_epoch");
	bool is_other = reading->epoch != 0 && epoch != reading->epoch;

	if (is_other) {
		tell(reading,
			"checkd has, or may have, forgotten something: a new epoch, %" PRId64,
			epoch);
		reading->epoch_before = reading->epoch;
		reading->since_before = reading->since;
		reading->since = 0;
	}
	reading->epoch = epoch;
	return is_other;
}

static void
examine_gap(const struct reading *reading, const json_t *answer)
{
	int64_t first = ask_number(answer, "first_event");

	if (reading->since > 0 && first > reading->since + 1)
		tell(reading, "events %" PRId64 " to %" PRId64 " are no longer in the log",
			reading->since + 1, first - 1);
}

/* Shows what an answer has; *ret_is_cut: there is more already. */
static void
take(struct reading *reading, const json_t *answer, bool *ret_is_cut)
{
	json_t *event;
	size_t index;

	*ret_is_cut = examine_epoch(reading, answer);
	if (*ret_is_cut)
		return;
	examine_gap(reading, answer);
	json_array_foreach(json_object_get(answer, "events"), index, event)
	{
		show(reading, event);
	}
	const json_t *next = json_object_get(answer, "next");
	int64_t last =
		next != NULL ? json_integer_value(next) : ask_number(answer, "last_event");
	if (last > reading->since)
		reading->since = last; /* of other checks, or none at all */
	*ret_is_cut = next != NULL;
	fflush(reading->output.stream);
}

static int
ask_events(struct reading *reading, int64_t limit, int64_t wait_s, bool *ret_is_cut)
{
	json_t *answer = NULL;
	int error = client_ask(
		reading->client, make_request(reading, reading->since, limit, wait_s), &answer);

	if (error == 0)
		take(reading, answer, ret_is_cut);
	json_decref(answer);
	return error;
}

/* All that there is already. */
static int
read_log(struct reading *reading)
{
	bool is_cut = true;
	int error = 0;

	while (error == 0 && is_cut && reading->left != 0) {
		bool is_few = reading->left >= 0 && reading->left < PAGE_MAX;

		error = ask_events(reading, is_few ? reading->left : PAGE_MAX, 0, &is_cut);
	}
	return error;
}

static void
pause_for_a_while(void)
{
	nanosleep(&(struct timespec){.tv_nsec = RETRY_NS}, NULL);
}

/* checkd may come back, and its log with it. It ends where nobody reads what it writes. */
static int
follow(struct reading *reading)
{
	int64_t wait_s = reading->options->patience_ms / 2000;
	int error = 0;

	wait_s = wait_s < 1 ? 1 : wait_s > WAIT_MAX_S ? WAIT_MAX_S : wait_s;
	reading->left = -1;
	while (error != -EREMOTEIO && ferror(reading->output.stream) == 0) {
		bool is_cut;

		error = ask_events(reading, PAGE_MAX, wait_s, &is_cut);
		if (error == 0 && reading->is_lost)
			tell(reading, "checkd answers again");
		if (error < 0 && error != -EREMOTEIO && !reading->is_lost)
			tell(reading, "%s; it is tried again", client_error(reading->client));
		reading->is_lost = error < 0;
		if (error < 0)
			pause_for_a_while();
	}
	return error;
}

/* The epoch of the first event with a number of at least this; 0: there is none. */
static int
read_time(struct reading *reading, int64_t number, int64_t *ret_epoch)
{
	json_t *answer = NULL;
	int error =
		client_ask(reading->client, make_request(reading, number - 1, 1, 0), &answer);
	json_t *event = json_array_get(json_object_get(answer, "events"), 0);

	*ret_epoch = ask_number(event, "epoch");
	json_decref(answer);
	return error;
}

/* The last number before a moment, by halving: times grow as numbers do. */
static int
find_since(struct reading *reading, time_t moment)
{
	json_t *answer = NULL;
	int error =
		client_ask(reading->client, make_request(reading, NO_NUMBER, 1, 0), &answer);
	int64_t first = ask_number(answer, "first_event");
	int64_t end = ask_number(answer, "last_event") + 1;

	json_decref(answer);
	while (error == 0 && first < end) {
		int64_t middle = first + (end - first) / 2, epoch = 0;

		error = read_time(reading, middle, &epoch);
		if (epoch != 0 && epoch < moment)
			first = middle + 1;
		else
			end = middle;
	}
	reading->since = first > 0 ? first - 1 : 0;
	return error;
}

/* More of the newest than one answer has are asked for by their number. */
static int
find_newest(struct reading *reading, int64_t count)
{
	json_t *answer = NULL;

	if (count <= PAGE_MAX)
		return 0;
	int error =
		client_ask(reading->client, make_request(reading, NO_NUMBER, 1, 0), &answer);
	int64_t last = ask_number(answer, "last_event");

	reading->since = last > count ? last - count : 0;
	json_decref(answer);
	return error;
}

/* Where reading begins, and how much is shown. */
static int
begin(struct reading *reading)
{
	const struct options *options = reading->options;
	int64_t count = options->count >= 0 ? options->count : COUNT, value;

	reading->left = options->count;
	if (options->since == NULL) {
		reading->left = count;
		return find_newest(reading, count);
	}
	if (quantity_parse(options->since, quantity_no_units, &value) == 0) {
		reading->since = value;
		return 0;
	}
	if (quantity_parse(options->since, quantity_durations, &value) < 0)
		return -EINVAL;
	return find_since(reading, time(NULL) - (time_t)(value / 1000));
}

int
verb_events(const struct options *options, int argc, char **argv)
{
	struct reading reading = {
		.options = options,
		.output = output_open(options),
		.name = argv[0],
		.since = NO_NUMBER,
	};

	if (argc > 1)
		return VERB_MISUSED;
	reading.client = client_new(options->socket, options->patience_ms);
	int error = begin(&reading);
	if (error == -EINVAL) {
		ask_tell(options, "--since must be a number or a duration, such as 2h", NULL);
	} else {
		error = error == 0 ? read_log(&reading) : error;
		error = error == 0 && options->is_follow ? follow(&reading) : error;
		if (error < 0)
			ask_tell(options, client_error(reading.client), NULL);
	}
	client_free(reading.client);
	return error < 0 ? VERB_FAILED : EXIT_SUCCESS;
}
