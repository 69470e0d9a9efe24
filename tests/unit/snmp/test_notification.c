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

static struct wire_event
longest_event(void)
{
	struct wire_event event = sample_event(4294967295, SAMPLE_NAME_60);

	free(event.group);
	free(event.description);
	free(event.last_output);
	free(event.last_meaning);
	event.group = xstrdup(SAMPLE_NAME_60);
	event.description = xstrdup(text_255);
	event.last_output = xstrdup(text_255);
	event.last_meaning = xstrdup(text_255);
	event.last_ran_epoch = UINT32_MAX;
	event.status_changes = UINT32_MAX;
	event.state_epoch = UINT32_MAX;
	return event;
}

static void
the_variables_come_in_the_order_of_the_mib(void **state)
{
	static const oid order[][5] = {
		{1, 2, 1, 2, 4},
		{1, 2, 1, 9, 4},
		{1, 2, 1, 10, 4},
		{1, 2, 1, 8, 4},
		{1, 6, 11, 0},
		{1, 2, 1, 11, 4},
		{1, 2, 1, 13, 4},
		{1, 2, 1, 14, 4},
		{1, 2, 1, 3, 4},
		{1, 2, 1, 4, 4},
		{1, 2, 1, 16, 4},
		{1, 2, 1, 23, 4},
		{1, 6, 10, 0},
		{1, 1, 21, 0},
	};
	struct wire_event event = sample_event(7, "disk");
	netsnmp_variable_list *list = notification_variables_new(&event);
	const netsnmp_variable_list *variable = list->next_variable;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		bool is_column = order[i][1] == 2;

		assert_non_null(variable);
		assert_int_equal(variable->name_length, mib_root_len + (is_column ? 9 : 4));
		assert_memory_equal(variable->name + mib_root_len, order[i],
			(is_column ? 5 : 4) * sizeof(oid));
		variable = variable->next_variable;
	}
	assert_null(variable);
	snmp_free_varbind(list);
	wire_event_deinit(&event);
}

static void
the_kind_is_the_number_of_the_notification(void **state)
{
	struct wire_event event = sample_event(7, "disk");

	(void)state;
	for (enum check_event_kind kind = CHECK_EVENT_FAILED; kind <= CHECK_EVENT_RECOVERED;
		kind++) {
		event.kind = kind;

		netsnmp_variable_list *list = notification_variables_new(&event);
		const oid *trap = list->val.objid;

		assert_int_equal(list->val_len, (mib_root_len + 2) * sizeof(oid));
		assert_int_equal(trap[mib_root_len], 0);
		assert_int_equal(trap[mib_root_len + 1], kind);
		snmp_free_varbind(list);
	}
	wire_event_deinit(&event);
}

static void
the_size_is_at_least_that_of_the_encoder_and_hardly_more(void **state)
{
	struct wire_event events[] = {sample_event(1, "ab"), longest_event()};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(events); i++) {
		netsnmp_variable_list *list = notification_variables_new(&events[i]);
		size_t size = notification_size(list), encoded = encoded_size(list);

		assert_in_range(size, encoded, encoded + 60);
		snmp_free_varbind(list);
		wire_event_deinit(&events[i]);
	}
}

static void
a_short_event_is_left_as_it_is(void **state)
{
	struct wire_event event = sample_event(1, "disk");

	(void)state;
	notification_fit(&event);
	assert_string_equal(event.description, "Root file system");
	assert_string_equal(event.last_output, "DISK CRITICAL");
	wire_event_deinit(&event);
}

static void
the_longest_event_is_cut_until_it_fits(void **state)
{
	struct wire_event event = longest_event();

	(void)state;
	notification_fit(&event);

	netsnmp_variable_list *list = notification_variables_new(&event);

	assert_in_range(encoded_size(list), 1, NOTIFICATION_MAX - NOTIFICATION_HEADER_LEN);
	assert_string_equal(event.description, "");
	assert_string_equal(event.last_output, "");
	assert_string_equal(event.name, SAMPLE_NAME_60);
	assert_string_equal(event.group, SAMPLE_NAME_60);
	snmp_free_varbind(list);
	wire_event_deinit(&event);
}

static void
the_description_is_cut_before_the_output(void **state)
{
	struct wire_event event = sample_event(1, "disk-of-twenty-chars");

	(void)state;
	free(event.description);
	free(event.last_output);
	event.description = xstrdup(text_255);
	event.last_output = xstrdup(text_255);
	notification_fit(&event);
	assert_string_equal(event.last_output, text_255);
	assert_in_range(strlen(event.description), 1, CHECK_OUTPUT_MAX);

	netsnmp_variable_list *list = notification_variables_new(&event);

	assert_in_range(encoded_size(list), 1, NOTIFICATION_MAX - NOTIFICATION_HEADER_LEN);
	snmp_free_varbind(list);
	wire_event_deinit(&event);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_variables_come_in_the_order_of_the_mib),
		cmocka_unit_test(the_kind_is_the_number_of_the_notification),
		cmocka_unit_test(the_size_is_at_least_that_of_the_encoder_and_hardly_more),
		cmocka_unit_test(a_short_event_is_left_as_it_is),
		cmocka_unit_test(the_longest_event_is_cut_until_it_fits),
		cmocka_unit_test(the_description_is_cut_before_the_output),
	};

	memset(text_255, 'x', CHECK_OUTPUT_MAX);
	return cmocka_run_group_tests_name("notification", tests, NULL, NULL);
}
