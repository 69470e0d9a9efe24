/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the store costs: rows a second by durability, octets written a row in the order in
 * which rows are due against a random one, and how long an opening takes. It prints an
 * object of JSON for each round, and one for the openings, for bench_store.py.
 *
 * usage: bench_store FOLDER ROWS ROUNDS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "definition.h"
#include "schedule.h"
#include "store.h"
#include "store_gather.h"
#include "store_page.h"
#include "store_start.h"
#include "store_write.h"
#include "shared_text.h"
#include "util.h"

#define INTERVAL_MS 60000

/* How many rows fall due between two commits of 100 ms at 100,000 checks a minute. */
#define DUE_AT_ONCE 167

struct row {
	struct storable storable;
	struct definition *definition;
	int64_t phase_ns;
	uint64_t runs;
};

struct bench {
	struct store_settings settings;
	struct store_start start;
	struct store_gather gather;
	struct row *rows;
	size_t row_count;
};

static struct store_check *
bench_on_snapshot(void *arg, struct storable *storable)
{
	const struct row *row = (struct row *)storable;
	struct store_check *check = xcalloc(1, sizeof(*check));
	const struct instant now = instant_now();

	(void)arg;
	check->check.state = CHECK_STATE_OK;
	check->check.last_output =
		xasprintf("DISK OK - free space: / %ju MB (62%% inode=91%%)", row->runs);
	check_join_texts(&check->check);
	check->check.last_outcome = CHECK_OUTCOME_EXITED;
	check->check.last_ran_wall = now.wall;
	check->check.last_ran_boot = now.boot;
	check->check.runs = row->runs;
	check->name = xstrdup(row->definition->name);
	check->definition = definition_ref(row->definition);
	return check;
}

static void
bench_on_figures(void *arg, struct store_figures *ret_figures)
{
	(void)arg;
	*ret_figures = (struct store_figures){0};
}

static double
seconds_since(struct monotime begin)
{
	return (double)(monotime_now().ns - begin.ns) / (double)NS_PER_S;
}

/* Returns how many seconds it took. */
static double
open_store(struct bench *bench)
{
	struct store_content content;
	char *reason;
	struct monotime begin = monotime_now();
	const struct instant now = instant_now();

	if (store_start(&bench->settings, &now, &bench->start, &content, &reason) != 0)
		abort();
	double took = seconds_since(begin);
	store_content_deinit(&content);
	return took;
}

/* What is gathered becomes one commit. */
static void
commit(struct bench *bench, bool is_full, bool is_last)
{
	static const struct store_callbacks callbacks = {
		.snapshot = bench_on_snapshot, .figures = bench_on_figures};
	struct store_batch *batch =
		store_gather_take(&bench->gather, SIZE_MAX, &callbacks, NULL);

	batch->is_full = is_full;
	batch->is_last = is_last;
	if (store_write(bench->start.database, batch, instant_now().wall) != STORE_DONE)
		abort();
	store_batch_free(batch);
	store_database_tend(bench->start.database);
}

static void
close_store(struct bench *bench, bool is_clean)
{
	if (is_clean)
		commit(bench, true, true);
	store_database_free(bench->start.database);
	if (is_clean)
		store_page_remove(bench->start.page);
	else
		store_page_close(bench->start.page);
}

static void
store_rows(struct bench *bench, struct row *const *rows, size_t count, bool is_full)
{
	for (size_t i = 0; i < count; i++) {
		rows[i]->runs++;
		store_gather_storable(&bench->gather, &rows[i]->storable);
	}
	commit(bench, is_full, false);
}

static uint64_t
octets_written(void)
{
	FILE *file = fopen("/proc/self/io", "re");
	uint64_t octets = 0;

	if (file == NULL || fscanf(file, "rchar: %*u wchar: %ju", &octets) != 1)
		abort();
	fclose(file);
	return octets;
}

/* Each row once; returns octets a row. */
static double
store_all(struct bench *bench, struct row *const *rows, size_t at_once)
{
	uint64_t before = octets_written();

	for (size_t i = 0; i < bench->row_count; i += at_once) {
		size_t left = bench->row_count - i;
		store_rows(bench, rows + i, left < at_once ? left : at_once, false);
	}
	return (double)(octets_written() - before) / (double)bench->row_count;
}

static double
rows_per_second(struct bench *bench, struct row *const *rows, size_t at_once, bool is_full)
{
	size_t count = 0;
	struct monotime begin = monotime_now();

	while (seconds_since(begin) < 1) {
		store_rows(
			bench, rows + count % (bench->row_count - at_once), at_once, is_full);
		count += at_once;
	}
	return (double)count / seconds_since(begin);
}

static int
compare_phases(const void *a, const void *b)
{
	const struct row *row_a = *(struct row *const *)a, *row_b = *(struct row *const *)b;

	return (row_a->phase_ns > row_b->phase_ns) - (row_a->phase_ns < row_b->phase_ns);
}

static void
make_rows(struct bench *bench)
{
	bench->rows = xcalloc(bench->row_count, sizeof(*bench->rows));
	for (size_t i = 0; i < bench->row_count; i++) {
		struct row *row = &bench->rows[i];
		struct schedule schedule;

		row->definition = definition_new();
		row->definition->name = xasprintf("host-%zu/disk-root", i);
		row->definition->description = xstrdup("Free space of the root file system");
		row->definition->group = shared_text_new("storage");
		row->definition->interval_ms = INTERVAL_MS;
		schedule_init(&schedule, row->definition->name, INTERVAL_MS);
		row->phase_ns = schedule.phase_ns;
	}
}

static void
measure_round(struct bench *bench, struct row **in_order, struct row **at_random)
{
	double ordered = store_all(bench, in_order, DUE_AT_ONCE);
	double random = store_all(bench, at_random, DUE_AT_ONCE);
	double full = rows_per_second(bench, in_order, 1, true);
	double normal = rows_per_second(bench, in_order, 1, false);
	double full_group = rows_per_second(bench, in_order, DUE_AT_ONCE, true);
	double normal_group = rows_per_second(bench, in_order, DUE_AT_ONCE, false);

	printf("{\"ordered\": %f, \"random\": %f, \"full\": %f, \"normal\": %f, "
	       "\"full_group\": %f, \"normal_group\": %f}\n",
		ordered, random, full, normal, full_group, normal_group);
}

static void
measure(struct bench *bench, unsigned rounds)
{
	struct row **in_order = xcalloc(bench->row_count, sizeof(struct row *));
	struct row **at_random = xcalloc(bench->row_count, sizeof(struct row *));

	for (size_t i = 0; i < bench->row_count; i++)
		in_order[i] = at_random[i] = &bench->rows[i];
	qsort(in_order, bench->row_count, sizeof(struct row *), compare_phases);
	/* Names differ in their number only, so that their order is none of phases. */
	store_all(bench, at_random, bench->row_count);
	for (unsigned round = 0; round < rounds; round++)
		measure_round(bench, in_order, at_random);
	free(in_order);
	free(at_random);
}

int
main(int argc, char **argv)
{
	if (argc != 4)
		return EXIT_FAILURE;
	CLEANUP_FREE char *path = xasprintf("%s/bench-store.db", argv[1]);
	struct bench bench = {
		.settings = {.path = path, .history = 10000, .backlog = 100000},
		.row_count = strtoul(argv[2], NULL, 10),
	};

	make_rows(&bench);
	open_store(&bench);
	measure(&bench, (unsigned)strtoul(argv[3], NULL, 10));
	close_store(&bench, true);
	double clean = open_store(&bench);
	close_store(&bench, false);
	printf("{\"opening\": %f, \"opening_killed\": %f}\n", clean, open_store(&bench));
	close_store(&bench, true);
	for (size_t i = 0; i < bench.row_count; i++)
		definition_unref(bench.rows[i].definition);
	free(bench.rows);
	return EXIT_SUCCESS;
}
