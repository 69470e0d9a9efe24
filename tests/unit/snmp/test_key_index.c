/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of texts as indexes, whatever comes and goes.
 */
#include "key_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "util.h"

#define KEYS 2000 /* of some blocks */

static struct key_index_key keys[KEYS];
static char texts[KEYS][16];
static bool is_in[KEYS];

static int
make_keys(void **state)
{
	(void)state;
	for (int i = 0; i < KEYS; i++) {
		snprintf(texts[i], sizeof(texts[i]), "key-%04d", i);
		keys[i] = (struct key_index_key){.text = texts[i], .len = strlen(texts[i])};
		is_in[i] = false;
	}
	return 0;
}

static size_t
arcs_of(const struct key_index_key *key, oid *arcs)
{
	arcs[0] = key->len;
	for (size_t i = 0; i < key->len; i++)
		arcs[1 + i] = (unsigned char)key->text[i];
	return 1 + key->len;
}

/* A walk finds the keys that are in, in their order; and each is found by its text. */
static void
assert_walk(struct key_index *index)
{
	oid arcs[1 + KEY_INDEX_TEXT_MAX];
	size_t len = 0;

	for (int i = 0; i < KEYS; i++) {
		assert_ptr_equal(key_index_find(index, keys[i].text, keys[i].len),
			is_in[i] ? &keys[i] : NULL);
		if (!is_in[i])
			continue;

		const struct key_index_key *key = key_index_next(index, arcs, len, false);

		assert_ptr_equal(key, &keys[i]);
		len = arcs_of(key, arcs);
		assert_ptr_equal(key_index_next(index, arcs, len, true), key);
	}
	assert_null(key_index_next(index, arcs, len, false));
}

static void
toggle(struct key_index *index, int i)
{
	if (is_in[i])
		key_index_remove(index, &keys[i]);
	else
		key_index_add(index, &keys[i]);
	is_in[i] = !is_in[i];
}

static void
walks_are_in_order_however_many_come_and_go_between_them(void **state)
{
	static const int counts[] = {1, 0, 2, 300, 1, 63, 253, 254, 255, 7, 1999, 3, 5000, 64};
	struct key_index index = {0};
	uint32_t random = 1;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		for (int j = 0; j < counts[i]; j++) {
			random = random * 1664525 + 1013904223;
			toggle(&index, (int)((random >> 8) % KEYS));
		}
		assert_walk(&index);
	}
	key_index_deinit(&index);
}

static void
the_last_key_can_go_and_come_back(void **state)
{
	struct key_index index = {0};

	(void)state;
	for (int i = 0; i < 200; i++) {
		toggle(&index, 7);
		if (i % 3 == 0)
			assert_walk(&index);
	}
	key_index_deinit(&index);
}

/* As a block runs empty, and the next one is to be found. */
static void
keys_that_go_in_their_order_leave_the_others(void **state)
{
	struct key_index index = {0};

	(void)state;
	for (int i = 0; i < KEYS; i++)
		toggle(&index, i);
	for (int i = 0; i < KEYS; i++) {
		toggle(&index, i);
		if (i % 100 == 0)
			assert_walk(&index);
	}
	assert_int_equal(index.count, 0);
	assert_walk(&index);
	key_index_deinit(&index);
}

static void
keys_that_come_in_reverse_order_are_walked_in_theirs(void **state)
{
	struct key_index index = {0};

	(void)state;
	for (int i = KEYS; i > 0; i--)
		toggle(&index, i - 1);
	assert_walk(&index);
	key_index_deinit(&index);
}

/* The keys are in the order of their numbers. */
static const struct key_index_key *
first_from(int i)
{
	while (i < KEYS && !is_in[i])
		i++;
	return i < KEYS ? &keys[i] : NULL;
}

static void
a_search_finds_its_key_whatever_was_found_before(void **state)
{
	struct key_index index = {0};
	oid arcs[1 + KEY_INDEX_TEXT_MAX];
	uint32_t random = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		random = random * 1664525 + 1013904223;
		int from = (int)((random >> 8) % KEYS);
		bool is_inclusive = random >> 31;
		size_t len = arcs_of(&keys[from], arcs);

		if (i % 50 == 0)
			toggle(&index, (from * 7) % KEYS);
		assert_ptr_equal(key_index_next(&index, arcs, len, is_inclusive),
			first_from(is_inclusive ? from : from + 1));
	}
	key_index_deinit(&index);
}

static void
a_part_of_an_index_comes_before_those_that_begin_with_it(void **state)
{
	struct key_index index = {0};
	oid arcs[2 + KEY_INDEX_TEXT_MAX];

	(void)state;
	for (int i = 0; i < KEYS; i++)
		toggle(&index, i);
	for (int i = 1; i < KEYS - 1; i++) {
		size_t len = arcs_of(&keys[i], arcs);

		/* key-012 comes before key-0120 */
		assert_ptr_equal(
			key_index_next(&index, arcs, len - 1, true), &keys[i - i % 10]);
		assert_ptr_equal(key_index_next(&index, arcs, 1, false), &keys[0]);
		arcs[len] = 0;
		assert_ptr_equal(key_index_next(&index, arcs, len + 1, true), &keys[i + 1]);
		arcs[0]--;
		assert_ptr_equal(key_index_next(&index, arcs, len, false), &keys[0]);
		arcs[0] += 2;
		assert_null(key_index_next(&index, arcs, len, false));
	}
	key_index_deinit(&index);
}

static void
an_index_is_read_as_the_text_that_it_stands_for(void **state)
{
	static const struct {
		oid arcs[4];
		size_t len;
		size_t expected;
	} cases[] = {
		{{2, 'a', 'b'}, 3, 2},
		{{2, 'a', 0xff}, 3, 2},
		{{2, 'a', 256}, 3, 0},
		{{2, 'a'}, 2, 0},
		{{1, 'a', 'b'}, 3, 0},
		{{0}, 1, 0},
		{{0}, 0, 0},
	};
	oid longest[2 + KEY_INDEX_TEXT_MAX] = {KEY_INDEX_TEXT_MAX};
	char buf[KEY_INDEX_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(
			key_index_read(cases[i].arcs, cases[i].len, buf), cases[i].expected);
	assert_int_equal(
		key_index_read(longest, 1 + KEY_INDEX_TEXT_MAX, buf), KEY_INDEX_TEXT_MAX);
	longest[0]++;
	assert_int_equal(key_index_read(longest, 2 + KEY_INDEX_TEXT_MAX, buf), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			walks_are_in_order_however_many_come_and_go_between_them, make_keys),
		cmocka_unit_test_setup(the_last_key_can_go_and_come_back, make_keys),
		cmocka_unit_test_setup(keys_that_go_in_their_order_leave_the_others, make_keys),
		cmocka_unit_test_setup(
			keys_that_come_in_reverse_order_are_walked_in_theirs, make_keys),
		cmocka_unit_test_setup(
			a_search_finds_its_key_whatever_was_found_before, make_keys),
		cmocka_unit_test_setup(
			a_part_of_an_index_comes_before_those_that_begin_with_it, make_keys),
		cmocka_unit_test(an_index_is_read_as_the_text_that_it_stands_for),
	};

	return cmocka_run_group_tests_name("key_index", tests, NULL, NULL);
}
