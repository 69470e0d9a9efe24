/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Aggregates: every rule over every mixture of a few members, against what the rules are in
 * words, and by example.
 */
#include "aggregate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "definition.h"
#include "util.h"

#define UNDECIDED (-1)
#define OK        AGGREGATE_STATUS_OK
#define WARNING   AGGREGATE_STATUS_WARNING
#define CRITICAL  AGGREGATE_STATUS_CRITICAL
#define UNKNOWN   AGGREGATE_STATUS_UNKNOWN

/* A letter a member: p o w u c. */
static struct aggregate_counts
count(const char *members)
{
	static const char letters[] = "?powuc";
	struct aggregate_counts counts = {.states = {0}};

	for (; *members != '\0'; members++)
		counts.states[strchr(letters, *members) - letters]++;
	return counts;
}

static int
evaluate(enum aggregate_rule rule, unsigned at_least, const char *members)
{
	const struct aggregate aggregate = {.rule = rule, .at_least = at_least};
	const struct aggregate_counts counts = count(members);
	enum aggregate_status status = AGGREGATE_STATUS_UNKNOWN;

	if (aggregate_evaluate(&aggregate, &counts, &status))
		return (int)status;
	assert_int_equal(status, AGGREGATE_STATUS_UNKNOWN);
	return UNDECIDED;
}

static void
all_is_not_met_as_soon_as_one_is_not_ok(void **state)
{
	(void)state;
	assert_int_equal(evaluate(AGGREGATE_RULE_ALL, 0, "o"), OK);
	assert_int_equal(evaluate(AGGREGATE_RULE_ALL, 0, "ooo"), OK);
	assert_int_equal(evaluate(AGGREGATE_RULE_ALL, 0, "oow"), CRITICAL);
	assert_int_equal(evaluate(AGGREGATE_RULE_ALL, 0, "oou"), CRITICAL);
	assert_int_equal(evaluate(AGGREGATE_RULE_ALL, 0, "ooc"), CRITICAL);
	assert_int_equal(evaluate(AGGREGATE_RULE_ALL, 0, "ppw"), CRITICAL);
}

static void
all_is_undecided_while_none_is_not_ok_and_some_are_pending(void **state)
{
	(void)state;
	assert_int_equal(evaluate(AGGREGATE_RULE_ALL, 0, "p"), UNDECIDED);
	assert_int_equal(evaluate(AGGREGATE_RULE_ALL, 0, "oop"), UNDECIDED);
}

static void
any_is_met_by_one(void **state)
{
	(void)state;
	assert_int_equal(evaluate(AGGREGATE_RULE_ANY, 0, "ccccco"), OK);
	assert_int_equal(evaluate(AGGREGATE_RULE_ANY, 0, "po"), OK);
	assert_int_equal(evaluate(AGGREGATE_RULE_ANY, 0, "pc"), UNDECIDED);
	assert_int_equal(evaluate(AGGREGATE_RULE_ANY, 0, "wuc"), CRITICAL);
}

static void
at_least_so_many_have_to_be_ok(void **state)
{
	(void)state;
	assert_int_equal(evaluate(AGGREGATE_RULE_AT_LEAST, 2, "oocc"), OK);
	assert_int_equal(evaluate(AGGREGATE_RULE_AT_LEAST, 2, "oop"), OK);
	assert_int_equal(evaluate(AGGREGATE_RULE_AT_LEAST, 2, "op"), UNDECIDED);
	assert_int_equal(evaluate(AGGREGATE_RULE_AT_LEAST, 2, "ppc"), UNDECIDED);
	assert_int_equal(evaluate(AGGREGATE_RULE_AT_LEAST, 2, "pcc"), CRITICAL);
	assert_int_equal(evaluate(AGGREGATE_RULE_AT_LEAST, 2, "ow"), CRITICAL);
	assert_int_equal(evaluate(AGGREGATE_RULE_AT_LEAST, 5, "oooo"), CRITICAL);
	assert_int_equal(evaluate(AGGREGATE_RULE_AT_LEAST, 5, "ppp"), CRITICAL);
}

static void
worst_is_as_the_worst_member_is(void **state)
{
	(void)state;
	assert_int_equal(evaluate(AGGREGATE_RULE_WORST, 0, "o"), OK);
	assert_int_equal(evaluate(AGGREGATE_RULE_WORST, 0, "ow"), WARNING);
	assert_int_equal(evaluate(AGGREGATE_RULE_WORST, 0, "owu"), UNKNOWN);
	assert_int_equal(evaluate(AGGREGATE_RULE_WORST, 0, "owuc"), CRITICAL);
}

static void
worst_leaves_pending_members_out_unless_all_are(void **state)
{
	(void)state;
	assert_int_equal(evaluate(AGGREGATE_RULE_WORST, 0, "ppo"), OK);
	assert_int_equal(evaluate(AGGREGATE_RULE_WORST, 0, "ppw"), WARNING);
	assert_int_equal(evaluate(AGGREGATE_RULE_WORST, 0, "pp"), UNDECIDED);
}

static void
nothing_is_decided_where_nothing_is_counted(void **state)
{
	(void)state;
	assert_int_equal(evaluate(AGGREGATE_RULE_ALL, 0, ""), UNDECIDED);
	assert_int_equal(evaluate(AGGREGATE_RULE_ANY, 0, ""), UNDECIDED);
	assert_int_equal(evaluate(AGGREGATE_RULE_AT_LEAST, 1, ""), UNDECIDED);
	assert_int_equal(evaluate(AGGREGATE_RULE_WORST, 0, ""), UNDECIDED);
}

/*
 * What is decided of members of which some are pending holds whatever these come to, and
 * what is not can come out either way.
 */
static void
what_is_decided_early_stays(void **state)
{
	static const char *const known[] = {"", "o", "c", "w", "oo", "oc", "cc", "ouw"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		for (int rule = AGGREGATE_RULE_ALL; rule <= AGGREGATE_RULE_AT_LEAST; rule++) {
			char members[8];
			int results[3];

			for (size_t k = 0; k < ARRAY_LEN(results); k++) {
				snprintf(members, sizeof(members), "%s%c", known[i], "poc"[k]);
				results[k] = evaluate((enum aggregate_rule)rule, 2, members);
			}
			assert_int_not_equal(results[1], UNDECIDED);
			assert_int_not_equal(results[2], UNDECIDED);
			assert_int_equal(
				results[0], results[1] == results[2] ? results[1] : UNDECIDED);
		}
	}
}

static void
assert_described(const char *members, const char *text)
{
	const struct aggregate_counts counts = count(members);
	char buf[128];

	aggregate_describe(&counts, buf, sizeof(buf));
	assert_string_equal(buf, text);
}

static void
the_states_that_occur_are_described(void **state)
{
	(void)state;
	assert_described("ooowc", "3 of 5 ok, 1 warning, 1 critical");
	assert_described("oo", "2 of 2 ok");
	assert_described("ppuu", "0 of 4 ok, 2 unknown, 2 pending");
	assert_described("", "0 of 0 ok");
}

static void
a_description_is_cut_to_its_room(void **state)
{
	const struct aggregate_counts counts = count("owucp");
	char buf[16];

	(void)state;
	aggregate_describe(&counts, buf, sizeof(buf));
	assert_string_equal(buf, "1 of 5 ok, 1 wa");
}

static void
equal_aggregates_say_the_same(void **state)
{
	char *one[] = {(char[]){"a"}, NULL};
	char *other[] = {(char[]){"b"}, NULL};
	const struct aggregate a = {
		.rule = AGGREGATE_RULE_ANY, .selectors = one, .members = one};
	struct aggregate b = a;

	(void)state;
	assert_true(aggregate_equal(&a, &b));
	b.members = other;
	assert_false(aggregate_equal(&a, &b));
	aggregate_free(NULL);
	aggregate_free(xcalloc(1, sizeof(struct aggregate)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_not_met_as_soon_as_one_is_not_ok),
		cmocka_unit_test(all_is_undecided_while_none_is_not_ok_and_some_are_pending),
		cmocka_unit_test(any_is_met_by_one),
		cmocka_unit_test(at_least_so_many_have_to_be_ok),
		cmocka_unit_test(worst_is_as_the_worst_member_is),
		cmocka_unit_test(worst_leaves_pending_members_out_unless_all_are),
		cmocka_unit_test(nothing_is_decided_where_nothing_is_counted),
		cmocka_unit_test(what_is_decided_early_stays),
		cmocka_unit_test(the_states_that_occur_are_described),
		cmocka_unit_test(a_description_is_cut_to_its_room),
		cmocka_unit_test(equal_aggregates_say_the_same),
	};

	return cmocka_run_group_tests_name("aggregate", tests, NULL, NULL);
}
