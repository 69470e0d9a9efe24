/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * checkd itself: whether it answers, and how it does.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "age.h"
#include "ask.h"
#include "output.h"
#include "page.h"
#include "util.h"
#include "verbs.h"

int
verb_ping(const struct options *options, int argc, char **argv)
{
	struct output output = output_open(options);

	(void)argv;
	if (argc > 0)
		return VERB_MISUSED;
	json_t *answer = ask_once(options, json_pack("{s:s}", "verb", "ping"));
	if (answer == NULL)
		return VERB_FAILED;
	if (options->is_json) {
		output_json(&output, answer);
	} else {
		CLEANUP_FREE char *version = output_clean(&output, ask_text(answer, "version"));

		printf("checkd %s answers, pid %" PRId64 "\n", version,
			ask_number(answer, "pid"));
	}
	json_decref(answer);
	return EXIT_SUCCESS;
}

static void
print_agent(const struct output *output, const json_t *daemon, int64_t now)
{
	char up_time[AGE_SIZE];

	/* Hundredths of a second, as SNMP has it. */
	age_format_long(ask_number(daemon, "agent_up_time") / 100, up_time);
	page_field(output, "version", OUTPUT_PLAIN, "%s", ask_text(daemon, "agent_version"));
	page_field(output, "up", OUTPUT_PLAIN, "%s, pid %" PRId64, up_time,
		ask_number(daemon, "pid"));
	CLEANUP_FREE char *loaded = page_time(ask_number(daemon, "config_loaded"), now);
	page_field(output, "configuration", OUTPUT_PLAIN, "%" PRId64 ", %s, loaded %s",
		ask_number(daemon, "config_generation"), ask_text(daemon, "config_file"),
		loaded);
	page_field(output, "last load", OUTPUT_PLAIN, "%s", ask_text(daemon, "config_result"));
}

static void
print_work(const struct output *output, const json_t *daemon)
{
	page_title(output, "Work");
	page_field(output, "checks", OUTPUT_PLAIN,
		"%" PRId64 ": critical %" PRId64 ", unknown %" PRId64 ", warning %" PRId64
		", ok %" PRId64 ", pending %" PRId64 ", stale %" PRId64,
		ask_number(daemon, "number"), ask_number(daemon, "number_critical"),
		ask_number(daemon, "number_unknown"), ask_number(daemon, "number_warning"),
		ask_number(daemon, "number_ok"), ask_number(daemon, "number_pending"),
		ask_number(daemon, "number_stale"));
	page_field(output, "runs", OUTPUT_PLAIN,
		"%" PRId64 ", %" PRId64 " timed out, %" PRId64 " missed",
		ask_number(daemon, "agent_runs"), ask_number(daemon, "agent_timeouts"),
		ask_number(daemon, "agent_missed_runs"));
	page_field(output, "now", OUTPUT_PLAIN, "%" PRId64 " running, %" PRId64 " queued",
		ask_number(daemon, "agent_running"), ask_number(daemon, "agent_queued"));
	page_field(output, "late", OUTPUT_PLAIN,
		"p99 %" PRId64 " ms, max %" PRId64 " ms, in the last 5 minutes",
		ask_number(daemon, "agent_lateness_p99"),
		ask_number(daemon, "agent_lateness_max"));
	page_field(output, "orders", OUTPUT_PLAIN, "%" PRId64, ask_number(daemon, "orders"));
}

static void
print_store(const struct output *output, const json_t *daemon, int64_t now)
{
	const char *status = ask_text(daemon, "store_status");
	CLEANUP_FREE char *epoch = page_time(ask_number(daemon, "state_epoch"), now);

	page_title(output, "Store");
	page_field(output, "status", strcmp(status, "ok") == 0 ? OUTPUT_OK : OUTPUT_CRITICAL,
		"%s", status);
	page_field(output, "file", OUTPUT_PLAIN, "%s, %.1f MiB", ask_text(daemon, "state_file"),
		(double)ask_number(daemon, "store_size") / (1 << 20));
	page_field(output, "epoch", OUTPUT_PLAIN, "%s", epoch);
	page_field(output, "events", OUTPUT_PLAIN, "%" PRId64 " to %" PRId64,
		ask_number(daemon, "delivery_first_event"),
		ask_number(daemon, "delivery_last_event"));
}

static void
print_delivery(const struct output *output, const json_t *daemon)
{
	bool is_connected = json_is_true(json_object_get(daemon, "master_connected"));

	page_title(output, "SNMP");
	page_field(output, "mode", OUTPUT_PLAIN, "%s, pid %" PRId64,
		ask_text(daemon, "publisher_mode"), ask_number(daemon, "publisher_pid"));
	page_field(output, "master", is_connected ? OUTPUT_OK : OUTPUT_CRITICAL, "%s, %s",
		ask_text(daemon, "master"), is_connected ? "connected" : "away");
	page_field(output, "notifications", OUTPUT_PLAIN,
		"%" PRId64 " wait, %" PRId64 " accepted, %" PRId64 " suppressed, %" PRId64
		" lost",
		ask_number(daemon, "delivery_pending"), ask_number(daemon, "delivery_accepted"),
		ask_number(daemon, "delivery_suppressed"), ask_number(daemon, "delivery_lost"));
	if (ask_number(daemon, "log_dropped") > 0)
		page_field(output, "log", OUTPUT_WARNING, "%" PRId64 " lines were dropped",
			ask_number(daemon, "log_dropped"));
}

int
verb_daemon(const struct options *options, int argc, char **argv)
{
	struct output output = output_open(options);
	int64_t now = time(NULL);

	(void)argv;
	if (argc > 0)
		return VERB_MISUSED;
	json_t *answer = ask_once(options, json_pack("{s:s}", "verb", "daemon"));
	if (answer == NULL)
		return VERB_FAILED;
	if (options->is_json) {
		output_json(&output, answer);
	} else {
		print_agent(&output, answer, now);
		print_work(&output, answer);
		print_store(&output, answer, now);
		print_delivery(&output, answer);
	}
	json_decref(answer);
	return EXIT_SUCCESS;
}
