/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of aggregates. The key that has the selectors says the rule.
 */
#include "config_aggregate.h"

#include <assert.h>
#include <string.h>

#include "config_bind.h"
#include "util.h"

static const struct {
	const char *key;
	enum aggregate_rule rule;
} rules[] = {
	{"all", AGGREGATE_RULE_ALL},
	{"any", AGGREGATE_RULE_ANY},
	{"worst", AGGREGATE_RULE_WORST},
	{"of", AGGREGATE_RULE_AT_LEAST},
};

static enum aggregate_rule
rule_of(const struct config_key *key)
{
	size_t i = 0;

	while (strcmp(rules[i].key, key->name) != 0) {
		i++;
		assert(i < ARRAY_LEN(rules));
	}
	return rules[i].rule;
}

void
config_aggregate_bind(const struct config_place *place, const struct config_key *key,
	struct config_node *value, struct aggregate *aggregate)
{
	if (config_keys_is_number(key)) {
		config_bind_number(place, key, value, aggregate);
		return;
	}
	aggregate->rule = rule_of(key);
	config_bind_some(place, key, value, aggregate);
}

/* at_least says how many, of says of what. */
static void
demand_both(const struct config_place *place, const struct config_node *item)
{
	bool has_number = config_bind_find(item, "at_least") != NULL;
	bool has_checks = config_bind_find(item, "of") != NULL;
	const struct config_place here =
		config_bind_place(place, item, has_number ? "at_least" : "of");

	if (has_number && !has_checks)
		config_problems_error(&here, "goes with of, the checks that are meant");
	else if (has_checks && !has_number)
		config_problems_error(&here, "goes with at_least, how many of them");
}

void
config_aggregate_finish(const struct config_place *place, const struct config_node *item)
{
	const char *first = NULL;

	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		const struct config_place here = config_bind_place(place, item, rules[i].key);

		if (config_bind_find(item, rules[i].key) == NULL)
			continue;
		if (first != NULL)
			config_problems_error(
				&here, "an aggregate has one rule, and this one has %s", first);
		else
			first = rules[i].key;
	}
	if (first == NULL && config_bind_find(item, "at_least") == NULL)
		config_problems_error(place, "all, any, worst or at_least with of is missing");
	demand_both(place, item);
}

bool
config_aggregate_has_key(const struct config_key *key, enum aggregate_rule rule)
{
	return (config_keys_is_number(key) ? AGGREGATE_RULE_AT_LEAST : rule_of(key)) == rule;
}
