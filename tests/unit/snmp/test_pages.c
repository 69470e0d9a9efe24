/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks on pages, as they come and go by the thousand: each is on one, none is moved for
 * nothing, and no page is longer than it may be.
 */
#include "pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sample.h"
#include "util.h"

#define MANY 20000
#define FEW  1600 /* no page of theirs splits */

/* Checks with nothing but names, and the pages that all of them are on at first. */
struct crowd {
	struct pages *pages;
	struct wire_row *checks;
	size_t count;
	uint32_t *before; /* each one's page at the last look */
};

static struct crowd
crowd_new(size_t count, const char *format)
{
	struct crowd crowd = {
		.pages = pages_new(),
		.checks = xcalloc(count, sizeof(struct wire_row)),
		.count = count,
		.before = xcalloc(count, sizeof(uint32_t)),
	};

	for (size_t i = 0; i < count; i++) {
		crowd.checks[i].name = xcalloc(1, 64);
		snprintf(crowd.checks[i].name, 64, format, i);
		pages_add(crowd.pages, &crowd.checks[i]);
	}
	return crowd;
}

static void
crowd_free(struct crowd *crowd)
{
	pages_free(crowd->pages);
	for (size_t i = 0; i < crowd->count; i++)
		free(crowd->checks[i].name);
	free(crowd->checks);
	free(crowd->before);
}

static void
look(struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->count; i++)
		crowd->before[i] = pages_index_of(crowd->pages, crowd->checks[i].name);
}

/* How many of the first ones are elsewhere than at the last look. */
static size_t
count_moved(const struct crowd *crowd, size_t first)
{
	size_t moved = 0;

	for (size_t i = 0; i < first; i++)
		moved +=
			pages_index_of(crowd->pages, crowd->checks[i].name) != crowd->before[i];
	return moved;
}

static const struct page *
page_after(const struct pages *pages, const struct page *page)
{
	oid index = page != NULL ? page->index : 0;

	return pages_next(pages, &index, page != NULL ? 1 : 0, false);
}

/* By a walk: in order, each where it is looked for, all of them within the bound. */
static size_t
count_checks(struct pages *pages)
{
	size_t checks = 0, count = 0;
	const struct page *page = NULL, *next;

	while ((next = page_after(pages, page)) != NULL) {
		assert_true(page == NULL || next->index > page->index);
		assert_ptr_equal(pages_find(pages, next->index), next);
		for (size_t i = 0; i < next->count; i++) {
			const char *name = next->checks[i]->name;

			assert_int_equal(pages_index_of(pages, name), next->index);
		}
		assert_true(strlen(pages_text(pages, next, sample_now)) <= PAGES_TEXT_MAX);
		assert_true(page_text_size(next->weight) - 1 <= PAGES_TEXT_MAX);
		checks += next->count;
		page = next;
		count++;
	}
	assert_int_equal(pages_count(pages), count);
	return checks;
}

static void
there_is_no_page_without_a_check(void **state)
{
	struct pages *pages = pages_new();
	struct wire_row check = {.name = (char *)"disk"};
	const struct page *page;

	(void)state;
	assert_int_equal(pages_count(pages), 0);
	assert_null(page_after(pages, NULL));
	pages_add(pages, &check);
	page = page_after(pages, NULL);
	assert_int_equal(page->count, 1);
	assert_null(page_after(pages, page));
	assert_null(pages_find(pages, page->index + 1));
	assert_null(pages_find(pages, page->index + PAGES_BASE));
	pages_remove(pages, &check);
	assert_null(pages_find(pages, page->index));
	assert_null(page_after(pages, NULL));
	pages_free(pages);
}

static void
each_of_many_checks_is_on_one_page(void **state)
{
	struct crowd crowd = crowd_new(MANY, "check-%zu");

	(void)state;
	assert_int_equal(count_checks(crowd.pages), MANY);
	assert_true(pages_count(crowd.pages) > PAGES_BASE);
	assert_true(pages_count(crowd.pages) < MANY / 20);
	crowd_free(&crowd);
}

static void
names_of_sixty_characters_make_no_page_too_long(void **state)
{
	struct crowd crowd =
		crowd_new(MANY, "a23456789.123456789.123456789.123456789.123456789.%010zu");

	(void)state;
	assert_int_equal(strlen(crowd.checks[0].name), 60);
	for (size_t i = 0; i < crowd.count; i++) {
		struct wire_row *check = &crowd.checks[i];

		check->state = CHECK_STATE_CRITICAL;
		check->last_status = 255;
		check->last_outcome = CHECK_OUTCOME_EXITED;
		check->last_duration_ms = UINT32_MAX;
		check->status_changes = UINT32_MAX;
		check->last_event = UINT32_MAX;
		check->suppression = CHECK_SUPPRESSION_FLAPPING;
	}
	assert_int_equal(count_checks(crowd.pages), MANY);
	crowd_free(&crowd);
}

/* The longest text is as long as the weight says, so that no octet is beyond the buffer. */
static void
a_page_of_the_greatest_numbers_has_the_length_of_its_weight(void **state)
{
	struct crowd crowd = crowd_new(1, "check-%zu");
	const struct page *page = page_after(crowd.pages, NULL);
	struct wire_row *check = &crowd.checks[0];

	(void)state;
	*check = (struct wire_row){
		.name = check->name,
		.state = CHECK_STATE_CRITICAL,
		.last_status = 255,
		.last_outcome = CHECK_OUTCOME_EXITED, /* never ran: the greatest age */
		.last_duration_ms = UINT32_MAX,
		.status_changes = UINT32_MAX,
		.last_event = UINT32_MAX,
		.suppression = CHECK_SUPPRESSION_FLAPPING,
	};
	/* One member has no comma. */
	assert_int_equal(strlen(pages_text(crowd.pages, page, sample_now)) + 1,
		page_text_size(page->weight) - 1);
	crowd_free(&crowd);
}

static void
one_that_comes_or_goes_moves_no_other(void **state)
{
	struct crowd crowd = crowd_new(2000, "check-%zu");

	(void)state;
	for (size_t i = FEW; i < crowd.count; i++)
		pages_remove(crowd.pages, &crowd.checks[i]);
	assert_int_equal(count_checks(crowd.pages), FEW);
	look(&crowd);
	for (size_t i = FEW; i < crowd.count; i++) {
		pages_add(crowd.pages, &crowd.checks[i]);
		assert_int_equal(count_moved(&crowd, FEW), 0);
	}
	for (size_t i = FEW; i < crowd.count; i++)
		pages_remove(crowd.pages, &crowd.checks[i]);
	assert_int_equal(count_moved(&crowd, FEW), 0);
	crowd_free(&crowd);
}

/* Those whose numbers are the same modulo PAGES_BASE, and half of them by each split. */
static void
a_page_that_splits_moves_checks_of_its_own_only(void **state)
{
	struct crowd crowd = crowd_new(5000, "check-%zu");
	size_t splits = 0;

	(void)state;
	for (size_t i = FEW; i < crowd.count; i++)
		pages_remove(crowd.pages, &crowd.checks[i]);
	look(&crowd);
	for (size_t i = FEW; i < crowd.count; i++) {
		pages_add(crowd.pages, &crowd.checks[i]);

		uint32_t page = pages_index_of(crowd.pages, crowd.checks[i].name);
		size_t moved = count_moved(&crowd, FEW);

		if (moved == 0)
			continue;
		splits++;
		assert_true(moved < FEW / PAGES_BASE);
		for (size_t k = 0; k < FEW; k++) {
			uint32_t now = pages_index_of(crowd.pages, crowd.checks[k].name);

			assert_true(now == crowd.before[k] ||
				    now % PAGES_BASE == page % PAGES_BASE);
		}
		look(&crowd);
	}
	assert_in_range(splits, 32, PAGES_BASE);
	crowd_free(&crowd);
}

static void
which_pages_there_are_follows_from_the_names_alone(void **state)
{
	struct crowd crowd = crowd_new(MANY, "check-%zu");

	(void)state;
	look(&crowd);
	for (size_t i = 0; i < MANY; i++)
		pages_remove(crowd.pages, &crowd.checks[i]);
	assert_int_equal(pages_count(crowd.pages), 0);
	for (size_t i = MANY; i > 0; i--)
		pages_add(crowd.pages, &crowd.checks[i - 1]);
	assert_int_equal(count_moved(&crowd, MANY), 0);
	assert_int_equal(count_checks(crowd.pages), MANY);
	crowd_free(&crowd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_is_no_page_without_a_check),
		cmocka_unit_test(each_of_many_checks_is_on_one_page),
		cmocka_unit_test(names_of_sixty_characters_make_no_page_too_long),
		cmocka_unit_test(a_page_of_the_greatest_numbers_has_the_length_of_its_weight),
		cmocka_unit_test(one_that_comes_or_goes_moves_no_other),
		cmocka_unit_test(a_page_that_splits_moves_checks_of_its_own_only),
		cmocka_unit_test(which_pages_there_are_follows_from_the_names_alone),
	};

	return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
