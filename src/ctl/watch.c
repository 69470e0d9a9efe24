/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "age.h"
#include "ask.h"
#include "screen.h"
#include "util.h"
#include "verbs.h"
#include "view.h"

/* Lines that are not the table's rows: three of checkd, the sum, titles, what is not shown. */
#define OTHER_LINES    6

#define EXIT_BY_SIGNAL 143

struct watch {
	const struct options *options;
	struct output *output;
	char *const *patterns;
	struct client *client;
	struct screen *screen;

	/* What came last. */
	bool is_filled;
	struct view view;
	json_t *daemon;
	struct monotime asked;
	double rate;        /* runs a second; below 0: not known yet */
	time_t lost;        /* since when nothing comes; 0: it does */
	char *lost_because; /* NULL while it does */
};

static void
keep_loss(struct watch *watch)
{
	if (watch->lost == 0)
		watch->lost = time(NULL);
	free(watch->lost_because);
	watch->lost_because = xstrdup(client_error(watch->client));
}

static void
forget_loss(struct watch *watch)
{
	watch->lost = 0;
	free(STEAL(watch->lost_because));
}

/* Of the runs since the answer before, if it was of the same process. */
static void
keep_daemon(struct watch *watch, json_t *answer)
{
	struct monotime now = monotime_now();
	uint32_t runs = (uint32_t)ask_number(answer, "agent_runs") -
			(uint32_t)ask_number(watch->daemon, "agent_runs");
	uint32_t ms = monotime_ms_between(watch->asked, now);
	bool is_same = ask_number(watch->daemon, "pid") == ask_number(answer, "pid");

	watch->rate = is_same && ms > 0 ? (double)runs * 1000 / ms : -1;
	watch->asked = now;
	json_decref(watch->daemon);
	watch->daemon = answer;
}

static size_t
room_for_rows(const struct watch *watch)
{
	size_t height = watch->output->height;

	return height > OTHER_LINES ? height - OTHER_LINES : 0;
}

/* Asks for all that is shown; -EINTR: the screen has something to tell. */
static int
refresh(struct watch *watch)
{
	json_t *answer = NULL;
	struct view view;
	int error = client_ask(watch->client, json_pack("{s:s}", "verb", "daemon"), &answer);

	if (error == 0)
		error = view_fetch(watch->client, watch->options, watch->patterns,
			room_for_rows(watch), &view);
	if (error < 0) {
		json_decref(answer);
		if (error != -EINTR)
			keep_loss(watch);
		return error;
	}
	forget_loss(watch);
	keep_daemon(watch, answer);
	if (watch->is_filled)
		view_deinit(&watch->view);
	watch->view = view;
	watch->is_filled = true;
	return 0;
}

static void
print_agent(const struct watch *watch, const struct output *output)
{
	const json_t *daemon = watch->daemon;
	char up_time[AGE_SIZE], now_text[AGE_SIZE];
	time_t now = time(NULL);
	CLEANUP_FREE char *version = output_clean(output, ask_text(daemon, "agent_version"));

	/* Hundredths of a second, as SNMP has it. */
	age_format_long(ask_number(daemon, "agent_up_time") / 100, up_time);
	age_format_time(now, now, now_text);
	fprintf(output->stream,
		"%s%s%s  checkd %s, up %s, configuration %" JSON_INTEGER_FORMAT "\n",
		output_begin(output, OUTPUT_BOLD), now_text, output_end(output, OUTPUT_BOLD),
		version, up_time, (json_int_t)ask_number(daemon, "config_generation"));
}

static void
print_work(const struct watch *watch, const struct output *output)
{
	const json_t *daemon = watch->daemon;
	CLEANUP_FREE char *rate =
		watch->rate < 0 ? xstrdup("-") : xasprintf("%.1f", watch->rate);

	fprintf(output->stream,
		"%s runs/s, late p99 %" JSON_INTEGER_FORMAT " ms, max %" JSON_INTEGER_FORMAT
		" ms, running %" JSON_INTEGER_FORMAT ", queued %" JSON_INTEGER_FORMAT "\n",
		rate, (json_int_t)ask_number(daemon, "agent_lateness_p99"),
		(json_int_t)ask_number(daemon, "agent_lateness_max"),
		(json_int_t)ask_number(daemon, "agent_running"),
		(json_int_t)ask_number(daemon, "agent_queued"));
}

/* The line for what is wrong has what is right otherwise. */
static void
print_health(const struct watch *watch, const struct output *output)
{
	const json_t *daemon = watch->daemon;
	bool is_connected = json_is_true(json_object_get(daemon, "master_connected"));
	CLEANUP_FREE char *store = output_clean(output, ask_text(daemon, "store_status"));
	bool is_stored = strcmp(store, "ok") == 0;
	enum output_style store_style = is_stored ? OUTPUT_PLAIN : OUTPUT_CRITICAL;
	enum output_style master_style = is_connected ? OUTPUT_PLAIN : OUTPUT_CRITICAL;

	fprintf(output->stream,
		"store %s%s%s, %s%s%s, %" JSON_INTEGER_FORMAT " notifications wait\n",
		output_begin(output, store_style), store, output_end(output, store_style),
		output_begin(output, master_style),
		is_connected ? "SNMP is up" : "SNMP master is away",
		output_end(output, master_style),
		(json_int_t)ask_number(daemon, "delivery_pending"));
}

static void
print_loss(const struct watch *watch, const struct output *output)
{
	CLEANUP_FREE char *because = output_clean(output, watch->lost_because);
	char since[AGE_SIZE];

	age_format_time(watch->lost, time(NULL), since);
	fprintf(output->stream, "%sno answer since %s%s: %s\n",
		output_begin(output, OUTPUT_CRITICAL), since,
		output_end(output, OUTPUT_CRITICAL), because);
}

static void
print(const struct watch *watch, const struct output *output)
{
	if (watch->daemon != NULL) {
		print_agent(watch, output);
		print_work(watch, output);
	}
	if (watch->lost_because != NULL)
		print_loss(watch, output);
	else if (watch->daemon != NULL)
		print_health(watch, output);
	if (watch->is_filled) {
		view_print_summary(&watch->view, watch->options, output);
		view_print_rows(&watch->view, watch->options, output);
	}
}

static void
draw(struct watch *watch)
{
	CLEANUP_FREE char *text = NULL;
	struct output output = *watch->output;
	size_t size;

	output.stream = open_memstream(&text, &size);
	if (output.stream == NULL)
		abort();
	print(watch, &output);
	fclose(output.stream);
	screen_show(watch->screen, text, output.height);
}

/* Until the screen has ended. */
static enum screen_event
go_on(struct watch *watch)
{
	enum screen_event event = SCREEN_TIMEOUT;

	while (event != SCREEN_QUIT && event != SCREEN_ENDED) {
		output_measure(watch->output);
		if (refresh(watch) != -EINTR)
			draw(watch);
		/* From the end of asking on: what takes long is asked for less often. */
		event = screen_wait(watch->screen,
			(struct monotime){
				monotime_now().ns + watch->options->watch_ms * NS_PER_MS});
	}
	return event;
}

int
watch_run(const struct options *options, struct output *output, char *const *patterns)
{
	struct watch watch = {
		.options = options, .output = output, .patterns = patterns, .rate = -1};

	if (!output->is_terminal || isatty(STDIN_FILENO) == 0 || options->is_json) {
		ask_tell(options, "--watch takes a terminal, and no --json", NULL);
		return VERB_FAILED;
	}
	int error = screen_open(&watch.screen);
	if (error < 0) {
		ask_tell(options, strerror(-error), NULL);
		return VERB_FAILED;
	}
	watch.client = client_new(options->socket, options->patience_ms);
	client_set_interrupts(
		watch.client, screen_input_fd(watch.screen), screen_signal_fd(watch.screen));
	enum screen_event end = go_on(&watch);
	screen_close(watch.screen);
	client_free(watch.client);
	if (watch.is_filled)
		view_deinit(&watch.view);
	json_decref(watch.daemon);
	forget_loss(&watch);
	return end == SCREEN_QUIT ? EXIT_SUCCESS : EXIT_BY_SIGNAL;
}
