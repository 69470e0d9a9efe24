/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Extendible hashing: those checks whose hashes are the same modulo PAGES_BASE are a bucket.
 * A bucket of depth d has 2^d pages, and a check's is its hash modulo PAGES_BASE * 2^d, the
 * least d by which all of them are small enough. So a bucket that gets deeper or less deep
 * moves half of its own checks at most, and none of other buckets.
 */
#include "pages.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "util.h"

/* So that names whose hashes are all the same end somewhere: there a page is longer. */
#define DEPTH_MAX 12

struct bucket {
	unsigned depth;
	struct page *pages; /* 2^depth; NULL until there was a check */
};

struct pages {
	struct bucket buckets[PAGES_BASE];
	char *text; /* the last one that was asked for */
	size_t text_size;
};

struct pages *
pages_new(void)
{
	return xcalloc(1, sizeof(struct pages));
}

static size_t
width(const struct bucket *bucket)
{
	return bucket->pages != NULL ? (size_t)1 << bucket->depth : 0;
}

static void
bucket_deinit(struct bucket *bucket)
{
	for (size_t i = 0; i < width(bucket); i++)
		page_deinit(&bucket->pages[i]);
	free(bucket->pages);
}

void
pages_free(struct pages *pages)
{
	if (pages == NULL)
		return;
	for (size_t i = 0; i < PAGES_BASE; i++)
		bucket_deinit(&pages->buckets[i]);
	free(pages->text);
	free(pages);
}

static uint32_t
hash_of(const char *name)
{
	return (uint32_t)hash_end(hash_text(HASH_BEGIN, name));
}

static size_t
place_of(const struct bucket *bucket, uint32_t hash)
{
	return (hash / PAGES_BASE) & (((size_t)1 << bucket->depth) - 1);
}

/* An empty bucket of that depth. */
static struct bucket
bucket_new(uint32_t number, unsigned depth)
{
	struct bucket bucket = {
		.depth = depth,
		.pages = xcalloc((size_t)1 << depth, sizeof(struct page)),
	};

	for (size_t i = 0; i < width(&bucket); i++)
		bucket.pages[i].index = number + PAGES_BASE * (uint32_t)i;
	return bucket;
}

static void
bucket_add(struct bucket *bucket, const struct wire_row *check)
{
	page_add(&bucket->pages[place_of(bucket, hash_of(check->name))], check);
}

/* Makes a bucket anew with another depth. */
static void
resize(struct bucket *bucket, uint32_t number, unsigned depth)
{
	struct bucket fresh = bucket_new(number, depth);

	for (size_t i = 0; i < width(bucket); i++) {
		for (size_t k = 0; k < bucket->pages[i].count; k++)
			bucket_add(&fresh, bucket->pages[i].checks[k]);
	}
	bucket_deinit(bucket);
	*bucket = fresh;
}

static bool
is_too_heavy(size_t weight)
{
	return page_text_size(weight) - 1 > PAGES_TEXT_MAX;
}

static bool
is_too_shallow(const struct bucket *bucket)
{
	for (size_t i = 0; i < width(bucket); i++) {
		if (is_too_heavy(bucket->pages[i].weight))
			return bucket->depth < DEPTH_MAX;
	}
	return false;
}

/* Whether pages could be two as one, all of them. */
static bool
is_too_deep(const struct bucket *bucket)
{
	size_t half = width(bucket) / 2;

	if (bucket->depth == 0)
		return false;
	for (size_t i = 0; i < half; i++) {
		if (is_too_heavy(bucket->pages[i].weight + bucket->pages[i + half].weight))
			return false;
	}
	return true;
}

void
pages_add(struct pages *pages, const struct wire_row *check)
{
	uint32_t number = hash_of(check->name) % PAGES_BASE;
	struct bucket *bucket = &pages->buckets[number];

	if (bucket->pages == NULL)
		*bucket = bucket_new(number, 0);
	bucket_add(bucket, check);
	while (is_too_shallow(bucket))
		resize(bucket, number, bucket->depth + 1);
}

void
pages_remove(struct pages *pages, const struct wire_row *check)
{
	uint32_t hash = hash_of(check->name), number = hash % PAGES_BASE;
	struct bucket *bucket = &pages->buckets[number];

	page_remove(&bucket->pages[place_of(bucket, hash)], check);
	while (is_too_deep(bucket))
		resize(bucket, number, bucket->depth - 1);
}

size_t
pages_count(const struct pages *pages)
{
	size_t count = 0;

	for (size_t i = 0; i < PAGES_BASE; i++) {
		const struct bucket *bucket = &pages->buckets[i];

		for (size_t k = 0; k < width(bucket); k++)
			count += bucket->pages[k].count > 0;
	}
	return count;
}

uint32_t
pages_index_of(const struct pages *pages, const char *name)
{
	uint32_t hash = hash_of(name), number = hash % PAGES_BASE;

	return number + PAGES_BASE * (uint32_t)place_of(&pages->buckets[number], hash);
}

const struct page *
pages_find(const struct pages *pages, uint32_t index)
{
	const struct bucket *bucket = &pages->buckets[index % PAGES_BASE];
	size_t place = index / PAGES_BASE;

	if (place >= width(bucket) || bucket->pages[place].count == 0)
		return NULL;
	return &bucket->pages[place];
}

/* Behind the greatest index that a page may have now. */
static oid
end_of(const struct pages *pages)
{
	size_t most = 0;

	for (size_t i = 0; i < PAGES_BASE; i++) {
		if (width(&pages->buckets[i]) > most)
			most = width(&pages->buckets[i]);
	}
	return PAGES_BASE * most;
}

const struct page *
pages_next(const struct pages *pages, const oid *index, size_t len, bool is_inclusive)
{
	bool may_be_equal = len == 1 && is_inclusive;
	oid at = len > 0 ? index[0] : 0, end = end_of(pages);

	if (at >= end)
		return NULL;
	if (len > 0 && !may_be_equal)
		at++;
	for (; at < end; at++) {
		const struct page *page = pages_find(pages, (uint32_t)at);

		if (page != NULL)
			return page;
	}
	return NULL;
}

const char *
pages_text(struct pages *pages, const struct page *page, struct boottime now)
{
	size_t size = page_text_size(page->weight);

	if (size > pages->text_size) {
		pages->text = xreallocarray(pages->text, size, 1);
		pages->text_size = size;
	}
	page_write(page, now, pages->text);
	return pages->text;
}
