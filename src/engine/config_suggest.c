/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which key a misspelt one may have been: the nearest by edit distance, where a letter
 * missed, added, changed or swapped with its neighbour counts one, and case nothing.
 */
#include "config_suggest.h"

#include <ctype.h>
#include <string.h>

/* No key is longer, and what is longer is no slip. */
#define WORD_MAX     31

#define DISTANCE_MAX 2

/* Shorter keys differ too little from each other for two slips. */
#define SHORT_WORD_MAX 4

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static bool
is_same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Optimal string alignment; rows[i % 3] are the distances of a's first i letters. */
static unsigned
distance(const char *a, const char *b)
{
	unsigned rows[3][WORD_MAX + 1];
	size_t a_len = strlen(a);
	size_t b_len = strlen(b);

	if (a_len > WORD_MAX || b_len > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *above = rows[(i + 2) % 3];
		const unsigned *two_above = rows[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned changed = above[j - 1] + !is_same(a[i - 1], b[j - 1]);

			row[j] = least(changed, least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && is_same(a[i - 1], b[j - 2]) &&
				is_same(a[i - 2], b[j - 1]))
				row[j] = least(row[j], two_above[j - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

const struct config_key *
config_suggest_key(enum config_section section, const char *name)
{
	const struct config_key *best = NULL;
	unsigned best_distance = DISTANCE_MAX + 1;

	for (const struct config_key *key = config_keys_first(section); key != NULL;
		key = config_keys_next(key)) {
		unsigned far = distance(name, key->name);
		bool is_short = strlen(key->name) <= SHORT_WORD_MAX;

		if (far < best_distance && (far <= 1 || !is_short)) {
			best = key;
			best_distance = far;
		}
	}
	return best;
}
