/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notifications: their variables in the order of CHECKD-MIB, and their length, measured by
 * net-snmp's own encoder.
 */
#include "notification.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mib.h"
#include "sample.h"
#include "util.h"

static char text_255[CHECK_OUTPUT_MAX + 1];

/* How long the variables are in a message of SNMP, sysUpTime included. */
static size_t
encoded_size(const netsnmp_variable_list *list)
{
	static const oid sys_up_time[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
	u_char *buf = NULL;
	size_t buf_len = 0, len = 0;
	long ticks = 0x7fffffff;

	assert_true(snmp_realloc_rbuild_var_op(&buf, &buf_len, &len, 1, sys_up_time,
		&(size_t){ARRAY_LEN(sys_up_time)}, ASN_TIMETICKS, (u_char *)&ticks,
		sizeof(ticks)));
	for (; list != NULL; list = list->next_variable)
		assert_true(snmp_realloc_rbuild_var_op(&buf, &buf_len, &len, 1, list->name,
			&(size_t){list->name_length}, list->type, list->val.string,
			list->val_len));
	free(buf);
	return len + 4; /* and the list's own header */
}

static struct check_event
longest_event(void)
{
	struct check_event event = sample_event(4294967295, SAMPLE_NAME_60);

	free(event.group);
	free(event.description);
	free(event.output);
	free(event.meaning);
	event.group = xstrdup(SAMPLE_NAME_60);
	event.description = xstrdup(text_255);
	event.output = xstrdup(text_255);
	event.meaning = xstrdup(text_255);
	event.last_ran_epoch = UINT32_MAX;
	event.status_changes = UINT32_MAX;
	event.state_epoch = UINT32_MAX;
	return event;
}

/* What is expected of a variable: its arcs below the root; value for a number, else text. */
struct expectation {
	oid arcs[4];
	size_t arc_count;
	uint8_t type;
	long value;
	const char *text;
};

/* A scalar has the index 0, a column that of the check. */
static void
assert_variable(const netsnmp_variable_list *variable, const struct expectation *expectation,
	const char *check)
{
	struct mib_name name;

	mib_name_set(&name, expectation->arcs, expectation->arc_count,
		expectation->arc_count == 4 ? check : NULL);
	assert_non_null(variable);
	assert_int_equal(variable->name_length, name.len);
	assert_memory_equal(variable->name, name.arcs, name.len * sizeof(oid));
	assert_int_equal(variable->type, expectation->type);
	if (expectation->text == NULL) {
		assert_int_equal(*variable->val.integer, expectation->value);
		return;
	}
	assert_int_equal(variable->val_len, strlen(expectation->text));
	assert_memory_equal(variable->val.string, expectation->text, variable->val_len);
}

static void
assert_notification(const struct check_event *event, oid number,
	const struct expectation *expectations, size_t count)
{
	netsnmp_variable_list *list = notification_variables_new(event);
	const netsnmp_variable_list *variable = list->next_variable;
	const oid *trap = list->val.objid;

	assert_int_equal(list->val_len, (mib_root_len + 2) * sizeof(oid));
	assert_memory_equal(trap, mib_root, mib_root_len * sizeof(oid));
	assert_int_equal(trap[mib_root_len], 0);
	assert_int_equal(trap[mib_root_len + 1], number);
	for (size_t i = 0; i < count; i++) {
		assert_variable(variable, &expectations[i], event->name);
		variable = variable->next_variable;
	}
	assert_null(variable);
	snmp_free_varbind(list);
}

static void
an_event_of_a_check_is_told_with_its_values(void **state)
{
	static const struct expectation expected[] = {
		{{1, 2, 1, 2}, 4, ASN_OCTET_STR, 0, "disk"},
		{{1, 2, 1, 9}, 4, ASN_INTEGER, 2, NULL},
		{{1, 2, 1, 10}, 4, ASN_INTEGER, 0, NULL},
		{{1, 2, 1, 8}, 4, ASN_INTEGER, CHECK_STATE_CRITICAL, NULL},
		{{1, 6, 11}, 3, ASN_INTEGER, CHECK_STATE_OK, NULL},
		{{1, 2, 1, 11}, 4, ASN_INTEGER, CHECK_OUTCOME_EXITED, NULL},
		{{1, 2, 1, 13}, 4, ASN_OCTET_STR, 0, "down"},
		{{1, 2, 1, 14}, 4, ASN_OCTET_STR, 0, "DISK CRITICAL"},
		{{1, 2, 1, 3}, 4, ASN_OCTET_STR, 0, "Root file system"},
		{{1, 2, 1, 4}, 4, ASN_OCTET_STR, 0, "storage"},
		{{1, 2, 1, 16}, 4, ASN_UNSIGNED, SAMPLE_RAN_EPOCH, NULL},
		{{1, 2, 1, 23}, 4, ASN_COUNTER, 23, NULL},
		{{1, 6, 10}, 3, ASN_UNSIGNED, 7, NULL},
		{{1, 1, 21}, 3, ASN_UNSIGNED, 1600000021, NULL},
	};
	struct check_event event = sample_event((UINT64_C(1) << 32) + 7, "disk");

	(void)state;
	for (oid kind = CHECK_EVENT_FAILED; kind <= CHECK_EVENT_WITHDRAWN; kind++) {
		event.kind = (uint8_t)kind;
		assert_notification(&event, kind, expected, ARRAY_LEN(expected));
	}
	check_event_deinit(&event);
}

static void
a_start_is_told_with_the_bounds_of_the_log(void **state)
{
	static const struct expectation expected[] = {
		{{1, 6, 1}, 3, ASN_UNSIGNED, 401, NULL},
		{{1, 6, 2}, 3, ASN_UNSIGNED, 402, NULL},
		{{1, 1, 21}, 3, ASN_UNSIGNED, 1600000021, NULL},
	};
	struct check_event event = check_event_new(CHECK_EVENT_AGENT_STARTED);

	(void)state;
	event.first = 401;
	event.last = 402;
	event.state_epoch = 1600000021;
	assert_notification(&event, 9, expected, ARRAY_LEN(expected));
	check_event_deinit(&event);
}

static void
lost_events_are_told_with_their_bounds(void **state)
{
	static const struct expectation expected[] = {
		{{1, 6, 12}, 3, ASN_UNSIGNED, 412, NULL},
		{{1, 6, 13}, 3, ASN_UNSIGNED, 413, NULL},
		{{1, 6, 10}, 3, ASN_UNSIGNED, 414, NULL},
		{{1, 1, 21}, 3, ASN_UNSIGNED, 1600000021, NULL},
	};
	struct check_event event = check_event_new(CHECK_EVENT_EVENTS_LOST);

	(void)state;
	event.number = 414;
	event.first = 412;
	event.last = 413;
	event.state_epoch = 1600000021;
	assert_notification(&event, 10, expected, ARRAY_LEN(expected));
	check_event_deinit(&event);
}

static void
the_size_is_at_least_that_of_the_encoder_and_hardly_more(void **state)
{
	struct check_event events[] = {sample_event(1, "ab"), longest_event(),
		check_event_new(CHECK_EVENT_AGENT_STARTED),
		check_event_new(CHECK_EVENT_EVENTS_LOST)};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(events); i++) {
		netsnmp_variable_list *list = notification_variables_new(&events[i]);
		size_t size = notification_size(list), encoded = encoded_size(list);

		assert_in_range(size, encoded, encoded + 60);
		snmp_free_varbind(list);
		check_event_deinit(&events[i]);
	}
}

static void
a_short_event_is_left_as_it_is(void **state)
{
	struct check_event event = sample_event(1, "disk");

	(void)state;
	notification_fit(&event);
	assert_string_equal(event.description, "Root file system");
	assert_string_equal(event.output, "DISK CRITICAL");
	check_event_deinit(&event);
}

static void
an_event_of_no_check_is_left_as_it_is(void **state)
{
	struct check_event event = check_event_new(CHECK_EVENT_AGENT_STARTED);

	(void)state;
	notification_fit(&event);
	assert_string_equal(event.output, "");
	check_event_deinit(&event);
}

static void
the_longest_event_is_cut_until_it_fits(void **state)
{
	struct check_event event = longest_event();

	(void)state;
	notification_fit(&event);

	netsnmp_variable_list *list = notification_variables_new(&event);

	assert_in_range(encoded_size(list), 1, NOTIFICATION_MAX - NOTIFICATION_HEADER_LEN);
	assert_string_equal(event.description, "");
	assert_string_equal(event.output, "");
	assert_string_equal(event.name, SAMPLE_NAME_60);
	assert_string_equal(event.group, SAMPLE_NAME_60);
	snmp_free_varbind(list);
	check_event_deinit(&event);
}

static void
the_description_is_cut_before_the_output(void **state)
{
	struct check_event event = sample_event(1, "disk-of-twenty-chars");

	(void)state;
	free(event.description);
	free(event.output);
	event.description = xstrdup(text_255);
	event.output = xstrdup(text_255);
	notification_fit(&event);
	assert_string_equal(event.output, text_255);
	assert_in_range(strlen(event.description), 1, CHECK_OUTPUT_MAX);

	netsnmp_variable_list *list = notification_variables_new(&event);

	assert_in_range(encoded_size(list), 1, NOTIFICATION_MAX - NOTIFICATION_HEADER_LEN);
	snmp_free_varbind(list);
	check_event_deinit(&event);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_of_a_check_is_told_with_its_values),
		cmocka_unit_test(a_start_is_told_with_the_bounds_of_the_log),
		cmocka_unit_test(lost_events_are_told_with_their_bounds),
		cmocka_unit_test(the_size_is_at_least_that_of_the_encoder_and_hardly_more),
		cmocka_unit_test(a_short_event_is_left_as_it_is),
		cmocka_unit_test(an_event_of_no_check_is_left_as_it_is),
		cmocka_unit_test(the_longest_event_is_cut_until_it_fits),
		cmocka_unit_test(the_description_is_cut_before_the_output),
	};

	memset(text_255, 'x', CHECK_OUTPUT_MAX);
	return cmocka_run_group_tests_name("notification", tests, NULL, NULL);
}
