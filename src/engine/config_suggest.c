/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which key or name a misspelt one may have been: the nearest by edit distance, where a letter
 * missed, added, changed or swapped with its neighbour counts one, and case nothing.
 */
#include "config_suggest.h"

#include <ctype.h>
#include <string.h>

#include "definition.h"

/* No key and no name is longer, and what is longer is no slip. */
#define WORD_MAX DEFINITION_NAME_MAX

/* Shorter ones differ too little from each other for two slips. */
#define SHORT_WORD_MAX 4

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static bool
is_same(char a, char b)
{
	return a == b || tolower((unsigned char)a) == tolower((unsigned char)b);
}

/*
 * Optimal string alignment; rows[i % 3] are the distances of a's first i letters. Where it
 * surely comes to CONFIG_SUGGEST_FAR or more, it is not computed to the end: a name may be
 * compared with 100,000 others.
 */
static unsigned
distance(const char *a, const char *b)
{
	unsigned rows[3][WORD_MAX + 1];
	unsigned nearest = 0; /* of the row above */

	/* Names often begin alike. */
	while (*a != '\0' && is_same(*a, *b)) {
		a++;
		b++;
	}

	size_t a_len = strlen(a);
	size_t b_len = strlen(b);

	if (a_len > WORD_MAX || b_len > WORD_MAX || a_len + CONFIG_SUGGEST_FAR <= b_len ||
		b_len + CONFIG_SUGGEST_FAR <= a_len)
		return CONFIG_SUGGEST_FAR;
	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *above = rows[(i + 2) % 3];
		const unsigned *two_above = rows[(i + 1) % 3];

		unsigned nearest_above = nearest;

		row[0] = (unsigned)i;
		nearest = row[0];
		for (size_t j = 1; j <= b_len; j++) {
			unsigned changed = above[j - 1] + !is_same(a[i - 1], b[j - 1]);

			row[j] = least(changed, least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && is_same(a[i - 1], b[j - 2]) &&
				is_same(a[i - 2], b[j - 1]))
				row[j] = least(row[j], two_above[j - 2] + 1);
			nearest = least(nearest, row[j]);
		}
		/* A swap begins two rows above. */
		if (nearest >= CONFIG_SUGGEST_FAR && nearest_above + 1 >= CONFIG_SUGGEST_FAR)
			return CONFIG_SUGGEST_FAR;
	}
	return rows[a_len % 3][b_len];
}

bool
config_suggest_is_nearer(const char *written, const char *name, unsigned *best)
{
	unsigned far = distance(written, name);

	if (far >= *best || (far > 1 && strlen(name) <= SHORT_WORD_MAX))
		return false;
	*best = far;
	return true;
}

const struct config_key *
config_suggest_key(enum config_section section, const char *name)
{
	const struct config_key *best = NULL;
	unsigned best_distance = CONFIG_SUGGEST_FAR;

	for (const struct config_key *key = config_keys_first(section); key != NULL;
		key = config_keys_next(key)) {
		if (config_suggest_is_nearer(name, key->name, &best_distance))
			best = key;
	}
	return best;
}
