/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state machine: facts follow every run, the state follows the policy, and events are
 * what design says they are, for each pair of results and for longer sequences.
 */
#include "check.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "codes.h"
#include "util.h"

#define OK       CHECK_STATE_OK
#define WARNING  CHECK_STATE_WARNING
#define UNKNOWN  CHECK_STATE_UNKNOWN
#define CRITICAL CHECK_STATE_CRITICAL

/* What a run can be, and the state and meaning that the plugin map gives it. */
struct sample {
	const char *name;
	enum check_outcome outcome;
	int status;
	int signal;
	enum check_state state;
	const char *meaning;
};

static const struct sample samples[] = {
	{"exit 0", CHECK_OUTCOME_EXITED, 0, 0, OK, NULL},
	{"exit 1", CHECK_OUTCOME_EXITED, 1, 0, WARNING, NULL},
	{"exit 2", CHECK_OUTCOME_EXITED, 2, 0, CRITICAL, NULL},
	{"exit 3", CHECK_OUTCOME_EXITED, 3, 0, UNKNOWN, NULL},
	{"exit 75", CHECK_OUTCOME_EXITED, 75, 0, UNKNOWN, NULL},
	{"signal 9 (KILL)", CHECK_OUTCOME_SIGNALED, -1, SIGKILL, CRITICAL, "signal 9 (KILL)"},
	{"signal 15 (TERM)", CHECK_OUTCOME_SIGNALED, -1, SIGTERM, CRITICAL, "signal 15 (TERM)"},
	{"timed out", CHECK_OUTCOME_TIMED_OUT, -1, 0, CRITICAL, "timed out"},
	{"start failed", CHECK_OUTCOME_START_FAILED, -1, 0, UNKNOWN, "start failed"},
};

#define EXIT_0       (&samples[0])
#define EXIT_1       (&samples[1])
#define EXIT_2       (&samples[2])
#define SIGNAL_9     (&samples[5])
#define TIMED_OUT    (&samples[7])
#define START_FAILED (&samples[8])

#define SEQUENCE_MAX 5

/* What is being tried, for the message of a failure. */
static char trial[256];

static void
expect(const char *what, int64_t value, int64_t wanted)
{
	if (value != wanted)
		fail_msg("%s: %s is %jd, not %jd", trial, what, (intmax_t)value,
			(intmax_t)wanted);
}

static void
expect_text(const char *what, const char *value, const char *wanted)
{
	if (strcmp(value, wanted) != 0)
		fail_msg("%s: %s is \"%s\", not \"%s\"", trial, what, value, wanted);
}

static struct check_policy
policy_of(unsigned confirm)
{
	return (struct check_policy){
		.confirm = confirm,
		.codes = codes_builtin("plugin"),
		.on_timeout = CRITICAL,
		.on_signal = CRITICAL,
		.on_start_failure = UNKNOWN,
	};
}

/* The moment at which the n-th run ends; each of the three clocks has a value of its own. */
static struct instant
moment(unsigned n)
{
	return (struct instant){
		.mono = {.ns = 1000 * NS_PER_S + n * NS_PER_S},
		.boot = {.ms = 5000000 + n * 1000},
		.wall = {.s = 1700000000 + n},
	};
}

static struct check_transition
apply(struct check *check, const struct check_policy *policy, const struct sample *sample,
	unsigned n)
{
	char output[64];
	struct check_transition transition;

	snprintf(output, sizeof(output), "run %u: %s", n, sample->name);
	struct check_result result = {
		.outcome = sample->outcome,
		.status = sample->status,
		.signal = sample->signal,
		.finished = moment(n),
		.duration_ms = 10 + n,
		.lateness_ms = 20 + n,
		.output = output,
	};
	check_apply(check, policy, &result, &transition);
	return transition;
}

/* Promise 1: whatever the policy makes of it, the last run is what is shown. */
static void
expect_facts_of(const struct check *check, const struct sample *sample, unsigned n)
{
	char output[64];

	snprintf(output, sizeof(output), "run %u: %s", n, sample->name);
	expect("last_status", check->last_status, sample->status);
	expect("last_outcome", check->last_outcome, sample->outcome);
	expect("last_signal", check->last_signal, sample->signal);
	expect("last_ran_wall", check->last_ran_wall.s, moment(n).wall.s);
	expect("last_ran_boot", check->last_ran_boot.ms, moment(n).boot.ms);
	expect("last_duration_ms", check->last_duration_ms, 10 + n);
	expect("last_lateness_ms", check->last_lateness_ms, 20 + n);
	expect("runs", (int64_t)check->runs, n);
	expect_text("last_output", check->last_output, output);
	expect_text("last_meaning", check->last_meaning,
		sample->meaning != NULL ? sample->meaning : "");
}

static void
expect_counters_of(
	const struct check *check, const struct sample *const *sequence, unsigned count)
{
	int64_t changes = 0, failures = 0, timeouts = 0;
	int previous = CHECK_STATUS_NONE;
	unsigned changed = 1;

	for (unsigned n = 1; n <= count; n++) {
		const struct sample *sample = sequence[n - 1];

		failures += sample->state != OK;
		timeouts += sample->outcome == CHECK_OUTCOME_TIMED_OUT;
		if (n > 1 && sample != sequence[n - 2]) {
			changes++;
			previous = sequence[n - 2]->status;
			changed = n;
		}
	}
	expect("status_changes", (int64_t)check->status_changes, changes);
	expect("previous_status", check->previous_status, previous);
	expect("failures", (int64_t)check->failures, failures);
	expect("timeouts", (int64_t)check->timeouts, timeouts);
	expect("last_change_wall", check->last_change_wall.s, moment(changed).wall.s);
	expect("last_change_boot", check->last_change_boot.ms, moment(changed).boot.ms);
}

/*
 * What the state must be after a sequence, found anew from its whole history: `confirm`
 * results in a row that differ from the state move it to the last one's.
 */
struct expectation {
	enum check_state state;
	unsigned attempt;
	unsigned state_changes;
};

static struct expectation
expected_after(const struct sample *const *sequence, unsigned count, unsigned confirm)
{
	struct expectation expected = {.state = sequence[0]->state};

	for (unsigned n = 1; n < count; n++) {
		unsigned differing = 0;

		while (differing < confirm && differing <= n &&
			sequence[n - differing]->state != expected.state)
			differing++;
		expected.attempt = differing;
		if (differing == confirm) {
			expected.state = sequence[n]->state;
			expected.state_changes++;
			expected.attempt = 0;
		}
	}
	return expected;
}

static void
expect_state_of(const struct check *check, const struct expectation *expected)
{
	expect("state", check->state, expected->state);
	expect("attempt", check->attempt, expected->attempt);
	expect("state_changes", (int64_t)check->state_changes, expected->state_changes);
	expect("is_unconfirmed", check_is_unconfirmed(check), expected->attempt > 0);
}

/* The table of kinds, as design.md words it. */
static enum check_event_kind
expected_kind(enum check_state from, enum check_state to)
{
	bool was_ok = from == CHECK_STATE_PENDING || from == OK;

	if (was_ok && to != OK)
		return CHECK_EVENT_FAILED;
	if (!was_ok && to == OK)
		return CHECK_EVENT_RECOVERED;
	return CHECK_EVENT_CHANGED;
}

static void
expect_transition(const struct check_transition *transition, const struct sample *from,
	const struct sample *to, const struct expectation *before,
	const struct expectation *after)
{
	bool is_status_change = from != to;
	bool is_state_change = after->state_changes != before->state_changes;

	expect("is_first", transition->is_first, false);
	expect("is_status_change", transition->is_status_change, is_status_change);
	expect("is_state_change", transition->is_state_change, is_state_change);
	expect("is_event", transition->is_event, is_status_change || is_state_change);
	expect("from_state", transition->from_state, before->state);
	expect("from_status", transition->from_status, from->status);
	expect("from_outcome", transition->from_outcome, from->outcome);
	if (transition->is_event)
		expect("kind", transition->kind, expected_kind(before->state, after->state));
}

/* Applies a sequence to a check of its own and holds everything against what is expected. */
static void
try_sequence(const struct sample *const *sequence, unsigned count, unsigned confirm)
{
	struct check_policy policy = policy_of(confirm);
	struct check check;
	int len = snprintf(trial, sizeof(trial), "confirm %u:", confirm);

	check_init(&check);
	for (unsigned n = 1; n <= count; n++) {
		const struct sample *sample = sequence[n - 1];
		struct check_transition transition = apply(&check, &policy, sample, n);
		struct expectation after = expected_after(sequence, n, confirm);

		len += snprintf(trial + len, sizeof(trial) - (size_t)len, " %s,", sample->name);
		expect_facts_of(&check, sample, n);
		expect_counters_of(&check, sequence, n);
		expect_state_of(&check, &after);
		if (n > 1) {
			struct expectation before = expected_after(sequence, n - 1, confirm);

			expect_transition(
				&transition, sequence[n - 2], sample, &before, &after);
		}
	}
	check_deinit(&check);
}

static void
every_pair_of_results_shows_the_second_and_makes_the_right_event(void **state)
{
	(void)state;
	for (unsigned confirm = 1; confirm <= 3; confirm += 2) {
		for (size_t a = 0; a < ARRAY_LEN(samples); a++) {
			for (size_t b = 0; b < ARRAY_LEN(samples); b++)
				try_sequence(
					(const struct sample *[]){&samples[a], &samples[b]}, 2,
					confirm);
		}
	}
}

/* Each of the 9^5 sequences would take too long under a sanitizer: a stride meets them all. */
static void
long_sequences_show_every_run_during_retries_too(void **state)
{
	const unsigned total = 9 * 9 * 9 * 9 * 9;

	(void)state;
	for (unsigned confirm = 1; confirm <= 4; confirm++) {
		for (unsigned number = confirm; number < total; number += 7) {
			const struct sample *sequence[SEQUENCE_MAX];
			unsigned rest = number;

			for (unsigned n = 0; n < SEQUENCE_MAX; n++, rest /= 9)
				sequence[n] = &samples[rest % 9];
			try_sequence(sequence, SEQUENCE_MAX, confirm);
		}
	}
}

static void
a_new_check_is_pending_and_never_ran(void **state)
{
	struct check check;

	(void)state;
	check_init(&check);
	assert_int_equal(check.state, CHECK_STATE_PENDING);
	assert_int_equal(check.last_outcome, CHECK_OUTCOME_NEVER);
	assert_int_equal(check.last_status, CHECK_STATUS_NONE);
	assert_int_equal(check.previous_status, CHECK_STATUS_NONE);
	assert_int_equal(check.last_signal, 0);
	assert_int_equal(check.last_ran_wall.s, 0);
	assert_int_equal(check.last_change_wall.s, 0);
	assert_int_equal(check.runs, 0);
	assert_int_equal(check.status_changes, 0);
	assert_string_equal(check.last_meaning, "");
	assert_string_equal(check.last_output, "");
	assert_false(check_is_unconfirmed(&check));
	check_deinit(&check);
}

static void
a_first_result_ends_pending_at_once_and_is_no_change(void **state)
{
	struct check_policy policy = policy_of(3);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		struct check check;

		snprintf(trial, sizeof(trial), "first %s", samples[i].name);
		check_init(&check);
		struct check_transition transition = apply(&check, &policy, &samples[i], 1);

		expect("is_first", transition.is_first, true);
		expect("is_status_change", transition.is_status_change, false);
		expect("is_state_change", transition.is_state_change, false);
		expect("from_state", transition.from_state, CHECK_STATE_PENDING);
		expect("from_outcome", transition.from_outcome, CHECK_OUTCOME_NEVER);
		expect("state", check.state, samples[i].state);
		expect("status_changes", (int64_t)check.status_changes, 0);
		expect("state_changes", (int64_t)check.state_changes, 0);
		expect("previous_status", check.previous_status, CHECK_STATUS_NONE);
		expect("last_change_wall", check.last_change_wall.s, moment(1).wall.s);
		expect("is_unconfirmed", check_is_unconfirmed(&check), false);
		check_deinit(&check);
	}
}

static void
a_first_result_that_is_ok_is_no_event_and_any_other_is_failed(void **state)
{
	struct check_policy policy = policy_of(3);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		struct check check;

		snprintf(trial, sizeof(trial), "first %s", samples[i].name);
		check_init(&check);
		struct check_transition transition = apply(&check, &policy, &samples[i], 1);

		expect("is_event", transition.is_event, samples[i].state != OK);
		if (transition.is_event)
			expect("kind", transition.kind, CHECK_EVENT_FAILED);
		check_deinit(&check);
	}
}

/* One step of a sequence written out by hand, with all that it must make. */
struct step {
	const struct sample *sample;
	enum check_state state;
	unsigned attempt;
	bool is_event;
	enum check_event_kind kind;
};

static void
try_steps(const struct step *steps, unsigned count, unsigned confirm)
{
	struct check_policy policy = policy_of(confirm);
	struct check check;

	check_init(&check);
	for (unsigned n = 1; n <= count; n++) {
		const struct step *step = &steps[n - 1];
		struct check_transition transition = apply(&check, &policy, step->sample, n);

		snprintf(trial, sizeof(trial), "confirm %u: run %u, %s", confirm, n,
			step->sample->name);
		expect_facts_of(&check, step->sample, n);
		expect("state", check.state, step->state);
		expect("attempt", check.attempt, step->attempt);
		expect("is_event", transition.is_event, step->is_event);
		if (step->is_event)
			expect("kind", transition.kind, step->kind);
	}
	check_deinit(&check);
}

#define NO_EVENT false, 0

static void
confirm_3_with_0_2_2_2_0_fails_at_the_third_and_recovers_at_the_third(void **state)
{
	static const struct step steps[] = {
		{EXIT_0, OK, 0, NO_EVENT},
		{EXIT_2, OK, 1, true, CHECK_EVENT_CHANGED},
		{EXIT_2, OK, 2, NO_EVENT},
		{EXIT_2, CRITICAL, 0, true, CHECK_EVENT_FAILED},
		{EXIT_0, CRITICAL, 1, true, CHECK_EVENT_CHANGED},
		{EXIT_0, CRITICAL, 2, NO_EVENT},
		{EXIT_0, OK, 0, true, CHECK_EVENT_RECOVERED},
	};

	(void)state;
	try_steps(steps, ARRAY_LEN(steps), 3);
}

static void
confirm_3_with_1_2_1_2_makes_an_event_of_each_and_stays_warning(void **state)
{
	static const struct step steps[] = {
		{EXIT_1, WARNING, 0, true, CHECK_EVENT_FAILED},
		{EXIT_2, WARNING, 1, true, CHECK_EVENT_CHANGED},
		{EXIT_1, WARNING, 0, true, CHECK_EVENT_CHANGED},
		{EXIT_2, WARNING, 1, true, CHECK_EVENT_CHANGED},
		{EXIT_2, WARNING, 2, NO_EVENT},
		{EXIT_2, CRITICAL, 0, true, CHECK_EVENT_CHANGED},
	};

	(void)state;
	try_steps(steps, ARRAY_LEN(steps), 3);
}

static void
confirm_3_takes_the_last_of_three_differing_results(void **state)
{
	static const struct step steps[] = {
		{EXIT_0, OK, 0, NO_EVENT},
		{EXIT_1, OK, 1, true, CHECK_EVENT_CHANGED},
		{EXIT_2, OK, 2, true, CHECK_EVENT_CHANGED},
		{EXIT_1, WARNING, 0, true, CHECK_EVENT_FAILED},
	};

	(void)state;
	try_steps(steps, ARRAY_LEN(steps), 3);
}

static void
a_failure_that_fails_differently_is_changed_not_failed(void **state)
{
	static const struct step steps[] = {
		{EXIT_2, CRITICAL, 0, true, CHECK_EVENT_FAILED},
		{EXIT_1, WARNING, 0, true, CHECK_EVENT_CHANGED},
		{TIMED_OUT, CRITICAL, 0, true, CHECK_EVENT_CHANGED},
		{SIGNAL_9, CRITICAL, 0, true, CHECK_EVENT_CHANGED},
		{START_FAILED, UNKNOWN, 0, true, CHECK_EVENT_CHANGED},
		{START_FAILED, UNKNOWN, 0, NO_EVENT},
		{EXIT_0, OK, 0, true, CHECK_EVENT_RECOVERED},
	};

	(void)state;
	try_steps(steps, ARRAY_LEN(steps), 1);
}

static void
a_code_that_changes_within_ok_is_an_event_of_kind_changed(void **state)
{
	const char *rules[] = {"0-1 ok fine", "* critical down"};
	struct check_policy policy = policy_of(1);
	struct codes *codes = NULL;
	const char *error = NULL;
	size_t index = 0;
	struct check check;

	(void)state;
	assert_int_equal(codes_new("own", rules, ARRAY_LEN(rules), &index, &error, &codes), 0);
	policy.codes = codes;
	check_init(&check);
	apply(&check, &policy, EXIT_0, 1);
	struct check_transition transition = apply(&check, &policy, EXIT_1, 2);

	assert_true(transition.is_event);
	assert_int_equal(transition.kind, CHECK_EVENT_CHANGED);
	assert_false(transition.is_state_change);
	assert_string_equal(check.last_meaning, "fine");
	assert_int_equal(check.failures, 0);
	apply(&check, &policy, EXIT_2, 3);
	assert_string_equal(check.last_meaning, "down");
	check_deinit(&check);
	codes_unref(codes);
}

static void
the_states_of_timeout_signal_and_start_failure_are_the_policys(void **state)
{
	struct check_policy policy = policy_of(1);
	struct check check;

	(void)state;
	policy.on_timeout = WARNING;
	policy.on_signal = OK;
	policy.on_start_failure = CRITICAL;
	check_init(&check);
	apply(&check, &policy, TIMED_OUT, 1);
	assert_int_equal(check.state, WARNING);
	apply(&check, &policy, SIGNAL_9, 2);
	assert_int_equal(check.state, OK);
	apply(&check, &policy, START_FAILED, 3);
	assert_int_equal(check.state, CRITICAL);
	check_deinit(&check);
}

static void
equal_states_of_differing_failures_confirm_each_other(void **state)
{
	static const struct step steps[] = {
		{EXIT_0, OK, 0, NO_EVENT},
		{EXIT_2, OK, 1, true, CHECK_EVENT_CHANGED},
		{TIMED_OUT, OK, 2, true, CHECK_EVENT_CHANGED},
		{SIGNAL_9, CRITICAL, 0, true, CHECK_EVENT_FAILED},
	};

	(void)state;
	try_steps(steps, ARRAY_LEN(steps), 3);
}

static void
status_notifies_every_event_and_none_notifies_nothing(void **state)
{
	const struct check_transition status_only = {
		.is_event = true, .is_status_change = true};
	const struct check_transition state_too = {
		.is_event = true, .is_status_change = true, .is_state_change = true};

	(void)state;
	assert_true(check_is_notified(CHECK_NOTIFY_STATUS, &status_only));
	assert_true(check_is_notified(CHECK_NOTIFY_STATUS, &state_too));
	assert_false(check_is_notified(CHECK_NOTIFY_NONE, &status_only));
	assert_false(check_is_notified(CHECK_NOTIFY_NONE, &state_too));
}

static void
state_notifies_changes_of_the_confirmed_state_and_a_first_failure(void **state)
{
	struct check_policy policy = policy_of(2);
	struct check check;
	struct check_transition transition;

	(void)state;
	check_init(&check);
	transition = apply(&check, &policy, EXIT_2, 1);
	assert_true(check_is_notified(CHECK_NOTIFY_STATE, &transition));
	transition = apply(&check, &policy, EXIT_0, 2);
	assert_true(transition.is_event);
	assert_false(check_is_notified(CHECK_NOTIFY_STATE, &transition));
	transition = apply(&check, &policy, EXIT_0, 3);
	assert_true(check_is_notified(CHECK_NOTIFY_STATE, &transition));
	check_deinit(&check);
}

static void
a_long_output_is_cut_at_the_edge_of_a_character(void **state)
{
	char output[400];
	struct check_policy policy = policy_of(1);
	struct check check;
	struct check_transition transition;
	struct check_result result = {
		.outcome = CHECK_OUTCOME_EXITED, .finished = moment(1), .output = output};

	(void)state;
	memset(output, 'x', sizeof(output));
	memcpy(output + CHECK_OUTPUT_MAX - 1, "\xc3\xa9", 2); /* one octet too many */
	output[sizeof(output) - 1] = '\0';
	check_init(&check);
	check_apply(&check, &policy, &result, &transition);
	assert_int_equal(strlen(check.last_output), CHECK_OUTPUT_MAX - 1);
	assert_int_equal(check.last_output[CHECK_OUTPUT_MAX - 2], 'x');
	check_deinit(&check);
}

static void
outcomes_are_described_as_a_person_would_say_them(void **state)
{
	char buf[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		check_describe(samples[i].outcome, samples[i].status, samples[i].signal, buf,
			sizeof(buf));
		assert_string_equal(buf, samples[i].name);
	}
	check_describe(CHECK_OUTCOME_NEVER, -1, 0, buf, sizeof(buf));
	assert_string_equal(buf, "never ran");
	check_describe(CHECK_OUTCOME_SIGNALED, -1, 63, buf, sizeof(buf));
	assert_string_equal(buf, "signal 63");
}

/* Runs of one status each; returns the last one's transition. */
static struct check_transition
apply_statuses(struct check *check, const struct check_policy *policy, const char *statuses)
{
	struct check_transition transition = {0};

	for (; *statuses != '\0'; statuses++)
		transition = apply(check, policy, &samples[*statuses - '0'], 1);
	return transition;
}

static void
flapping_begins_at_one_share_and_ends_below_another(void **state)
{
	struct check_policy policy = policy_of(1);
	struct check_transition transition;
	struct check check;

	(void)state;
	policy.flapping_start = 25;
	policy.flapping_stop = 15;
	check_init(&check);
	transition = apply_statuses(&check, &policy, "00101");
	assert_false(transition.is_flapping_change || check.is_flapping); /* 3 of 20 */
	transition = apply_statuses(&check, &policy, "02");
	assert_true(transition.is_flapping_change && check.is_flapping); /* 5 of 20 */
	transition = apply_statuses(&check, &policy, "22222222222222222");
	assert_false(transition.is_flapping_change);
	assert_true(check.is_flapping); /* 3 of 20: not below */
	transition = apply_statuses(&check, &policy, "2");
	assert_true(transition.is_flapping_change && !check.is_flapping); /* 2 of 20 */
	check_deinit(&check);
}

static void
flapping_is_not_looked_for_by_itself_and_ends_where_it_is_not_any_more(void **state)
{
	struct check_policy policy = policy_of(1);
	struct check_transition transition;
	struct check check;

	(void)state;
	check_init(&check);
	apply_statuses(&check, &policy, "010101010101010101010101010101");
	assert_false(check.is_flapping);
	policy.flapping_start = 50;
	policy.flapping_stop = 25;
	transition = apply_statuses(&check, &policy, "0");
	assert_true(transition.is_flapping_change && check.is_flapping);
	policy.flapping_start = 0;
	transition = apply_statuses(&check, &policy, "1");
	assert_true(transition.is_flapping_change && !check.is_flapping);
	policy.flapping_start = 50;
	apply_statuses(&check, &policy, "0");
	check_settle(&check);
	assert_false(check.is_flapping);
	apply_statuses(&check, &policy, "1");
	assert_false(check.is_flapping);
	check_deinit(&check);
}

static void
names_are_those_of_the_mib(void **state)
{
	enum check_state parsed = CHECK_STATE_PENDING;

	(void)state;
	assert_string_equal(check_outcome_name(CHECK_OUTCOME_TIMED_OUT), "timedOut");
	assert_string_equal(check_outcome_name(CHECK_OUTCOME_START_FAILED), "startFailed");
	assert_string_equal(check_event_kind_name(CHECK_EVENT_RECOVERED), "recovered");
	for (enum check_state each = OK; each <= CRITICAL; each++) {
		assert_int_equal(check_state_parse(check_state_name(each), &parsed), 0);
		assert_int_equal(parsed, each);
	}
}

static void
pending_and_nonsense_are_no_states_to_configure(void **state)
{
	enum check_state parsed = WARNING;

	(void)state;
	assert_int_equal(check_state_parse("pending", &parsed), -EINVAL);
	assert_int_equal(check_state_parse("", &parsed), -EINVAL);
	assert_int_equal(check_state_parse("OK", &parsed), -EINVAL);
	assert_int_equal(parsed, WARNING);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_pair_of_results_shows_the_second_and_makes_the_right_event),
		cmocka_unit_test(long_sequences_show_every_run_during_retries_too),
		cmocka_unit_test(a_new_check_is_pending_and_never_ran),
		cmocka_unit_test(a_first_result_ends_pending_at_once_and_is_no_change),
		cmocka_unit_test(a_first_result_that_is_ok_is_no_event_and_any_other_is_failed),
		cmocka_unit_test(
			confirm_3_with_0_2_2_2_0_fails_at_the_third_and_recovers_at_the_third),
		cmocka_unit_test(
			confirm_3_with_1_2_1_2_makes_an_event_of_each_and_stays_warning),
		cmocka_unit_test(confirm_3_takes_the_last_of_three_differing_results),
		cmocka_unit_test(a_failure_that_fails_differently_is_changed_not_failed),
		cmocka_unit_test(a_code_that_changes_within_ok_is_an_event_of_kind_changed),
		cmocka_unit_test(
			the_states_of_timeout_signal_and_start_failure_are_the_policys),
		cmocka_unit_test(equal_states_of_differing_failures_confirm_each_other),
		cmocka_unit_test(status_notifies_every_event_and_none_notifies_nothing),
		cmocka_unit_test(
			state_notifies_changes_of_the_confirmed_state_and_a_first_failure),
		cmocka_unit_test(a_long_output_is_cut_at_the_edge_of_a_character),
		cmocka_unit_test(outcomes_are_described_as_a_person_would_say_them),
		cmocka_unit_test(flapping_begins_at_one_share_and_ends_below_another),
		cmocka_unit_test(
			flapping_is_not_looked_for_by_itself_and_ends_where_it_is_not_any_more),
		cmocka_unit_test(names_are_those_of_the_mib),
		cmocka_unit_test(pending_and_nonsense_are_no_states_to_configure),
	};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
