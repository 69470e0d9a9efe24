/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash table for the names and a sorted array for the walks. The array is made anew at
 * the first walk after rows have come or gone; a row whose values change stays in place.
 */
#include "rows.h"

#include <string.h>
#include <uthash.h>

#include "util.h"

/* How long a count of stale rows is taken for current. */
#define STALE_COUNT_MS 1000

struct row {
	struct wire_row wire;
	size_t name_len;
	UT_hash_handle hh; /* by wire.name */
};

struct rows {
	struct row *by_name;
	struct row **sorted;
	bool is_sorted;
	size_t state_counts[CHECK_STATE_CRITICAL + 1];
	size_t stale_count;
	struct boottime stale_counted; /* 0: not yet */
};

struct rows *
rows_new(void)
{
	return xcalloc(1, sizeof(struct rows));
}

static void
free_row(struct row *row)
{
	wire_row_deinit(&row->wire);
	free(row);
}

void
rows_free(struct rows *rows)
{
	struct row *row, *next;

	if (rows == NULL)
		return;
	HASH_ITER(hh, rows->by_name, row, next) {
		HASH_DEL(rows->by_name, row);
		free_row(row);
	}
	free(rows->sorted);
	free(rows);
}

static bool
is_counted(const struct wire_row *row)
{
	return row->admin_state != CHECK_ADMIN_STATE_DISABLED;
}

static struct row *
find(const struct rows *rows, const char *name, size_t len)
{
	struct row *row;

	HASH_FIND(hh, rows->by_name, name, len, row);
	return row;
}

static void
replace(struct rows *rows, struct row *row, struct wire_row *wire)
{
	char *name = STEAL(row->wire.name); /* the hash table's key stays where it is */

	if (is_counted(&row->wire))
		rows->state_counts[row->wire.state]--;
	wire_row_deinit(&row->wire);
	free(wire->name);
	row->wire = *wire;
	row->wire.name = name;
}

static void
add(struct rows *rows, struct wire_row *wire)
{
	struct row *row = xcalloc(1, sizeof(*row));

	row->wire = *wire;
	row->name_len = strlen(wire->name);
	HASH_ADD_KEYPTR(hh, rows->by_name, row->wire.name, row->name_len, row);
	rows->is_sorted = false;
}

void
rows_put(struct rows *rows, struct wire_row *wire)
{
	struct row *row = find(rows, wire->name, strlen(wire->name));

	if (is_counted(wire))
		rows->state_counts[wire->state]++;
	if (row != NULL)
		replace(rows, row, wire);
	else
		add(rows, wire);
	memset(wire, 0, sizeof(*wire));
}

void
rows_remove(struct rows *rows, const char *name)
{
	struct row *row = find(rows, name, strlen(name));

	if (row == NULL)
		return;
	if (is_counted(&row->wire))
		rows->state_counts[row->wire.state]--;
	HASH_DEL(rows->by_name, row);
	free_row(row);
	rows->is_sorted = false;
}

const struct wire_row *
rows_find(const struct rows *rows, const char *name, size_t len)
{
	const struct row *row = find(rows, name, len);

	return row != NULL ? &row->wire : NULL;
}

static int
compare_rows(const void *left, const void *right)
{
	const struct row *a = *(struct row *const *)left;
	const struct row *b = *(struct row *const *)right;

	if (a->name_len != b->name_len)
		return a->name_len < b->name_len ? -1 : 1;
	return memcmp(a->wire.name, b->wire.name, a->name_len);
}

static void
sort(struct rows *rows)
{
	size_t count = 0;

	if (rows->is_sorted)
		return;
	rows->sorted = xreallocarray(rows->sorted, rows_count(rows), sizeof(struct row *));
	for (struct row *row = rows->by_name; row != NULL; row = row->hh.next)
		rows->sorted[count++] = row;
	qsort(rows->sorted, count, sizeof(struct row *), compare_rows);
	rows->is_sorted = true;
}

/* A row's index as an OID has the length of the name, then its octets. */
static oid
index_at(const struct row *row, size_t position)
{
	return position == 0 ? row->name_len : (unsigned char)row->wire.name[position - 1];
}

static int
compare_index(const struct row *row, const oid *index, size_t len)
{
	size_t row_len = 1 + row->name_len;

	for (size_t i = 0; i < row_len && i < len; i++) {
		oid arc = index_at(row, i);

		if (arc != index[i])
			return arc < index[i] ? -1 : 1;
	}
	if (row_len == len)
		return 0;
	return row_len < len ? -1 : 1;
}

const struct wire_row *
rows_next(struct rows *rows, const oid *index, size_t len, bool is_inclusive)
{
	size_t low = 0, high = rows_count(rows);

	sort(rows);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_index(rows->sorted[middle], index, len);

		if (order > 0 || (order == 0 && is_inclusive))
			high = middle;
		else
			low = middle + 1;
	}
	return low < rows_count(rows) ? &rows->sorted[low]->wire : NULL;
}

size_t
rows_count(const struct rows *rows)
{
	return HASH_COUNT(rows->by_name);
}

size_t
rows_count_state(const struct rows *rows, enum check_state state)
{
	return rows->state_counts[state];
}

bool
rows_is_stale(const struct wire_row *row, struct boottime now)
{
	return is_counted(row) && now.ms > row->fresh_since_boot_ms &&
	       (uint64_t)(now.ms - row->fresh_since_boot_ms) >= row->fresh_ms;
}

size_t
rows_count_stale(struct rows *rows, struct boottime now)
{
	if (rows->stale_counted.ms != 0 && now.ms - rows->stale_counted.ms < STALE_COUNT_MS)
		return rows->stale_count;
	rows->stale_counted = now;
	rows->stale_count = 0;
	for (const struct row *row = rows->by_name; row != NULL; row = row->hh.next)
		rows->stale_count += rows_is_stale(&row->wire, now);
	return rows->stale_count;
}

enum check_state
rows_worst_state(const struct rows *rows)
{
	for (unsigned state = CHECK_STATE_CRITICAL; state > CHECK_STATE_PENDING; state--) {
		if (rows->state_counts[state] > 0)
			return state;
	}
	return CHECK_STATE_PENDING;
}
